import type { CallId, CallUsage } from "@agentcall/contract";
import { chargeBetween } from "../ledger/rating.ts";

type Running = { readonly usage: CallUsage; readonly amountMicros: number };

/**
 * What calls in progress have cost beyond what is booked of them, by their heartbeats. Nothing of it
 * lasts: after a restart it is there again with the next heartbeat of each.
 */
export class LiveUse {
  readonly #calls = new Map<CallId, Running>();

  /** `usage` is the stretch that would be booked if the call ended now. */
  heard(callId: CallId, usage: CallUsage): void {
    const { terms, termsFromMs, fromMs, toMs } = usage;
    const { amountMicros } = chargeBetween(
      Math.max(0, fromMs - termsFromMs),
      Math.max(0, toMs - termsFromMs),
      terms,
    );
    this.#calls.set(callId, { usage, amountMicros });
  }

  /** What was told is booked now, or the call has ended: the next heartbeat, if any, tells the rest. */
  booked(callId: CallId): void {
    this.#calls.delete(callId);
  }

  /** Of a number, or with null of all, in calls that were answered in this month. */
  micros(numberId: string | null, isOfMonth: (answeredAtMs: number) => boolean): number {
    let sum = 0;
    for (const { usage, amountMicros } of this.#calls.values()) {
      const isOfNumber = numberId === null || usage.numberId === numberId;
      if (isOfNumber && isOfMonth(usage.answeredAtMs)) sum += amountMicros;
    }
    return sum;
  }
}
