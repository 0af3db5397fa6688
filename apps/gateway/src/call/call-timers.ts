import type { Clock, Timer } from "@agentcall/base";
import type { CallTimer } from "./call-state.ts";

/** The timers of one call, by name: armed again, a timer begins anew. */
export class CallTimers {
  readonly #clock: Clock;
  readonly #onTime: (timer: CallTimer) => void;
  readonly #armed = new Map<CallTimer, Timer>();

  constructor(clock: Clock, onTime: (timer: CallTimer) => void) {
    this.#clock = clock;
    this.#onTime = onTime;
  }

  get count(): number {
    return this.#armed.size;
  }

  arm(timer: CallTimer, afterMs: number): void {
    this.disarm(timer);
    const armed = this.#clock.after(afterMs, () => {
      this.#armed.delete(timer);
      this.#onTime(timer);
    });
    this.#armed.set(timer, armed);
  }

  disarm(timer: CallTimer): void {
    this.#armed.get(timer)?.cancel();
    this.#armed.delete(timer);
  }

  disarmAll(): void {
    for (const timer of [...this.#armed.keys()]) this.disarm(timer);
  }
}
