import { type Cipheriv, createCipheriv } from "node:crypto";
import { invariant } from "@agentcall/base";

const blockBytes = 16;
const blocksMax = 94; // 1,504 bytes: more than a datagram of Ethernet holds

/**
 * The keystream of AES in counter mode (RFC 3711 section 4.1.1), for the packets of one direction.
 *
 * The counter blocks are written here and run through AES by one cipher that lives as long as the
 * stream. Node's own counter mode wants a new cipher for each packet, which takes ten times as
 * long as all the encryption of a frame (1 µs against 12, measured on the shared machine).
 */
export class Keystream {
  readonly #cipher: Cipheriv;
  readonly #salt: Buffer;
  readonly #counters = Buffer.alloc(blockBytes * blocksMax);

  constructor(cipherKey: Buffer, salt: Buffer) {
    this.#cipher = createCipheriv("aes-128-ecb", cipherKey, null).setAutoPadding(false);
    this.#salt = salt;
  }

  /**
   * Encrypts or decrypts, which is the same, `bytes` of `packet` from `offset` on, in place. The
   * index of the packet is `indexHigh` * 2^16 + `indexLow`: for RTP its rollover counter and
   * sequence number.
   */
  apply(
    packet: Uint8Array,
    offset: number,
    bytes: number,
    ssrc: number,
    indexHigh: number,
    indexLow: number,
  ): void {
    const blocks = Math.ceil(bytes / blockBytes);
    invariant(blocks <= blocksMax, `a packet of ${String(bytes)} bytes is longer than a datagram`);
    if (blocks === 0) return;
    this.#writeFirstCounter(ssrc, indexHigh, indexLow);
    for (let block = 1; block < blocks; block += 1) {
      this.#counters.copyWithin(block * blockBytes, 0, blockBytes - 1);
      this.#counters[block * blockBytes + blockBytes - 1] = block;
    }
    const stream = this.#cipher.update(this.#counters.subarray(0, blocks * blockBytes));
    for (let index = 0; index < bytes; index += 1) {
      packet[offset + index] = (packet[offset + index] ?? 0) ^ (stream[index] ?? 0);
    }
  }

  /** (k_s * 2^16) XOR (SSRC * 2^64) XOR (i * 2^16). */
  #writeFirstCounter(ssrc: number, indexHigh: number, indexLow: number): void {
    const counter = this.#counters;
    counter.set(this.#salt, 0);
    counter.writeUInt32BE((counter.readUInt32BE(4) ^ ssrc) >>> 0, 4);
    counter.writeUInt32BE((counter.readUInt32BE(8) ^ indexHigh) >>> 0, 8);
    counter.writeUInt16BE(counter.readUInt16BE(12) ^ indexLow, 12);
    counter.writeUInt16BE(0, 14);
  }
}
