import type { Clock } from "@agentcall/base";

const heardMsMax = 20_000; // the longest goodbye; a call does not stay because its playout never runs dry

/** What is to be done when the caller has heard the agent's last sentence. */
type Leaving = {
  readonly sinceMs: number;
  /** The answer that asked for it is complete: nothing more comes before we go. */
  readonly said: boolean;
  readonly go: () => void;
  readonly callOff: () => void;
};

/** Holds a hang-up or a transfer back until what the agent said before it has been heard. */
export class Farewell {
  readonly #clock: Clock;
  #leaving: Leaving | null = null;

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  get isPending(): boolean {
    return this.#leaving !== null;
  }

  /** `callOff` is called instead of `go` when the caller speaks first. */
  begin(go: () => void, callOff: () => void): void {
    this.#leaving?.callOff();
    this.#leaving = { sinceMs: this.#clock.monotonicMs(), said: false, go, callOff };
  }

  /** The response that asked for it is done. */
  responseDone(): void {
    if (this.#leaving !== null) this.#leaving = { ...this.#leaving, said: true };
  }

  /** The caller speaks: he has something to say before we go. */
  callerSpeaks(): void {
    const leaving = this.#leaving;
    this.#leaving = null;
    leaving?.callOff();
  }

  /** A frame was played; `isIdle`: nothing is left to be heard. */
  frameSent(isIdle: boolean): void {
    const leaving = this.#leaving;
    if (leaving === null) return;
    const isHeard = leaving.said && isIdle;
    if (!isHeard && this.#clock.monotonicMs() - leaving.sinceMs < heardMsMax) return;
    this.#leaving = null;
    leaving.go();
  }
}
