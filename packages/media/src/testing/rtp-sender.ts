import { writeRtpHeader } from "../rtp-header.ts";

const frameSamples = 160;

/** Makes the packets of a stream, one 20 ms frame after another, and lets a test disturb it. */
export class RtpSender {
  #sequenceNumber: number;
  #timestamp: number;
  readonly #ssrc: number;
  #frame = 0;

  constructor(start: { sequenceNumber?: number; timestamp?: number; ssrc?: number } = {}) {
    this.#sequenceNumber = start.sequenceNumber ?? 1_000;
    this.#timestamp = start.timestamp ?? 160_000;
    this.#ssrc = start.ssrc ?? 0x11223344;
  }

  /** The next packet; every byte of its payload is the number of the frame, from 1 on. */
  next(): Uint8Array {
    this.#frame += 1;
    const packet = new Uint8Array(12 + frameSamples).fill(this.#frame & 0xff);
    writeRtpHeader(packet, {
      marker: false,
      payloadType: 0,
      sequenceNumber: this.#sequenceNumber,
      timestamp: this.#timestamp,
      ssrc: this.#ssrc,
    });
    this.#sequenceNumber = (this.#sequenceNumber + 1) & 0xffff;
    this.#timestamp = (this.#timestamp + frameSamples) >>> 0;
    return packet;
  }

  /** Packets that are sent and never arrive. */
  lose(count: number): void {
    for (let packet = 0; packet < count; packet += 1) this.next();
  }

  /** Two packets, the later one first. */
  swap(): readonly [Uint8Array, Uint8Array] {
    const first = this.next();
    return [this.next(), first];
  }

  /** Time for which nothing is sent: the timestamp goes on, the sequence does not. */
  pause(frames: number): void {
    this.#timestamp = (this.#timestamp + frames * frameSamples) >>> 0;
  }

  /** The sender begins anew somewhere else in its sequence. */
  jump(packets: number): void {
    this.#sequenceNumber = (this.#sequenceNumber + packets) & 0xffff;
  }
}
