const typeWithin = 160; // event_id and type come before the audio, or the slow way is taken
const audioKey = '"audio":"';
const appendType = '"type":"input_audio_buffer.append"';
const quote = 0x22;
const closingBrace = 0x7d;
const backslash = 0x5c;

/**
 * Decodes the audio of an `input_audio_buffer.append` frame from its bytes, without reading it
 * as JSON, into `scratch`. Answers the number of audio bytes; -1 where the frame is not plainly
 * of that form (the caller then reads it as JSON), -2 where the audio is not base64.
 */
export function readAppendFrame(frame: Buffer, scratch: Buffer): number {
  const head = frame.toString("latin1", 0, typeWithin);
  if (!head.includes(appendType)) return -1;
  const key = head.indexOf(audioKey);
  if (key === -1) return -1;
  const start = key + audioKey.length;
  const end = frame.indexOf(quote, start);
  if (end !== frame.length - 2 || frame[frame.length - 1] !== closingBrace) return -1;
  if (frame.subarray(start, end).includes(backslash)) return -1;
  if (((end - start) * 3) / 4 > scratch.length) return -1;
  return decodeAudio(frame.toString("latin1", start, end), scratch);
}

/** Decodes base64 into `scratch`, which must be large enough; -2 where it is not base64. */
export function decodeAudio(base64: string, scratch: Buffer): number {
  if (base64.length % 4 !== 0) return -2;
  const padding = base64.endsWith("==") ? 2 : base64.endsWith("=") ? 1 : 0;
  const wanted = (base64.length / 4) * 3 - padding;
  // Node leaves out what is not base64: then fewer bytes come than the length says.
  return scratch.write(base64, "base64") === wanted ? wanted : -2;
}
