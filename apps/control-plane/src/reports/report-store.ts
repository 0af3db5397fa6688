import { AppError } from "@agentcall/base";
import {
  type BriefState,
  briefStateSchema,
  type BriefView,
  type CallExtraction,
  callExtractionSchema,
  type CallId,
  callIdSchema,
  urgencySchema,
} from "@agentcall/contract";
import { timeText } from "../calls/call-view.ts";
import type { Database, SqlReader, SqlRow, SqlWriter } from "../sqlite/database.ts";

export type StoredReport = {
  readonly callId: CallId;
  readonly state: "extracting" | "ready" | "failed";
  readonly report: CallExtraction | null;
  readonly updatedAtMs: number;
};

type Before = { readonly atMs: number; readonly id: string } | null;

export async function putReport(writer: SqlWriter, report: StoredReport): Promise<void> {
  await writer.run(
    `INSERT INTO call_report (call_id, state, report, updated_at_ms) VALUES (?, ?, ?, ?)
     ON CONFLICT (call_id) DO UPDATE SET state = excluded.state, report = excluded.report,
       updated_at_ms = excluded.updated_at_ms`,
    report.callId,
    report.state,
    report.report === null ? null : JSON.stringify(report.report),
    report.updatedAtMs,
  );
}

export async function reportOf(reader: SqlReader, callId: CallId): Promise<StoredReport | null> {
  const row = await reader.get("SELECT * FROM call_report WHERE call_id = ?", callId);
  return row === null ? null : storedOf(row);
}

/** Those that are there, newest first. */
export async function listReports(
  db: Database,
  limit: number,
  before: Before,
): Promise<readonly StoredReport[]> {
  const rows = await db.all(
    `SELECT * FROM call_report WHERE state <> 'extracting'
       AND (?1 IS NULL OR (updated_at_ms, call_id) < (?1, ?2))
     ORDER BY updated_at_ms DESC, call_id DESC LIMIT ?3`,
    before?.atMs ?? null,
    before?.id ?? null,
    limit,
  );
  return rows.map(storedOf);
}

/** What the owner should know; made again, it takes the place of the former. */
export async function putBrief(
  writer: SqlWriter,
  brief: {
    readonly id: string;
    readonly callId: CallId;
    readonly contactId: string | null;
    readonly text: string;
    readonly urgency: string;
  },
  nowMs: number,
): Promise<void> {
  await writer.run(
    `INSERT INTO owner_brief (id, call_id, contact_id, text, urgency, state, created_at_ms, updated_at_ms)
     VALUES (?1, ?2, ?3, ?4, ?5, 'open', ?6, ?6)
     ON CONFLICT (call_id) DO UPDATE SET text = excluded.text, urgency = excluded.urgency,
       updated_at_ms = excluded.updated_at_ms`,
    brief.id,
    brief.callId,
    brief.contactId,
    brief.text,
    brief.urgency,
    nowMs,
  );
}

/** Newest first. */
export async function listBriefs(
  db: Database,
  filter: { readonly status?: BriefState | undefined; readonly urgency?: string | undefined },
  limit: number,
  before: Before,
): Promise<readonly BriefView[]> {
  const rows = await db.all(
    `SELECT * FROM owner_brief WHERE (?1 IS NULL OR state = ?1) AND (?2 IS NULL OR urgency = ?2)
       AND (?3 IS NULL OR (created_at_ms, id) < (?3, ?4))
     ORDER BY created_at_ms DESC, id DESC LIMIT ?5`,
    filter.status ?? null,
    filter.urgency ?? null,
    before?.atMs ?? null,
    before?.id ?? null,
    limit,
  );
  return rows.map(briefOf);
}

/** Throws `not_found`. */
export async function setBriefState(
  writer: SqlWriter,
  id: string,
  state: BriefState,
  nowMs: number,
): Promise<BriefView> {
  await writer.run(
    "UPDATE owner_brief SET state = ?, updated_at_ms = ? WHERE id = ?",
    state,
    nowMs,
    id,
  );
  const row = await writer.get("SELECT * FROM owner_brief WHERE id = ?", id);
  if (row === null) throw new AppError("not_found", "There is no such brief.");
  return briefOf(row);
}

function storedOf(row: SqlRow): StoredReport {
  const { state, report } = row;
  return {
    callId: callIdSchema.parse(row["call_id"]),
    state: state === "ready" || state === "failed" ? state : "extracting",
    report: typeof report === "string" ? callExtractionSchema.parse(JSON.parse(report)) : null,
    updatedAtMs: Number(row["updated_at_ms"]),
  };
}

function briefOf(row: SqlRow): BriefView {
  const contactId = row["contact_id"];
  return {
    id: String(row["id"]),
    callId: String(row["call_id"]),
    contactId: typeof contactId === "string" ? contactId : null,
    text: String(row["text"]),
    urgency: urgencySchema.parse(row["urgency"]),
    status: briefStateSchema.parse(row["state"]),
    createdAt: timeText(Number(row["created_at_ms"])),
    updatedAt: timeText(Number(row["updated_at_ms"])),
  };
}
