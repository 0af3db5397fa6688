/** Both channels of a recording, 8 kHz. */
export type Stereo = { readonly caller: Int16Array; readonly agent: Int16Array };

/** Reads what `GET /v1/calls/:id/recording` answers: 16-bit PCM, caller left, agent right. Throws for anything else. */
export function parseStereo(wav: Uint8Array): Stereo {
  const view = new DataView(wav.buffer, wav.byteOffset, wav.byteLength);
  const head = Buffer.from(wav.subarray(0, 44));
  const dataBytes = view.getUint32(40, true);
  const isAsExpected =
    head.toString("latin1", 0, 4) === "RIFF" &&
    head.toString("latin1", 8, 16) === "WAVEfmt " &&
    view.getUint32(4, true) === wav.length - 8 &&
    view.getUint16(20, true) === 1 &&
    view.getUint16(22, true) === 2 &&
    view.getUint32(24, true) === 8_000 &&
    dataBytes === wav.length - 44;
  if (!isAsExpected) throw new Error("not a stereo WAV file of 16 bits at 8 kHz");
  const side = (which: 0 | 1): Int16Array =>
    Int16Array.from({ length: dataBytes / 4 }, (_, index) =>
      view.getInt16(44 + 4 * index + 2 * which, true),
    );
  return { caller: side(0), agent: side(1) };
}
