import type { CallId, LiveEvent, Turn } from "@agentcall/contract";
import type { EventStream } from "./event-stream.ts";

type Partial = Extract<LiveEvent, { kind: "transcript.partial" }>;

/**
 * What is said in calls, as it is told to those who listen now. A partial passes at once, and a
 * finished turn once it is on disk: the sequence that the gateway gave them is moved on so far that
 * each listener sees the one of a call grow.
 */
export class LiveTranscript {
  readonly #stream: EventStream;
  /** The last sequence told, of each call in progress. */
  readonly #last = new Map<CallId, number>();

  constructor(stream: EventStream) {
    this.#stream = stream;
  }

  partial({ callId, itemId, speaker: role, text, sequence }: Partial): void {
    this.#publish(callId, sequence, { itemId, role, text, final: false });
  }

  final(callId: CallId, turn: Turn, sequence: number | null): void {
    const { itemId, speaker: role, text, interrupted } = turn;
    this.#publish(callId, sequence ?? 0, { itemId, role, text, interrupted, final: true });
  }

  ended(callId: CallId): void {
    this.#last.delete(callId);
  }

  #publish(callId: CallId, told: number, data: Readonly<Record<string, unknown>>): void {
    const sequence = Math.max(told, (this.#last.get(callId) ?? -1) + 1);
    this.#last.set(callId, sequence);
    this.#stream.publish("transcript.partial", { callId, ...data, sequence });
  }
}
