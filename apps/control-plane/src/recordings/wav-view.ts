import { endianness } from "node:os";
import { AppError, invariant } from "@agentcall/base";
import { decodeG711, wavHead, wavHeadBytes } from "@agentcall/media";
import type { ByteRange } from "./byte-range.ts";
import type { SealedAudio } from "./sealed-audio.ts";

const sampleRateHz = 8_000;
const channels = 2;
const sampleBytes = 2; // a byte of G.711 becomes a sample of 16 bits

/**
 * A sealed recording as a WAV file: 16-bit PCM, which everything plays, caller left and agent right.
 * Any part of it can be read without what stands before.
 */
export class WavView {
  readonly #audio: SealedAudio;
  readonly #head: Uint8Array;
  readonly totalBytes: number;

  constructor(audio: SealedAudio) {
    const dataBytes = audio.layout.audioBytes * sampleBytes;
    this.#audio = audio;
    this.#head = wavHead({ sampleRateHz, channels, dataBytes });
    this.totalBytes = wavHeadBytes + dataBytes;
  }

  /** The bytes of the range, as they are opened. Throws `recording_unreadable` where one does not. */
  async *read({ from, to }: ByteRange): AsyncGenerator<Uint8Array> {
    if (from < wavHeadBytes) yield this.#head.subarray(from, to + 1);
    const firstAt = Math.max(from, wavHeadBytes) - wavHeadBytes;
    const endAt = to + 1 - wavHeadBytes;
    const perSegment = this.#audio.header.segmentBytes * sampleBytes;
    for (let at = firstAt; at < endAt;) {
      const number = Math.floor(at / perSegment);
      const beginsAt = number * perSegment;
      const pcm = await this.#pcmOf(number);
      const part = pcm.subarray(at - beginsAt, Math.min(endAt - beginsAt, perSegment));
      invariant(part.length > 0, "the layout says how much audio there is");
      yield part;
      at += part.length;
    }
  }

  async #pcmOf(number: number): Promise<Uint8Array> {
    const g711 = await this.#audio.segment(number);
    if (g711 === null) {
      throw new AppError("recording_unreadable", "A segment of the recording does not open.");
    }
    const samples = new Int16Array(g711.length);
    decodeG711(this.#audio.header.codec, g711, samples);
    g711.fill(0);
    const pcm = Buffer.from(samples.buffer);
    return endianness() === "LE" ? pcm : pcm.swap16(); // RIFF is little endian
  }
}
