const modulus = 65_536;

/**
 * Turns 16-bit sequence numbers into numbers that only grow: unwrapped once at the edge, so that
 * nothing behind it has to know of the wrap (RFC 3550 appendix A.1).
 */
export class SequenceUnwrapper {
  #last: number | null = null;

  /** The number nearest to the last one: up to 32,767 ahead of it, or 32,768 behind. */
  unwrap(sequenceNumber: number): number {
    if (this.#last === null) {
      this.#last = sequenceNumber + modulus; // room for packets from before the first one
      return this.#last;
    }
    const step = ((sequenceNumber - this.#last) << 16) >> 16;
    const unwrapped = this.#last + step;
    if (step > 0) this.#last = unwrapped;
    return unwrapped;
  }

  /** Forgets what was, for a stream that begins anew. */
  reset(): void {
    this.#last = null;
  }
}
