import type { Clock, Timer } from "@agentcall/base";

/** Sends again and again, each time after twice the wait, up to a longest one. */
export class Retransmitter {
  readonly #clock: Clock;
  readonly #longestMs: number;
  readonly #send: () => void;
  #waitMs: number;
  #timer: Timer | null = null;

  constructor(clock: Clock, firstMs: number, longestMs: number, send: () => void) {
    this.#clock = clock;
    this.#waitMs = firstMs;
    this.#longestMs = longestMs;
    this.#send = send;
  }

  start(): void {
    this.#timer ??= this.#clock.after(this.#waitMs, () => {
      this.#timer = null;
      this.#waitMs = Math.min(2 * this.#waitMs, this.#longestMs);
      this.#send();
      this.start();
    });
  }

  stop(): void {
    this.#timer?.cancel();
    this.#timer = null;
  }
}
