import type { CallId, TrunkId } from "@agentcall/contract";

/** What a trunk allows; null allows any number. */
export type TrunkLimits = {
  readonly maxConcurrentCalls: number | null;
  readonly callsPerSecond: number | null;
};

/** Whether one more call may begin, and if not, when to come again. */
export type TrunkPlace =
  { readonly kind: "taken" } | { readonly kind: "refused"; readonly retryAfterSecs: number };

const secondMs = 1_000;
const concurrentRetrySecs = 10; // calls last minutes: one is likely to end soon
const rateRetrySecs = 1;

/** The calls of each trunk, over all gateways: carried now, and begun within the last second. */
export class TrunkCapacity {
  readonly #trunks = new Map<CallId, TrunkId>();
  /** By trunk, oldest first; at most as many as the trunk allows in a second. */
  readonly #beginsMs = new Map<TrunkId, readonly number[]>();

  /** A call that was begun before this process was. */
  restore(callId: CallId, trunkId: TrunkId): void {
    this.#trunks.set(callId, trunkId);
  }

  /** Takes one place of the trunk. A call that has one keeps it. */
  take(callId: CallId, trunkId: TrunkId, limits: TrunkLimits, nowMs: number): TrunkPlace {
    if (this.#trunks.has(callId)) return { kind: "taken" };
    const { maxConcurrentCalls, callsPerSecond } = limits;
    if (maxConcurrentCalls !== null && this.callsOf(trunkId) >= maxConcurrentCalls) {
      return { kind: "refused", retryAfterSecs: concurrentRetrySecs };
    }
    const begins = this.#beginsMs.get(trunkId) ?? [];
    const recent = begins.filter((beginMs) => nowMs - beginMs < secondMs);
    if (callsPerSecond !== null && recent.length >= callsPerSecond) {
      this.#beginsMs.set(trunkId, recent);
      return { kind: "refused", retryAfterSecs: rateRetrySecs };
    }
    if (callsPerSecond === null) this.#beginsMs.delete(trunkId);
    else this.#beginsMs.set(trunkId, [...recent, nowMs]);
    this.#trunks.set(callId, trunkId);
    return { kind: "taken" };
  }

  release(callId: CallId): void {
    this.#trunks.delete(callId);
  }

  callsOf(trunkId: TrunkId): number {
    let calls = 0;
    for (const each of this.#trunks.values()) if (each === trunkId) calls += 1;
    return calls;
  }
}
