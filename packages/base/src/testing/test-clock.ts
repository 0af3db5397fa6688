import type { Clock, Timer } from "../clock.ts";

type Pending = { readonly dueAtMs: number; readonly order: number; readonly run: () => void };

/** A clock that stands still until a test moves it. Timers run in the order they are due. */
export class TestClock implements Clock {
  #monotonicMs = 0;
  #wallOffsetMs: number;
  #order = 0;
  readonly #pending = new Set<Pending>();

  constructor(startAtMs = Date.UTC(2026, 0, 1)) {
    this.#wallOffsetMs = startAtMs;
  }

  nowMs(): number {
    return this.#wallOffsetMs + this.#monotonicMs;
  }

  monotonicMs(): number {
    return this.#monotonicMs;
  }

  after(delayMs: number, run: () => void): Timer {
    this.#order += 1;
    const timer = { dueAtMs: this.#monotonicMs + Math.max(0, delayMs), order: this.#order, run };
    this.#pending.add(timer);
    return {
      cancel: () => {
        this.#pending.delete(timer);
      },
    };
  }

  /** How many timers wait: 0 shows that nothing was left behind. */
  get pendingCount(): number {
    return this.#pending.size;
  }

  /** Moves time on and runs what falls due, also what those runs start themselves. */
  advance(byMs: number): void {
    const untilMs = this.#monotonicMs + byMs;
    for (let next = this.#next(untilMs); next !== null; next = this.#next(untilMs)) {
      this.#run(next);
    }
    this.#monotonicMs = untilMs;
  }

  /** As `advance`, and lets promises settle between one timer and the next. */
  async advanceAsync(byMs: number): Promise<void> {
    const untilMs = this.#monotonicMs + byMs;
    await settle();
    for (let next = this.#next(untilMs); next !== null; next = this.#next(untilMs)) {
      this.#run(next);
      await settle();
    }
    this.#monotonicMs = untilMs;
  }

  /** The admin, or NTP, sets the wall clock; the monotonic clock does not notice. */
  stepWall(byMs: number): void {
    this.#wallOffsetMs += byMs;
  }

  #next(untilMs: number): Pending | null {
    let next: Pending | null = null;
    for (const timer of this.#pending) {
      if (timer.dueAtMs > untilMs) continue;
      if (
        next === null ||
        timer.dueAtMs < next.dueAtMs ||
        (timer.dueAtMs === next.dueAtMs && timer.order < next.order)
      ) {
        next = timer;
      }
    }
    return next;
  }

  #run(timer: Pending): void {
    this.#pending.delete(timer);
    this.#monotonicMs = Math.max(this.#monotonicMs, timer.dueAtMs);
    timer.run();
  }
}

/** Lets every promise that can settle without time or I/O do so. */
async function settle(): Promise<void> {
  for (let turn = 0; turn < 20; turn += 1) await Promise.resolve();
}
