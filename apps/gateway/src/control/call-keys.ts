import { Secret } from "@agentcall/base";
import type { CallId, CallKey, CallPlan, PlanOutcome } from "@agentcall/contract";

/**
 * The keys of calls whose sessions and recordings are about to be opened: the only place in a gateway
 * that holds any. A plan goes about with tickets in place of its keys; a ticket is taken once, and what nobody
 * took is forgotten at the end of its call.
 */
export class CallKeys {
  readonly #keys = new Map<string, Secret>();

  get held(): number {
    return this.#keys.size;
  }

  /** The same outcome with tickets, its keys held here. */
  checkIn(callId: CallId, outcome: PlanOutcome): PlanOutcome {
    if (outcome.kind === "reject") return outcome;
    const { plan } = outcome;
    return { kind: "accept", plan: this.#ticketed(callId, plan) };
  }

  /** The key of a ticket, once; null when it was taken or its call has ended. */
  take(ticket: string): Secret | null {
    const key = this.#keys.get(ticket) ?? null;
    this.#keys.delete(ticket);
    return key;
  }

  /** Which of a call's keys a ticket is for. */
  kindOf(callId: CallId, ticket: string): CallKey {
    return ticket === managedTicket(callId) ? "managed" : "own";
  }

  /** The call has ended. */
  forget(callId: CallId): void {
    this.#keys.delete(ownTicket(callId));
    this.#keys.delete(managedTicket(callId));
    this.#keys.delete(recordingTicket(callId));
  }

  #ticketed(callId: CallId, plan: CallPlan): CallPlan {
    const { provider, ladder, recording } = plan;
    this.#keys.set(ownTicket(callId), new Secret(provider.apiKey));
    if (ladder.managedKey !== null) {
      this.#keys.set(managedTicket(callId), new Secret(ladder.managedKey));
    }
    if (recording !== null) {
      this.#keys.set(recordingTicket(callId), new Secret(recording.dataKey));
    }
    return {
      ...plan,
      recording: recording === null ? null : { ...recording, dataKey: recordingTicket(callId) },
      provider: { ...provider, apiKey: ownTicket(callId) },
      ladder: { ...ladder, managedKey: ladder.managedKey === null ? null : managedTicket(callId) },
    };
  }
}

function ownTicket(callId: CallId): string {
  return `the own key of ${callId}`;
}

function managedTicket(callId: CallId): string {
  return `the managed key of ${callId}`;
}

function recordingTicket(callId: CallId): string {
  return `the recording key of ${callId}`;
}
