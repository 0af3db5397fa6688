import { AppError } from "@agentcall/base";
import { type JobFilter, type JobState, jobStateSchema } from "@agentcall/contract";
import type { Database, SqlReader, SqlRow, SqlWriter } from "../sqlite/database.ts";

/** A job as it lies in the database. */
export type StoredJob = {
  readonly id: string;
  readonly kind: string;
  readonly dedupeId: string;
  readonly share: string;
  readonly payloadText: string;
  readonly state: JobState;
  readonly attempts: number;
  readonly dueAtMs: number;
  readonly lastReason: string | null;
  readonly createdAtMs: number;
  readonly updatedAtMs: number;
};

export type NewJob = Pick<
  StoredJob,
  "id" | "kind" | "dedupeId" | "share" | "payloadText" | "dueAtMs" | "createdAtMs"
> & { readonly lane: string };

/** False when the kind has a job with this dedupe id already. */
export async function insertJob(writer: SqlWriter, job: NewJob): Promise<boolean> {
  const added = await writer.run(
    `INSERT INTO job (id, kind, dedupe_id, lane, share, payload, state, attempts, due_at_ms,
       created_at_ms, updated_at_ms)
     VALUES (?1, ?2, ?3, ?4, ?5, ?6, 'waiting', 0, ?7, ?8, ?8) ON CONFLICT (kind, dedupe_id) DO NOTHING`,
    job.id,
    job.kind,
    job.dedupeId,
    job.lane,
    job.share,
    job.payloadText,
    job.dueAtMs,
    job.createdAtMs,
  );
  return added > 0;
}

/** Jobs of the kind that may run now: due, first of their lane, and not of a share that is full. */
export async function readyJobs(
  reader: SqlReader,
  kind: string,
  nowMs: number,
  limit: number,
  fullShares: readonly string[],
): Promise<readonly StoredJob[]> {
  const rows = await reader.all(
    `SELECT * FROM job WHERE kind = ?1 AND state = 'waiting' AND due_at_ms <= ?2
       AND share NOT IN (SELECT value FROM json_each(?3))
       AND NOT EXISTS (SELECT 1 FROM job AS earlier WHERE earlier.lane = job.lane
         AND earlier.seq < job.seq AND earlier.state IN ('waiting', 'running'))
     ORDER BY due_at_ms, seq LIMIT ?4`,
    kind,
    nowMs,
    JSON.stringify(fullShares),
    limit,
  );
  return rows.map(jobOf);
}

export async function markRunning(
  writer: SqlWriter,
  jobs: readonly StoredJob[],
  nowMs: number,
): Promise<void> {
  await writer.run(
    `UPDATE job SET state = 'running', attempts = attempts + 1, updated_at_ms = ?
     WHERE id IN (SELECT value FROM json_each(?)) AND state = 'waiting'`,
    nowMs,
    JSON.stringify(jobs.map(({ id }) => id)),
  );
}

/** Where an attempt leaves its job. */
export type Settlement = {
  readonly state: JobState;
  readonly attempts: number;
  readonly dueAtMs: number;
  readonly reason: string | null;
};

export async function settleJob(
  writer: SqlWriter,
  id: string,
  { state, attempts, dueAtMs, reason }: Settlement,
  nowMs: number,
): Promise<void> {
  await writer.run(
    `UPDATE job SET state = ?, attempts = ?, due_at_ms = ?, last_reason = ?, updated_at_ms = ?
     WHERE id = ?`,
    state,
    attempts,
    dueAtMs,
    reason,
    nowMs,
    id,
  );
}

/** What ran when the process died waits again; its attempt counts. */
export async function returnRunning(writer: SqlWriter, nowMs: number): Promise<number> {
  return writer.run(
    `UPDATE job SET state = 'waiting', due_at_ms = ?1, updated_at_ms = ?1, last_reason = 'interrupted'
     WHERE state = 'running'`,
    nowMs,
  );
}

/** When the next of the jobs that are not due yet will be; null when there are none. */
export async function nextDueAtMs(reader: SqlReader, nowMs: number): Promise<number | null> {
  const row = await reader.get(
    "SELECT min(due_at_ms) AS at_ms FROM job WHERE state = 'waiting' AND due_at_ms > ?",
    nowMs,
  );
  const atMs = row?.["at_ms"];
  return typeof atMs === "number" ? atMs : null;
}

/** Forgets what is long done, and what nobody has looked after for long. */
export async function pruneJobs(
  writer: SqlWriter,
  doneBeforeMs: number,
  parkedBeforeMs: number,
): Promise<number> {
  return writer.run(
    `DELETE FROM job WHERE (state = 'done' AND updated_at_ms < ?)
       OR (state = 'parked' AND updated_at_ms < ?)`,
    doneBeforeMs,
    parkedBeforeMs,
  );
}

/** Newest first, before the row of `before` where it is given. */
export async function listJobs(
  db: Database,
  { status, kind }: JobFilter,
  limit: number,
  before: { readonly atMs: number; readonly id: string } | null,
): Promise<readonly StoredJob[]> {
  const rows = await db.all(
    `SELECT * FROM job WHERE (?1 IS NULL OR state = ?1) AND (?2 IS NULL OR kind = ?2)
       AND (?3 IS NULL OR (created_at_ms, id) < (?3, ?4))
     ORDER BY created_at_ms DESC, id DESC LIMIT ?5`,
    status ?? null,
    kind ?? null,
    before?.atMs ?? null,
    before?.id ?? null,
    limit,
  );
  return rows.map(jobOf);
}

/** Throws `not_found`. */
export async function jobById(reader: SqlReader, id: string): Promise<StoredJob> {
  const row = await reader.get("SELECT * FROM job WHERE id = ?", id);
  if (row === null) throw new AppError("not_found", "There is no such job.");
  return jobOf(row);
}

function jobOf(row: SqlRow): StoredJob {
  const reason = row["last_reason"];
  return {
    id: String(row["id"]),
    kind: String(row["kind"]),
    dedupeId: String(row["dedupe_id"]),
    share: String(row["share"]),
    payloadText: String(row["payload"]),
    state: jobStateSchema.parse(row["state"]),
    attempts: Number(row["attempts"]),
    dueAtMs: Number(row["due_at_ms"]),
    lastReason: typeof reason === "string" ? reason : null,
    createdAtMs: Number(row["created_at_ms"]),
    updatedAtMs: Number(row["updated_at_ms"]),
  };
}
