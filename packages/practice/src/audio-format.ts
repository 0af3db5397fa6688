import { decodeG711, encodeG711, silenceByte } from "@agentcall/media";

/** The three formats of a Realtime session: G.711 at 8 kHz, or 16 bit little-endian at 24 kHz. */
export type AudioCodec = "pcmu" | "pcma" | "pcm";

/** The session's name of a format. */
export function codecOfFormat(formatType: string): AudioCodec | null {
  switch (formatType) {
    case "audio/pcmu":
      return "pcmu";
    case "audio/pcma":
      return "pcma";
    case "audio/pcm":
      return "pcm";
    default:
      return null;
  }
}

export function sampleRateHz(codec: AudioCodec): number {
  return codec === "pcm" ? 24_000 : 8000;
}

export function bytesPerMs(codec: AudioCodec): number {
  return codec === "pcm" ? 48 : 8;
}

/** The bytes of these samples, taken at the codec's rate. */
export function encodeAudio(codec: AudioCodec, samples: Int16Array): Uint8Array {
  if (codec === "pcm") {
    const bytes = Buffer.alloc(samples.length * 2);
    samples.forEach((sample, index) => bytes.writeInt16LE(sample, index * 2));
    return bytes;
  }
  const bytes = new Uint8Array(samples.length).fill(silenceByte(codec));
  encodeG711(codec, samples, bytes);
  return bytes;
}

/** For each of the 256 bytes of G.711 its power, so that a level needs no decoding. */
export function g711Powers(codec: "pcmu" | "pcma"): Float64Array {
  const samples = new Int16Array(256);
  decodeG711(
    codec,
    Uint8Array.from({ length: 256 }, (_, byte) => byte),
    samples,
  );
  return Float64Array.from(samples, (sample) => (sample / 32_768) ** 2);
}
