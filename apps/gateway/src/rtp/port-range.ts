import { invariant } from "@agentcall/base";

/** The even UDP ports that calls may use for RTP; RTCP has the odd one above (RFC 3550 section 11). */
export class PortRange {
  readonly #free: number[] = [];
  readonly #taken = new Set<number>();

  /** Both ends belong to the range. An odd `from` is rounded up. */
  constructor(from: number, to: number) {
    for (let port = from + (from % 2); port + 1 <= to; port += 2) this.#free.push(port);
    invariant(
      this.#free.length > 0,
      "an RTP port range has at least one even port and the odd one above it",
    );
  }

  get takenCount(): number {
    return this.#taken.size;
  }

  get freeCount(): number {
    return this.#free.length;
  }

  /** The port that has been free for longest, so that late packets of an old call do not reach a new one. */
  take(): number | null {
    const port = this.#free.shift();
    if (port === undefined) return null;
    this.#taken.add(port);
    return port;
  }

  /** Gives a port back. A port that is not taken is left alone. */
  giveBack(port: number): void {
    if (this.#taken.delete(port)) this.#free.push(port);
  }
}
