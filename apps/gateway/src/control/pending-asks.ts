import { AppError, type Clock, type Timer } from "@agentcall/base";

type Pending<Answer> = {
  readonly timer: Timer;
  readonly resolve: (answer: Answer) => void;
  readonly reject: (error: AppError) => void;
};

/** Questions to the control plane that wait for their answers. Each ends in time. */
export class PendingAsks<Answer> {
  readonly #clock: Clock;
  readonly #waitMs: number;
  readonly #pending = new Map<string, Pending<Answer>>();

  constructor(clock: Clock, waitMs: number) {
    this.#clock = clock;
    this.#waitMs = waitMs;
  }

  /** Resolves with the answer. Rejects with `control-plane-unreachable` when none comes in time. */
  ask(id: string): Promise<Answer> {
    this.#end(id, "asked again");
    return new Promise((resolve, reject) => {
      const timer = this.#clock.after(this.#waitMs, () => {
        this.#end(id, "no answer came in time");
      });
      this.#pending.set(id, { timer, resolve, reject });
    });
  }

  /** What nobody waits for any more is left. */
  answer(id: string, answer: Answer): void {
    const pending = this.#pending.get(id);
    pending?.timer.cancel();
    this.#pending.delete(id);
    pending?.resolve(answer);
  }

  /** Nobody will answer: the link is down. */
  endAll(): void {
    for (const id of [...this.#pending.keys()]) this.#end(id, "the control link is down");
  }

  #end(id: string, why: string): void {
    const pending = this.#pending.get(id);
    pending?.timer.cancel();
    this.#pending.delete(id);
    pending?.reject(new AppError("control-plane-unreachable", why));
  }
}
