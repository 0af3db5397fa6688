import type { CallId, NumberId } from "@agentcall/contract";

/** A call that was begun before this process was. */
export type CallInProgress = { readonly id: CallId; readonly numberId: NumberId | null };

/** The calls that are carried now, or were accepted and are about to be. */
export class CallCapacity {
  readonly #callsMax: () => number;
  /** Each with its number, as soon as that is known. */
  readonly #calls = new Map<CallId, NumberId | null>();

  constructor(callsMax: () => number, inProgress: readonly CallInProgress[]) {
    this.#callsMax = callsMax;
    for (const { id, numberId } of inProgress) this.#calls.set(id, numberId);
  }

  get callsInProgress(): number {
    return this.#calls.size;
  }

  /** Takes one place; false when none is free. A call that has one keeps it. */
  take(callId: CallId): boolean {
    if (this.#calls.has(callId)) return true;
    if (this.#calls.size >= this.#callsMax()) return false;
    this.#calls.set(callId, null);
    return true;
  }

  /**
   * Takes one place of a number for a call that has a place; false when the number has none free.
   * `callsMax` null allows any number of calls. A call that has one keeps it.
   */
  takeOfNumber(callId: CallId, numberId: NumberId, callsMax: number | null): boolean {
    const others = [...this.#calls].filter(([id, its]) => id !== callId && its === numberId);
    const isKept = this.#calls.get(callId) === numberId;
    if (!isKept && callsMax !== null && others.length >= callsMax) return false;
    if (this.#calls.has(callId)) this.#calls.set(callId, numberId);
    return true;
  }

  release(callId: CallId): void {
    this.#calls.delete(callId);
  }
}
