import { invariant } from "@agentcall/base";

export const ringSamples = 32_768; // 4 s: what is a second or two late still finds its place
const mask = ringSamples - 1;

/**
 * The last seconds of both sides of a call, a byte a sample, in two rings that are made once. Audio
 * is put where it belongs on the call's time; where nothing was put is silence.
 */
export class StereoRing {
  readonly caller: Uint8Array;
  readonly agent: Uint8Array;
  readonly #silence: number;
  #takenTo = 0;

  constructor(silenceByte: number) {
    this.#silence = silenceByte;
    this.caller = new Uint8Array(ringSamples).fill(silenceByte);
    this.agent = new Uint8Array(ringSamples).fill(silenceByte);
  }

  /** The first position that was not taken yet. */
  get takenTo(): number {
    return this.#takenTo;
  }

  /** Puts samples at a position. Those that were taken already, or are seconds ahead, are left out. */
  put(
    side: "caller" | "agent",
    position: number,
    source: Uint8Array,
    offset: number,
    bytes: number,
  ): void {
    const from = Math.max(position, this.#takenTo);
    const to = Math.min(position + bytes, this.#takenTo + ringSamples);
    const count = to - from;
    if (count <= 0) return;
    const ring = side === "caller" ? this.caller : this.agent;
    const sourceAt = offset + from - position;
    const at = from & mask;
    const first = Math.min(count, ringSamples - at);
    ring.set(source.subarray(sourceAt, sourceAt + first), at);
    if (first < count) ring.set(source.subarray(sourceAt + first, sourceAt + count), 0);
  }

  /** Makes both sides silent between two positions, as far as they are not taken. */
  mute(from: number, to: number): void {
    const end = Math.min(to, this.#takenTo + ringSamples);
    for (let position = Math.max(from, this.#takenTo); position < end; position += 1) {
      this.caller[position & mask] = this.#silence;
      this.agent[position & mask] = this.#silence;
    }
  }

  /** Copies what the caller said at a position, which is not taken yet. */
  copyCaller(position: number, into: Uint8Array): void {
    invariant(position >= this.#takenTo, "what is taken is not there any more");
    for (let index = 0; index < into.length; index += 1) {
      into[index] = this.caller[(position + index) & mask] ?? this.#silence;
    }
  }

  /** Writes the next samples, caller and agent taking turns, and makes room in their place. */
  take(samples: number, into: Uint8Array): void {
    invariant(samples <= ringSamples, "no more is there than the ring holds");
    for (let index = 0; index < samples; index += 1) {
      const at = (this.#takenTo + index) & mask;
      into[2 * index] = this.caller[at] ?? this.#silence;
      into[2 * index + 1] = this.agent[at] ?? this.#silence;
      this.caller[at] = this.#silence;
      this.agent[at] = this.#silence;
    }
    this.#takenTo += samples;
  }
}
