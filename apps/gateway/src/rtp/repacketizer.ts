import type { FramePacket } from "./frame-packet.ts";

const frameSamples = 160; // 20 ms: what the pacer is for
const samplesPerMs = 8;
const waitingSamplesMax = 480; // one packet of 40 ms, and one frame that makes it full

/**
 * Makes packets of 10, 30 or 40 ms out of frames of 20 ms. The clockwork stays: packets of 10 ms
 * leave in pairs, those of 30 ms by turns after 20 and after 40 ms. On average all keep the pace, and
 * what the far end's jitter buffer has to level out is 10 ms.
 */
export class Repacketizer {
  readonly #packet: FramePacket;
  readonly #packetSamples: number;
  readonly #waiting = new Uint8Array(waitingSamplesMax);
  #waitingSamples = 0;
  #isTalkspurt = false;

  constructor(packet: FramePacket, ptimeMs: number) {
    this.#packet = packet;
    this.#packetSamples = ptimeMs * samplesPerMs;
  }

  /** Takes the frame that `packet.bytes` holds, and sends what is full. */
  push(isTalkspurt: boolean, send: (packet: Uint8Array) => void): void {
    const { bytes, frameOffset } = this.#packet;
    this.#waiting.set(bytes.subarray(frameOffset), this.#waitingSamples);
    this.#waitingSamples += frameSamples;
    this.#isTalkspurt ||= isTalkspurt;
    while (this.#waitingSamples >= this.#packetSamples) {
      const samples = this.#waiting.subarray(0, this.#packetSamples);
      send(this.#packet.packet(samples, this.#isTalkspurt));
      this.#isTalkspurt = false;
      this.#waiting.copyWithin(0, this.#packetSamples, this.#waitingSamples);
      this.#waitingSamples -= this.#packetSamples;
    }
  }

  /** Drops what waits, and lets its time pass: something else takes its place. */
  clear(): void {
    this.#packet.skipSamples(this.#waitingSamples);
    this.#waitingSamples = 0;
    this.#isTalkspurt = false;
  }
}
