import { type Clock, invariant, type Log, type Random, Secret } from "@agentcall/base";
import {
  type CallEvent,
  type CallId,
  callIdSchema,
  type NumberId,
  type RecordingFlaw,
  recordingFlawSchema,
  type RecordingState,
  recordingStates,
} from "@agentcall/contract";
import { dataKeyBytes } from "@agentcall/recording";
import { z } from "zod";
import type { Actor, AuditLog } from "../audit/audit-log.ts";
import type { EventStream } from "../events/event-stream.ts";
import type { Database, SqlReader, SqlRow, SqlWriter } from "../sqlite/database.ts";
import { type Found, recordingPurpose, type Vault } from "../vault/vault.ts";
import type { WebhookOutbox } from "../webhooks/webhook-outbox.ts";
import type { RecordingFiles } from "./recording-files.ts";

/** What is known of a call's recording. */
export type StoredRecording = {
  readonly callId: CallId;
  readonly state: RecordingState;
  readonly flaw: RecordingFlaw | null;
  readonly audioMs: number | null;
};

/** Whose call is to be recorded, and for how long that is kept. */
export type RecordedNumber = { readonly id: NumberId; readonly retentionDays: number };

export type RecordingStoreOptions = {
  readonly db: Database;
  readonly audit: AuditLog;
  readonly vault: Vault;
  readonly files: RecordingFiles;
  readonly outbox: Pick<WebhookOutbox, "publish">;
  readonly stream: EventStream;
  readonly clock: Clock;
  readonly random: Random;
  readonly log: Log;
};

const dayMs = 86_400_000;

/**
 * The recordings of calls: a row for each that was planned, a sealed file for each that is ready,
 * and a data key of its own for each, wrapped by the vault. Without its key a file is noise.
 */
export class RecordingStore {
  readonly #options: RecordingStoreOptions;

  constructor(options: RecordingStoreOptions) {
    this.#options = options;
  }

  /**
   * Makes the data key of a call that is to be recorded; base64. The same one where it is asked for
   * again: a plan may be asked for twice. Null while the vault is sealed.
   */
  async begin(callId: CallId, { id, retentionDays }: RecordedNumber): Promise<Secret | null> {
    const { db, vault, clock, random } = this.#options;
    const known = await this.dataKeyOf(callId);
    if (known.kind !== "none") return known.kind === "opened" ? known.secret : null;
    const dataKey = Buffer.from(random.bytes(dataKeyBytes));
    const secret = new Secret(dataKey.toString("base64"));
    dataKey.fill(0);
    await db.tx(async (writer) => {
      const kept = { purpose: recordingPurpose, ownerId: callId, secret, preview: "" };
      await vault.put(writer, kept);
      await writer.run(
        `INSERT INTO recording (call_id, number_id, state, retention_days, planned_at_ms)
         VALUES (?, ?, 'running', ?, ?)`,
        callId,
        id,
        retentionDays,
        clock.nowMs(),
      );
    });
    return secret;
  }

  /** Null for a call that was not to be recorded. */
  async of(callId: CallId): Promise<StoredRecording | null> {
    const row = await this.#options.db.get("SELECT * FROM recording WHERE call_id = ?", callId);
    return row === null ? null : recordingOf(row);
  }

  /** The data key, base64, for the use at hand. */
  dataKeyOf(callId: CallId): Promise<Found> {
    return this.#options.vault.find(recordingPurpose, callId);
  }

  /** The file is whole and lies in its place. Told to webhooks and listeners, once. */
  async ready(callId: CallId, audioMs: number, flaw: RecordingFlaw | null): Promise<void> {
    const { db, outbox, stream, clock, log } = this.#options;
    await db.tx(async (writer) => {
      const changed = await writer.run(
        `UPDATE recording SET state = 'ready', flaw = ?, audio_ms = ?, ready_at_ms = ?
         WHERE call_id = ? AND state = 'running'`,
        flaw,
        audioMs,
        clock.nowMs(),
        callId,
      );
      if (changed === 0) return;
      const data = {
        callId,
        recordingUrl: `/v1/calls/${callId}/recording`,
        duration: audioMs / 1_000,
        flaw,
      };
      await outbox.publish(writer, { event: "call.recording", callId, dedupeId: callId, data });
      writer.afterCommit(() => {
        stream.publish("call.recording", data);
      });
    });
    log.info({ callId, audioMs, flaw }, "recording ready");
  }

  /** There is nothing to listen to, and never will be. */
  async fail(callId: CallId, flaw: RecordingFlaw): Promise<void> {
    const { db, log } = this.#options;
    await db.tx(async (writer) => {
      await writer.run(
        "UPDATE recording SET state = 'failed', flaw = ? WHERE call_id = ? AND state = 'running'",
        flaw,
        callId,
      );
      await this.#destroyKey(writer, callId);
    });
    log.warn({ callId, flaw }, "a call was not recorded");
  }

  /**
   * Deletes a recording for good: first its data key, which leaves the database file as well, then
   * the file. The row stays and says when. A recording that is still on its way is not taken in any
   * more. False where there was none to delete.
   */
  async delete(callId: CallId, actor: Actor): Promise<boolean> {
    const { db, audit, files, clock, log } = this.#options;
    const isDeleted = await db.tx(async (writer) => {
      const changed = await writer.run(
        `UPDATE recording SET state = 'deleted', deleted_at_ms = ?
         WHERE call_id = ? AND state <> 'deleted'`,
        clock.nowMs(),
        callId,
      );
      if (changed === 0) return false;
      await this.#destroyKey(writer, callId);
      await audit.append(writer, actor, "recording.deleted", callId);
      return true;
    });
    if (isDeleted) await db.checkpoint(); // the wrapped key is gone from the file as well
    await files.remove(callId); // also what a crash has left of a deletion
    if (isDeleted) log.info({ callId }, "recording deleted");
    return isDeleted;
  }

  /** Whose time is over, oldest first: by what their number says today, or said when it was there. */
  async expired(limit: number): Promise<readonly CallId[]> {
    const { db, clock } = this.#options;
    const rows = await db.all(
      `SELECT recording.call_id FROM recording LEFT JOIN number ON number.id = recording.number_id
       WHERE recording.state <> 'deleted' AND recording.planned_at_ms + ?1 *
         coalesce(number.inbound ->> '$.recording.retentionDays', recording.retention_days) <= ?2
       ORDER BY recording.planned_at_ms LIMIT ?3`,
      dayMs,
      clock.nowMs(),
      limit,
    );
    return rows.map((row) => callIdSchema.parse(row["call_id"]));
  }

  /** A `CallFollower`: a call that nobody answered has no recording, and keeps no key. */
  readonly follow = async (writer: SqlWriter, event: CallEvent): Promise<void> => {
    if (event.kind !== "call.ended" || event.record.answeredAtMs !== null) return;
    const { callId } = event;
    await writer.run("DELETE FROM recording WHERE call_id = ? AND state = 'running'", callId);
    if ((await stateIn(writer, callId)) === null) await this.#destroyKey(writer, callId);
  };

  async #destroyKey(writer: SqlWriter, callId: CallId): Promise<void> {
    await this.#options.vault.remove(writer, recordingPurpose, callId);
  }
}

async function stateIn(reader: SqlReader, callId: CallId): Promise<RecordingState | null> {
  const row = await reader.get("SELECT * FROM recording WHERE call_id = ?", callId);
  return row === null ? null : recordingOf(row).state;
}

const stateSchema = z.enum(recordingStates);

function recordingOf(row: SqlRow): StoredRecording {
  const audioMs = row["audio_ms"] ?? null;
  invariant(audioMs === null || typeof audioMs === "number", "a duration is a number");
  return {
    callId: callIdSchema.parse(row["call_id"]),
    state: stateSchema.parse(row["state"]),
    flaw: recordingFlawSchema.nullable().parse(row["flaw"]),
    audioMs,
  };
}
