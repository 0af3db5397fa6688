import { type Log, newId } from "@agentcall/base";
import type { CallEvent, MediaStats } from "@agentcall/contract";
import type { Invite } from "../sip/sip-leg.ts";
import type { CallEnd, CallFacts } from "./call-facts.ts";
import type { CallPorts } from "./call-ports.ts";

/** An event of a call without what every event has. */
type EventBody = CallEvent extends infer Event
  ? Event extends CallEvent
    ? Omit<Event, "eventId" | "callId" | "atMs">
    : never
  : never;

type CallTellerOptions = {
  readonly ports: Pick<CallPorts, "control" | "clock" | "random">;
  readonly invite: Invite;
  readonly facts: CallFacts;
  readonly log: Log;
};

/** Tells what lasts of a call: its start before all else, its end once, under an id that is made beforehand. */
export class CallTeller {
  readonly #options: CallTellerOptions;
  readonly #endEventId: string;
  #startTold = false;

  constructor(options: CallTellerOptions) {
    this.#options = options;
    this.#endEventId = newId("evt", options.ports.random);
  }

  tell(body: EventBody): void {
    this.#tellStart();
    void this.#write({ ...this.#head(this.#newEventId()), ...body });
  }

  /** Resolves when the record is on disk, or cannot be kept. */
  end(end: CallEnd, stats: MediaStats | null): Promise<void> {
    const { facts, log } = this.#options;
    const usage = facts.meter.lastStretch() ?? undefined;
    const record = facts.record(end, stats);
    this.#tellStart();
    const { endCause: cause, sipStatus, durationMs } = record;
    log.info({ cause, sipStatus, durationMs, mediaStats: stats }, "call ended");
    return this.#write({ ...this.#head(this.#endEventId), kind: "call.ended", record, usage });
  }

  /** Keeps what would be told of the call if this process died now. */
  keepDraft(stats: MediaStats | null): void {
    const { facts, ports, log } = this.#options;
    const record = facts.record({ cause: "gateway_lost", sipStatus: 200, q850Cause: null }, stats);
    const usage = facts.meter.stretchIfLost();
    if (usage !== null) {
      const { callId } = this.#options.invite;
      ports.control.live({ kind: "call.heartbeat", callId, usage });
    }
    const draft: CallEvent = {
      ...this.#head(this.#endEventId),
      kind: "call.ended",
      record,
      usage: usage ?? undefined,
    };
    ports.control.keepDraft(draft).catch((error: unknown) => {
      log.error({ err: error }, "the heartbeat of a call could not be written");
    });
  }

  /** Told when the number is known, or when there is something else to tell. */
  #tellStart(): void {
    if (this.#startTold) return;
    this.#startTold = true;
    const { invite, facts } = this.#options;
    const { direction, from, to, sipCallId, trunk, metadata } = invite;
    void this.#write({
      ...this.#head(this.#newEventId()),
      atMs: facts.startedAtMs,
      kind: "call.started",
      direction,
      from,
      to,
      numberId: facts.numberId,
      voiceMode: facts.voiceMode,
      sipCallId,
      trunkId: trunk.trunkId,
      metadata: { ...metadata },
    });
  }

  #newEventId(): string {
    return newId("evt", this.#options.ports.random);
  }

  #head(eventId: string): Pick<CallEvent, "eventId" | "callId" | "atMs"> {
    const { invite, ports } = this.#options;
    return { eventId, callId: invite.callId, atMs: ports.clock.nowMs() };
  }

  /** Never rejects: a full or broken disk is told to the log, and the call goes on. */
  async #write(event: CallEvent): Promise<void> {
    const { ports, log } = this.#options;
    try {
      await ports.control.record(event);
    } catch (error) {
      log.error({ err: error, kind: event.kind }, "an event of the call could not be kept");
    }
  }
}
