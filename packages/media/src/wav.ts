import { decodeG711, type G711Codec } from "./g711.ts";

/** Audio of one channel, 16 bits a sample. */
export type WavAudio = { readonly sampleRateHz: number; readonly samples: Int16Array };

/** Why bytes are not a WAV file that can be played. */
export type WavRefusal =
  | "not-a-wav-file"
  | "truncated"
  | "no-audio-in-it"
  | "not-one-channel"
  | "sample-rate-is-not-8-or-16-khz"
  | "neither-16-bit-pcm-nor-g711";

const riffHeadBytes = 12;
const chunkHeadBytes = 8;
const formatBytes = 16;
/** Of what `writeWav` writes before the samples. */
export const wavHeadBytes = riffHeadBytes + chunkHeadBytes + formatBytes + chunkHeadBytes;
const formats: Readonly<Record<number, "pcm" | G711Codec>> = { 1: "pcm", 6: "pcma", 7: "pcmu" };
const extensible = 0xfffe; // the real format stands at the start of its GUID
const extensibleFormatAt = 24;

/** Reads a RIFF/WAVE file: 8 or 16 kHz, one channel, 16-bit PCM or G.711. Never throws. */
export function parseWav(bytes: Uint8Array): WavAudio | WavRefusal {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  if (bytes.length < riffHeadBytes || letters(view, 0) !== "RIFF" || letters(view, 8) !== "WAVE") {
    return "not-a-wav-file";
  }
  const format = findChunk(view, "fmt ");
  const data = findChunk(view, "data");
  if (format === null || data === null) return "no-audio-in-it";
  if (format.bytes < formatBytes || format.at + format.bytes > bytes.length) return "truncated";
  const encoding = encodingOf(view, format);
  if (encoding === null) return "neither-16-bit-pcm-nor-g711";
  if (view.getUint16(format.at + 2, true) !== 1) return "not-one-channel";
  const sampleRateHz = view.getUint32(format.at + 4, true);
  if (sampleRateHz !== 8_000 && sampleRateHz !== 16_000) return "sample-rate-is-not-8-or-16-khz";
  // A recorder that was stopped hard leaves a length that is too large: what is there is played.
  const end = Math.min(bytes.length, data.at + data.bytes);
  const samples = decode(encoding, bytes.subarray(data.at, end));
  return samples.length === 0 ? "no-audio-in-it" : { sampleRateHz, samples };
}

/** Writes one channel of 16-bit PCM. */
export function writeWav(audio: WavAudio): Uint8Array {
  const { sampleRateHz, samples } = audio;
  const dataBytes = samples.length * 2;
  const bytes = new Uint8Array(wavHeadBytes + dataBytes);
  bytes.set(wavHead({ sampleRateHz, channels: 1, dataBytes }));
  const view = new DataView(bytes.buffer);
  samples.forEach((sample, index) => {
    view.setInt16(wavHeadBytes + index * 2, sample, true);
  });
  return bytes;
}

/** What stands before the samples of 16-bit PCM, which take `dataBytes` and come channel by channel. */
export function wavHead(audio: {
  readonly sampleRateHz: number;
  readonly channels: number;
  readonly dataBytes: number;
}): Uint8Array {
  const { sampleRateHz, channels, dataBytes } = audio;
  const bytes = new Uint8Array(wavHeadBytes);
  const view = new DataView(bytes.buffer);
  writeLetters(view, 0, "RIFF");
  view.setUint32(4, wavHeadBytes - chunkHeadBytes + dataBytes, true);
  writeLetters(view, 8, "WAVEfmt ");
  view.setUint32(16, formatBytes, true);
  view.setUint16(20, 1, true); // PCM
  view.setUint16(22, channels, true);
  view.setUint32(24, sampleRateHz, true);
  view.setUint32(28, sampleRateHz * channels * 2, true);
  view.setUint16(32, channels * 2, true);
  view.setUint16(34, 16, true);
  writeLetters(view, 36, "data");
  view.setUint32(40, dataBytes, true);
  return bytes;
}

type Chunk = { readonly at: number; readonly bytes: number };

/** Chunks follow one another, each at an even place. */
function findChunk(view: DataView, name: string): Chunk | null {
  let at = riffHeadBytes;
  while (at + chunkHeadBytes <= view.byteLength) {
    const bytes = view.getUint32(at + 4, true);
    if (letters(view, at) === name) return { at: at + chunkHeadBytes, bytes };
    at += chunkHeadBytes + bytes + (bytes % 2);
  }
  return null;
}

function encodingOf(view: DataView, format: Chunk): "pcm" | G711Codec | null {
  const tag = view.getUint16(format.at, true);
  const isExtensible = tag === extensible && format.bytes >= extensibleFormatAt + 2;
  const encoding =
    formats[isExtensible ? view.getUint16(format.at + extensibleFormatAt, true) : tag];
  if (encoding === undefined) return null;
  const bits = view.getUint16(format.at + 14, true);
  return bits === (encoding === "pcm" ? 16 : 8) ? encoding : null;
}

function decode(encoding: "pcm" | G711Codec, data: Uint8Array): Int16Array {
  if (encoding === "pcm") {
    const view = new DataView(data.buffer, data.byteOffset, data.byteLength);
    return Int16Array.from({ length: data.length >> 1 }, (_, index) =>
      view.getInt16(index * 2, true),
    );
  }
  const samples = new Int16Array(data.length);
  decodeG711(encoding, data, samples);
  return samples;
}

function letters(view: DataView, at: number): string {
  return String.fromCharCode(...[0, 1, 2, 3].map((index) => view.getUint8(at + index)));
}

function writeLetters(view: DataView, at: number, text: string): void {
  for (let index = 0; index < text.length; index += 1)
    view.setUint8(at + index, text.charCodeAt(index));
}
