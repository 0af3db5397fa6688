import { AppError, type Clock, newId, type Random, type Secret } from "@agentcall/base";
import {
  type CallEvent,
  type CallExtraction,
  type CallId,
  callIdSchema,
} from "@agentcall/contract";
import { z } from "zod";
import { type Actor, applianceActor, type AuditLog } from "../audit/audit-log.ts";
import type { ManagedKey } from "../byok/managed-key.ts";
import { callOf, type StoredCall } from "../calls/call-store.ts";
import { conversationOf, type Spoken, turnsIn } from "../calls/conversation-store.ts";
import { viewOfTranscript } from "../calls/call-view.ts";
import type { EventStream } from "../events/event-stream.ts";
import type { JobAttempt, JobKind, JobOutcome } from "../jobs/job.ts";
import type { JobQueue } from "../jobs/job-queue.ts";
import type { CallerMemory } from "../memory/caller-memory.ts";
import type { OutgoingHttp } from "../outside/outgoing-http.ts";
import { setSearchSummary, setSearchTranscript } from "../search/call-search.ts";
import type { Database, SqlReader, SqlWriter } from "../sqlite/database.ts";
import { openaiKeyPurpose, type Vault } from "../vault/vault.ts";
import type { WebhookOutbox } from "../webhooks/webhook-outbox.ts";
import { withEvidence } from "./evidence.ts";
import { requestReport } from "./report-request.ts";
import { putBrief, putReport, reportOf } from "./report-store.ts";

/** What happens once a report is there, in its transaction. */
export type ReportFollower = (
  writer: SqlWriter,
  call: StoredCall,
  report: CallExtraction,
) => Promise<void>;

export type CallReportsOptions = {
  readonly db: Database;
  readonly audit: AuditLog;
  readonly vault: Vault;
  readonly managedKey: Pick<ManagedKey, "find">;
  readonly jobs: JobQueue;
  readonly outbox: WebhookOutbox;
  readonly stream: EventStream;
  readonly memory: CallerMemory;
  /** Reaches the provider and nothing else. */
  readonly http: OutgoingHttp;
  readonly provider: { readonly baseUrl: string; readonly model: string };
  readonly followers: readonly ReportFollower[];
  readonly clock: Clock;
  readonly random: Random;
};

const payload = z.object({ callId: callIdSchema });
type Payload = z.infer<typeof payload>;

/** What a call was about: drawn from its transcript by the provider, with the key the call ran on. */
export class CallReports {
  readonly #options: CallReportsOptions;
  readonly job: JobKind<Payload>;

  constructor(options: CallReportsOptions) {
    this.#options = options;
    this.job = {
      name: "call.report",
      payload,
      atOnceMax: 4, // after a busy hour the provider is not asked for all at once
      atOncePerShareMax: 4,
      retry: { firstMs: 2_000, maxMs: 600_000 },
      attemptsMax: 8, // about twenty minutes
      attemptMsMax: 60_000,
      run: ({ callId }, attempt) => this.#run(callId, attempt),
      parked: (writer, { callId }) => this.#giveUp(writer, callId),
    };
  }

  /** A `CallFollower`: the end of an answered call is the cause of its report. */
  readonly follow = async (writer: SqlWriter, event: CallEvent): Promise<void> => {
    if (event.kind !== "call.ended" || event.record.answeredAtMs === null) return;
    const call = await callIn(writer, event.callId);
    await setSearchTranscript(writer, call.id, turnsIn(await conversationOf(writer, call.id)));
    await this.#ask(writer, call, "first");
  };

  /** Once more, by hand. Throws `not_found` and `conflict`. */
  async again(callId: string, actor: Actor): Promise<void> {
    const { db, audit, random } = this.#options;
    await db.tx(async (writer) => {
      const call = await callIn(writer, callId);
      if ((await reportOf(writer, call.id))?.state === "extracting") {
        throw new AppError("conflict", "The report of this call is being made.");
      }
      if ((call.record?.answeredAtMs ?? null) === null) {
        throw new AppError("conflict", "Only a call that was answered and is over has a report.");
      }
      await this.#ask(writer, call, newId("again", random));
      await audit.append(writer, actor, "report.asked-again", call.id);
    });
  }

  async #ask(writer: SqlWriter, call: StoredCall, round: string): Promise<void> {
    const { jobs, clock } = this.#options;
    const updatedAtMs = clock.nowMs();
    await putReport(writer, { callId: call.id, state: "extracting", report: null, updatedAtMs });
    await jobs.enqueue(writer, this.job, {
      dedupeId: `${call.id} ${round}`,
      // What a caller says later is judged after what the caller said before.
      lane: `report ${partyOf(call)}`,
      payload: { callId: call.id },
    });
  }

  async #run(callId: CallId, { signal }: JobAttempt): Promise<JobOutcome> {
    const { db, http, provider, memory } = this.#options;
    const call = await callIn(db, callId);
    const conversation = await conversationOf(db, callId);
    const turns = turnsIn(conversation);
    const remembers = await memory.isEnabled();
    if (turns.every(({ speaker }) => speaker === "ai")) {
      return {
        kind: "done",
        commit: (writer) => this.#write(writer, call, conversation, nothingSaid, false),
      };
    }
    const apiKey = await this.#openKey(call);
    if (apiKey === null) return { kind: "failed", reason: "key_does_not_open" };
    const calledAt = new Date(call.startedAtMs).toISOString();
    const request = { ...provider, apiKey, turns, remembers, calledAt, signal };
    const answer = await requestReport(http, request);
    if (answer.kind === "failed") {
      const { reason, waitMs } = answer;
      return { kind: "failed", reason, ...(waitMs === null ? {} : { waitMs }) };
    }
    const texts = turns.map(({ text }) => text);
    const report = withEvidence(answer.extraction, texts);
    return {
      kind: "done",
      commit: (writer) => this.#write(writer, call, conversation, report, remembers),
    };
  }

  /** A call on a number's own key is reported on that key, and on no other. */
  async #openKey({ id, numberId, voiceMode }: StoredCall): Promise<Secret | null> {
    const { db, audit, vault, managedKey } = this.#options;
    const isOwn = voiceMode === "byok";
    if (numberId === null || vault.door.isSealed) return null;
    const found = await (isOwn ? vault.find(openaiKeyPurpose, numberId) : managedKey.find());
    const action = isOwn ? "byok-key.opened" : "managed-key.opened";
    const opened = found.kind === "opened";
    await db.tx((writer) =>
      audit.append(writer, applianceActor, action, numberId, {
        callId: id,
        for: "report",
        opened,
        keyVersion: opened ? found.keyVersion : null,
      }),
    );
    return opened ? found.secret : null;
  }

  async #write(
    writer: SqlWriter,
    call: StoredCall,
    conversation: readonly Spoken[],
    report: CallExtraction,
    remembers: boolean,
  ): Promise<void> {
    const { memory, stream, random, clock, followers } = this.#options;
    const nowMs = clock.nowMs();
    // Forgotten or erased while it was made: what was drawn from it is not kept.
    if ((await reportOf(writer, call.id))?.state !== "extracting") return;
    await putReport(writer, { callId: call.id, state: "ready", report, updatedAtMs: nowMs });
    await setSearchSummary(writer, call.id, report.summary);
    const remembered = { id: call.id, phone: partyOf(call), numberId: call.numberId };
    const contact = remembers ? await memory.remember(writer, remembered, report) : null;
    if (report.ownerBrief !== "" && !report.spam) {
      const { ownerBrief: text, urgency } = report;
      const brief = { id: newId("brief", random), callId: call.id, text, urgency };
      await putBrief(writer, { ...brief, contactId: contact?.id ?? null }, nowMs);
    }
    await this.#tell(writer, call, conversation, report);
    for (const follow of followers) await follow(writer, call, report);
    writer.afterCommit(() => {
      stream.publish("call.report.ready", { callId: call.id });
    });
  }

  async #tell(
    writer: SqlWriter,
    call: StoredCall,
    conversation: readonly Spoken[],
    report: CallExtraction | null,
  ): Promise<void> {
    const { outbox } = this.#options;
    const callId = call.id;
    const { entries: transcript, duration } = viewOfTranscript(call, conversation, null);
    const data = {
      callId,
      duration,
      transcript,
      summary: report === null ? null : summaryOf(report),
    };
    await outbox.publish(writer, { event: "call.transcript", callId, dedupeId: callId, data });
    if (report === null) return;
    const ready = { event: "call.report.ready", callId, dedupeId: callId } as const;
    await outbox.publish(writer, { ...ready, data: { callId, report } });
  }

  /** The transcript is told without a summary: it is there all the same. */
  async #giveUp(writer: SqlWriter, callId: CallId): Promise<void> {
    const updatedAtMs = this.#options.clock.nowMs();
    await putReport(writer, { callId, state: "failed", report: null, updatedAtMs });
    const call = await callIn(writer, callId);
    await this.#tell(writer, call, await conversationOf(writer, callId), null);
  }
}

const nothingSaid: CallExtraction = {
  summary: "The caller said nothing.",
  callerName: null,
  intent: "other",
  urgency: "low",
  callbackBy: null,
  spam: false,
  entities: [],
  facts: [],
  preferences: [],
  decisions: [],
  commitments: [],
  tasks: [],
  risks: [],
  unresolved: [],
  nextCallContext: "",
  ownerBrief: "",
};

/** Whom the call was with. */
function partyOf({ direction, from, to }: StoredCall): string {
  return direction === "inbound" ? from : to;
}

/** The part of a report that `call.transcript` tells. */
function summaryOf({
  summary,
  callerName,
  intent,
  urgency,
  callbackBy,
  spam,
}: CallExtraction): object {
  return { summary, callerName, intent, urgency, callbackBy, spam };
}

async function callIn(reader: SqlReader, id: string): Promise<StoredCall> {
  const row = await reader.get("SELECT * FROM call WHERE id = ?", id);
  if (row === null) throw new AppError("not_found", "There is no such call.");
  return callOf(row);
}
