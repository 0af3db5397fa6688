import type { CallId } from "@agentcall/contract";

/** The calls that are carried now, or were accepted and are about to be. */
export class CallCapacity {
  readonly #callsMax: () => number;
  readonly #calls = new Set<CallId>();

  constructor(callsMax: () => number, inProgress: readonly CallId[]) {
    this.#callsMax = callsMax;
    for (const callId of inProgress) this.#calls.add(callId);
  }

  get callsInProgress(): number {
    return this.#calls.size;
  }

  /** Takes one place; false when none is free. A call that has one keeps it. */
  take(callId: CallId): boolean {
    if (this.#calls.size >= this.#callsMax() && !this.#calls.has(callId)) return false;
    this.#calls.add(callId);
    return true;
  }

  release(callId: CallId): void {
    this.#calls.delete(callId);
  }
}
