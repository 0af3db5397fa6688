const windowPackets = 128; // RFC 3711 section 3.3.2 wants at least 64; a jitter buffer waits for 3

/** Which packets of a stream have come already, by their index (RFC 3711 section 3.3.2). */
export class ReplayWindow {
  readonly #seen = new Float64Array(windowPackets).fill(-1);
  #highest = -1;

  /** Whether a packet of this index may still be taken. It is not noted: its tag is checked first. */
  isFresh(index: number): boolean {
    return index > this.#highest - windowPackets && this.#seen[index % windowPackets] !== index;
  }

  /** The packet was authentic. */
  note(index: number): void {
    this.#seen[index % windowPackets] = index;
    if (index > this.#highest) this.#highest = index;
  }
}
