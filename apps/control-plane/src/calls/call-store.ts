import { AppError, invariant } from "@agentcall/base";
import {
  type CallEvent,
  type CallFilter,
  type CallId,
  callIdSchema,
  type CallRecord,
  callRecordSchema,
  type CallStatus,
  callStatusSchema,
  type NumberId,
  numberIdSchema,
  type RecordingView,
  recordingViewSchema,
  type TrunkId,
  trunkIdSchema,
  type VoiceMode,
  voiceModeSchema,
} from "@agentcall/contract";
import { z } from "zod";
import type { UsageBook } from "../ledger/usage-book.ts";
import type { Database, SqlRow, SqlWriter } from "../sqlite/database.ts";
import { whereOf } from "../sqlite/conditions.ts";
import { searchExpression } from "../search/call-search.ts";
import { conversationOf, putToolCall, putTurn, type Spoken } from "./conversation-store.ts";

/** A call as it is known: its record once it has ended. */
export type StoredCall = {
  readonly id: CallId;
  readonly gatewayId: string;
  readonly direction: "inbound" | "outbound";
  readonly from: string;
  readonly to: string;
  readonly numberId: NumberId | null;
  readonly voiceMode: VoiceMode | null;
  readonly sipCallId: string;
  readonly status: CallStatus;
  readonly startedAtMs: number;
  readonly answeredAtMs: number | null;
  readonly endedAtMs: number | null;
  readonly record: CallRecord | null;
  readonly trunkId: TrunkId | null;
  readonly metadata: Readonly<Record<string, string>>;
  /** Null for a call that was not to be recorded. */
  readonly recording: RecordingView | null;
};

/** Which gateway, in which of its lives, tells an event. */
export type Teller = { readonly gatewayId: string; readonly bootId: string };

/** What follows from a new event, written in the transaction of the event itself. */
export type CallFollower = (writer: SqlWriter, event: CallEvent) => Promise<void>;

/** Calls, their turns and their records. */
export class CallStore {
  readonly #db: Database;
  readonly #usage: UsageBook;
  readonly #followers: readonly CallFollower[];

  constructor(db: Database, usage: UsageBook, followers: readonly CallFollower[] = []) {
    this.#db = db;
    this.#usage = usage;
    this.#followers = followers;
  }

  /**
   * Writes what a gateway tells, all of it in one transaction. An event that was written before
   * changes nothing. Returns the events that were new.
   */
  async apply(teller: Teller, events: readonly CallEvent[]): Promise<readonly CallEvent[]> {
    return this.#db.tx((writer) => this.applyIn(writer, teller, events));
  }

  /** The same in the transaction of something that belongs to it. */
  async applyIn(
    writer: SqlWriter,
    teller: Teller,
    events: readonly CallEvent[],
  ): Promise<readonly CallEvent[]> {
    const fresh: CallEvent[] = [];
    for (const event of events) {
      const isNew = await writer.run(
        "INSERT INTO call_event (id, call_id, kind, at_ms) VALUES (?, ?, ?, ?) ON CONFLICT DO NOTHING",
        event.eventId,
        event.callId,
        event.kind,
        event.atMs,
      );
      if (isNew === 0) continue;
      if (!(await this.#applyEvent(writer, teller, event))) continue;
      fresh.push(event);
      for (const follow of this.#followers) await follow(writer, event);
    }
    return fresh;
  }

  /** Calls of this gateway that have no end and that it does not carry: it lost them. */
  async unfinishedCalls(gatewayId: string): Promise<readonly StoredCall[]> {
    const rows = await this.#db.all(
      "SELECT * FROM call WHERE gateway_id = ? AND record IS NULL",
      gatewayId,
    );
    return rows.map(callOf);
  }

  /** Calls without an end, of every gateway. */
  async inProgress(): Promise<readonly Pick<StoredCall, "id" | "trunkId" | "numberId">[]> {
    const rows = await this.#db.all("SELECT * FROM call WHERE record IS NULL");
    return rows.map(callOf);
  }

  /** Throws `not_found`. */
  async byId(id: string): Promise<StoredCall> {
    const row = await this.#db.get(`${selectCall} WHERE id = ?`, id);
    if (row === null) throw new AppError("not_found", "There is no such call.");
    return callOf(row);
  }

  /** Newest first. */
  async list(
    filter: CallFilter,
    limit: number,
    before: { readonly startedAtMs: number; readonly id: string } | null,
  ): Promise<readonly StoredCall[]> {
    const { q, numberId, direction, status, from, to, since, until } = filter;
    const expression = q === undefined ? undefined : searchExpression(q);
    if (expression === null) return [];
    const { where, values } = whereOf([
      ["number_id = ?", numberId],
      ["direction = ?", direction],
      ["status = ?", status],
      ["from_address = ?", from],
      ["to_address = ?", to],
      ["started_at_ms >= ?", since === undefined ? undefined : Date.parse(since)],
      ["started_at_ms < ?", until === undefined ? undefined : Date.parse(until)],
      [
        "(started_at_ms, id) < (?, ?)",
        before === null ? undefined : [before.startedAtMs, before.id],
      ],
      ["call_words MATCH ?", expression],
    ]);
    // The words of calls stand in the order of their beginnings: the newest are had without sorting all.
    const rows = await this.#db.all(
      expression === undefined
        ? `${selectCall} ${where} ORDER BY started_at_ms DESC, id DESC LIMIT ?`
        : `SELECT ${callColumns} FROM call_words
           CROSS JOIN (SELECT id AS place, call_id FROM call_text_place) ON place = call_words.rowid
           CROSS JOIN call ON call.id = call_id
           ${where} ORDER BY call_words.rowid DESC LIMIT ?`,
      ...values,
      limit,
    );
    return rows.map(callOf);
  }

  /** What was said, heard and called, in the order of the conversation. */
  async conversation(id: CallId): Promise<readonly Spoken[]> {
    return conversationOf(this.#db, id);
  }

  /** True when the event changed something. */
  async #applyEvent(writer: SqlWriter, teller: Teller, event: CallEvent): Promise<boolean> {
    switch (event.kind) {
      case "call.started":
        return (await start(writer, teller, event)) > 0;
      case "call.ringing":
        return (await setStatus(writer, event.callId, "ringing", null)) > 0;
      case "call.answered":
        return (await setStatus(writer, event.callId, "in-progress", event.atMs)) > 0;
      case "call.turn":
        return (await putTurn(writer, event.callId, event.turn)) > 0;
      case "call.tool":
        return (await putToolCall(writer, event.callId, event.toolCall)) > 0;
      case "call.fallback":
        return true; // told on; the record keeps it
      case "call.usage":
        if (await hasEnded(writer, event.callId)) return false; // its record has told all of it
        await this.#usage.book(writer, event.callId, event.usage);
        return true;
      case "call.ended":
        return this.#end(writer, teller, event);
    }
  }

  /** The record of a call and its last ledger entry are written together. */
  async #end(
    writer: SqlWriter,
    teller: Teller,
    { record, usage }: Extract<CallEvent, { kind: "call.ended" }>,
  ): Promise<boolean> {
    if (!(await end(writer, teller, record))) return false;
    if (usage !== undefined) await this.#usage.book(writer, record.callId, usage);
    await this.#usage.noteTokens(writer, record);
    return true;
  }
}

async function hasEnded(writer: SqlWriter, callId: CallId): Promise<boolean> {
  const row = await writer.get("SELECT 1 FROM call WHERE id = ? AND record IS NOT NULL", callId);
  return row !== null;
}

async function start(
  writer: SqlWriter,
  teller: Teller,
  event: Extract<CallEvent, { kind: "call.started" }>,
): Promise<number> {
  return writer.run(
    `INSERT INTO call (id, gateway_id, boot_id, direction, from_address, to_address, number_id,
       voice_mode, sip_call_id, status, started_at_ms, trunk_id, metadata)
     VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, 'initiated', ?, ?, ?) ON CONFLICT (id) DO NOTHING`,
    event.callId,
    teller.gatewayId,
    teller.bootId,
    event.direction,
    event.from,
    event.to,
    event.numberId,
    event.voiceMode,
    event.sipCallId,
    event.atMs,
    event.trunkId,
    JSON.stringify(event.metadata),
  );
}

/** A call that has ended does not begin to ring again because the frames came in another order. */
async function setStatus(
  writer: SqlWriter,
  callId: CallId,
  status: CallStatus,
  answeredAtMs: number | null,
): Promise<number> {
  return writer.run(
    `UPDATE call SET status = ?, answered_at_ms = coalesce(?, answered_at_ms)
     WHERE id = ? AND record IS NULL`,
    status,
    answeredAtMs,
    callId,
  );
}

/** The first record of a call is its record; a call that was never told of begins with its end. */
async function end(writer: SqlWriter, teller: Teller, record: CallRecord): Promise<boolean> {
  await writer.run(
    `INSERT INTO call (id, gateway_id, boot_id, direction, from_address, to_address, number_id,
       voice_mode, sip_call_id, status, started_at_ms)
     VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, 'initiated', ?) ON CONFLICT (id) DO NOTHING`,
    record.callId,
    teller.gatewayId,
    teller.bootId,
    record.direction,
    record.from,
    record.to,
    record.numberId,
    record.voiceMode,
    record.sipCallId,
    record.startedAtMs,
  );
  const ended = await writer.run(
    `UPDATE call SET status = ?, number_id = ?, voice_mode = ?, answered_at_ms = ?, ended_at_ms = ?, record = ?
     WHERE id = ? AND record IS NULL`,
    record.status,
    record.numberId,
    record.voiceMode,
    record.answeredAtMs,
    record.endedAtMs,
    JSON.stringify(record),
    record.callId,
  );
  return ended > 0;
}

const callColumns = `call.*, (SELECT json_object('status', state, 'flaw', flaw,
    'durationMs', audio_ms, 'deletedAt', strftime('%FT%R:%fZ', deleted_at_ms / 1000.0, 'unixepoch'))
  FROM recording WHERE recording.call_id = call.id) AS recording`;
const selectCall = `SELECT ${callColumns} FROM call`;

const metadataSchema = z.record(z.string(), z.string());

/** A row of the table `call`. */
export function callOf(row: SqlRow): StoredCall {
  const { direction, record, metadata, recording } = row;
  invariant(direction === "inbound" || direction === "outbound", "a call has a direction");
  return {
    id: callIdSchema.parse(row["id"]),
    gatewayId: String(row["gateway_id"]),
    direction,
    from: String(row["from_address"]),
    to: String(row["to_address"]),
    numberId: numberIdSchema.nullable().parse(row["number_id"]),
    voiceMode: voiceModeSchema.nullable().parse(row["voice_mode"]),
    sipCallId: String(row["sip_call_id"]),
    status: callStatusSchema.parse(row["status"]),
    startedAtMs: Number(row["started_at_ms"]),
    answeredAtMs: numberOrNull(row["answered_at_ms"]),
    endedAtMs: numberOrNull(row["ended_at_ms"]),
    record: typeof record === "string" ? callRecordSchema.parse(JSON.parse(record)) : null,
    trunkId: trunkIdSchema.nullable().parse(row["trunk_id"]),
    metadata: typeof metadata === "string" ? metadataSchema.parse(JSON.parse(metadata)) : {},
    recording:
      typeof recording === "string" ? recordingViewSchema.parse(JSON.parse(recording)) : null,
  };
}

function numberOrNull(value: SqlRow[string] | undefined): number | null {
  return typeof value === "number" ? value : null;
}
