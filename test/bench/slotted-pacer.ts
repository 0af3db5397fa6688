import { type Clock, every, type Timer } from "@agentcall/base";

const frameMs = 20;
const slotMs = 5; // calls spread over four slots: one burst of all calls each 20 ms would be late by its own length
const slotCount = frameMs / slotMs;

/** One timer for all streams: each is called every 20 ms, those of one slot together. */
export class SlottedPacer {
  readonly #slots: Set<() => void>[] = Array.from({ length: slotCount }, () => new Set());
  readonly #timer: Timer;
  #turn = 0;
  #added = 0;

  /** `onTurn` is told how late each slot is served. */
  constructor(clock: Clock, onTurn: (lateMs: number) => void = () => undefined) {
    const startedAtMs = clock.monotonicMs();
    this.#timer = every(clock, slotMs, () => {
      // Every slot that is due, also those that a late timer left behind; a timer may be early too.
      const sinceStartMs = clock.monotonicMs() - startedAtMs;
      const dueTurn = Math.floor(sinceStartMs / slotMs + 0.5);
      onTurn(Math.max(0, sinceStartMs - (this.#turn + 1) * slotMs));
      for (; this.#turn < dueTurn; this.#turn += 1) {
        for (const send of this.#slots[this.#turn % slotCount] ?? []) send();
      }
    });
  }

  add(send: () => void): void {
    this.#slots[this.#added % slotCount]?.add(send);
    this.#added += 1;
  }

  close(): void {
    this.#timer.cancel();
  }
}
