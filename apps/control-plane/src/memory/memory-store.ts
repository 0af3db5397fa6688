import { AppError } from "@agentcall/base";
import {
  type CandidateState,
  candidateStateSchema,
  type MemoryEventView,
  memoryEventViewSchema,
  type MemoryKind,
  memoryKindSchema,
} from "@agentcall/contract";
import { whereOf } from "../sqlite/conditions.ts";
import type { Database, SqlReader, SqlRow, SqlWriter } from "../sqlite/database.ts";

/** What a call says of its caller. */
export type Claimed = {
  readonly slot: string;
  readonly kind: MemoryKind;
  readonly text: string;
  readonly confidence: number;
  readonly quote: string;
  readonly sourceCallId: string;
};

/** What holds of a contact. */
export type Memory = Claimed & {
  readonly id: string;
  readonly contactId: string;
  readonly ownerApproved: boolean;
  readonly corroborations: number;
  readonly createdAtMs: number;
  readonly updatedAtMs: number;
};

export type Candidate = Claimed & {
  readonly id: string;
  readonly contactId: string;
  readonly state: CandidateState;
  readonly reason: string | null;
  readonly memoryId: string | null;
  readonly createdAtMs: number;
};

export type MemoryEvent = {
  readonly contactId: string;
  readonly slot: string;
  readonly memoryId: string | null;
  readonly what: MemoryEventView["what"];
  readonly text: string;
  readonly quote: string | null;
  readonly sourceCallId: string | null;
  readonly reason: string | null;
  readonly atMs: number;
};

type Before = { readonly atMs: number; readonly id: string } | null;

export async function truthOf(
  reader: SqlReader,
  contactId: string,
  slot: string,
): Promise<Memory | null> {
  const row = await reader.get(
    "SELECT * FROM memory WHERE contact_id = ? AND slot = ? AND state = 'active'",
    contactId,
    slot,
  );
  return row === null ? null : memoryOf(row);
}

/** What holds of a contact, oldest first. */
export async function currentMemory(
  reader: SqlReader,
  contactId: string,
): Promise<readonly Memory[]> {
  const rows = await reader.all(
    "SELECT * FROM memory WHERE contact_id = ? AND state = 'active' ORDER BY created_at_ms, slot",
    contactId,
  );
  return rows.map(memoryOf);
}

/** Throws `not_found`; also for what holds no more, where `active` is asked for. */
export async function memoryById(
  reader: SqlReader,
  id: string,
  which: "any" | "active",
): Promise<Memory> {
  const row = await reader.get(
    "SELECT * FROM memory WHERE id = ?1 AND (?2 = 'any' OR state = 'active')",
    id,
    which,
  );
  if (row === null) throw new AppError("not_found", "There is no such memory.");
  return memoryOf(row);
}

export async function insertMemory(writer: SqlWriter, memory: Memory): Promise<void> {
  await writer.run(
    `INSERT INTO memory (id, contact_id, slot, kind, text, confidence, quote, source_call_id, state,
       owner_approved, corroborations, created_at_ms, updated_at_ms)
     VALUES (?, ?, ?, ?, ?, ?, ?, ?, 'active', ?, ?, ?, ?)`,
    memory.id,
    memory.contactId,
    memory.slot,
    memory.kind,
    memory.text,
    memory.confidence,
    memory.quote,
    memory.sourceCallId,
    memory.ownerApproved ? 1 : 0,
    memory.corroborations,
    memory.createdAtMs,
    memory.updatedAtMs,
  );
}

export async function endMemory(
  writer: SqlWriter,
  id: string,
  state: "superseded" | "deleted",
  nowMs: number,
): Promise<void> {
  await writer.run("UPDATE memory SET state = ?, updated_at_ms = ? WHERE id = ?", state, nowMs, id);
}

export async function changeMemory(
  writer: SqlWriter,
  { id, text, confidence, ownerApproved, corroborations, updatedAtMs }: Memory,
): Promise<void> {
  await writer.run(
    `UPDATE memory SET text = ?, confidence = ?, owner_approved = ?, corroborations = ?,
       updated_at_ms = ? WHERE id = ?`,
    text,
    confidence,
    ownerApproved ? 1 : 0,
    corroborations,
    updatedAtMs,
    id,
  );
}

/** False when the call has offered the same before. */
export async function insertCandidate(writer: SqlWriter, candidate: Candidate): Promise<boolean> {
  const added = await writer.run(
    `INSERT INTO memory_candidate (id, contact_id, slot, kind, text, confidence, quote,
       source_call_id, state, reason, memory_id, created_at_ms)
     VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?) ON CONFLICT (source_call_id, slot, text) DO NOTHING`,
    candidate.id,
    candidate.contactId,
    candidate.slot,
    candidate.kind,
    candidate.text,
    candidate.confidence,
    candidate.quote,
    candidate.sourceCallId,
    candidate.state,
    candidate.reason,
    candidate.memoryId,
    candidate.createdAtMs,
  );
  return added > 0;
}

export async function settleCandidate(
  writer: SqlWriter,
  id: string,
  state: CandidateState,
  reason: string | null,
  memoryId: string | null,
): Promise<void> {
  await writer.run(
    "UPDATE memory_candidate SET state = ?, reason = ?, memory_id = coalesce(?, memory_id) WHERE id = ?",
    state,
    reason,
    memoryId,
    id,
  );
}

/** Throws `not_found`. */
export async function candidateById(reader: SqlReader, id: string): Promise<Candidate> {
  const row = await reader.get("SELECT * FROM memory_candidate WHERE id = ?", id);
  if (row === null) throw new AppError("not_found", "There is no such candidate.");
  return candidateOf(row);
}

/** Newest first. */
export async function listCandidates(
  db: Database,
  filter: { readonly status?: CandidateState | undefined; readonly contactId?: string | undefined },
  limit: number,
  before: Before,
): Promise<readonly Candidate[]> {
  const { where, values } = whereOf([
    ["contact_id = ?", filter.contactId],
    ["state = ?", filter.status],
    ["(created_at_ms, id) < (?, ?)", before === null ? undefined : [before.atMs, before.id]],
  ]);
  const rows = await db.all(
    `SELECT * FROM memory_candidate ${where} ORDER BY created_at_ms DESC, id DESC LIMIT ?`,
    ...values,
    limit,
  );
  return rows.map(candidateOf);
}

export async function addMemoryEvent(writer: SqlWriter, event: MemoryEvent): Promise<void> {
  await writer.run(
    `INSERT INTO memory_event (contact_id, slot, memory_id, what, text, quote, source_call_id, reason, at_ms)
     VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)`,
    event.contactId,
    event.slot,
    event.memoryId,
    event.what,
    event.text,
    event.quote,
    event.sourceCallId,
    event.reason,
    event.atMs,
  );
}

/** The life of a slot, oldest first. */
export async function timelineOf(
  reader: SqlReader,
  contactId: string,
  slot: string,
): Promise<readonly MemoryEvent[]> {
  const rows = await reader.all(
    "SELECT * FROM memory_event WHERE contact_id = ? AND slot = ? ORDER BY seq",
    contactId,
    slot,
  );
  return rows.map((row) => ({
    contactId,
    slot,
    memoryId: textOrNull(row["memory_id"]),
    what: memoryEventViewSchema.shape.what.parse(row["what"]),
    text: String(row["text"]),
    quote: textOrNull(row["quote"]),
    sourceCallId: textOrNull(row["source_call_id"]),
    reason: textOrNull(row["reason"]),
    atMs: Number(row["at_ms"]),
  }));
}

function claimedOf(row: SqlRow): Claimed {
  return {
    slot: String(row["slot"]),
    kind: memoryKindSchema.parse(row["kind"]),
    text: String(row["text"]),
    confidence: Number(row["confidence"]),
    quote: String(row["quote"]),
    sourceCallId: String(row["source_call_id"]),
  };
}

function memoryOf(row: SqlRow): Memory {
  return {
    ...claimedOf(row),
    id: String(row["id"]),
    contactId: String(row["contact_id"]),
    ownerApproved: row["owner_approved"] === 1,
    corroborations: Number(row["corroborations"]),
    createdAtMs: Number(row["created_at_ms"]),
    updatedAtMs: Number(row["updated_at_ms"]),
  };
}

function candidateOf(row: SqlRow): Candidate {
  return {
    ...claimedOf(row),
    id: String(row["id"]),
    contactId: String(row["contact_id"]),
    state: candidateStateSchema.parse(row["state"]),
    reason: textOrNull(row["reason"]),
    memoryId: textOrNull(row["memory_id"]),
    createdAtMs: Number(row["created_at_ms"]),
  };
}

function textOrNull(value: SqlRow[string] | undefined): string | null {
  return typeof value === "string" ? value : null;
}
