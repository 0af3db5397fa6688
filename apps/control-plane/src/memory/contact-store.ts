import { AppError } from "@agentcall/base";
import type { ContactChange } from "@agentcall/contract";
import { z } from "zod";
import type { Database, SqlReader, SqlRow, SqlWriter } from "../sqlite/database.ts";

/** Somebody who has called. */
export type Contact = {
  readonly id: string;
  readonly phone: string;
  /** The number that was called last. */
  readonly numberId: string | null;
  readonly displayName: string | null;
  readonly tags: readonly string[];
  readonly ownerNotes: string | null;
  readonly verified: boolean;
  readonly blockedAtMs: number | null;
  readonly nextCallContext: string;
  readonly brief: string;
  readonly createdAtMs: number;
  readonly updatedAtMs: number;
};

/** The contact of a phone number, made where there is none. */
export async function ensureContact(
  writer: SqlWriter,
  made: { readonly id: string; readonly phone: string; readonly numberId: string | null },
  nowMs: number,
): Promise<Contact> {
  await writer.run(
    `INSERT INTO contact (id, phone, number_id, tags, verified, next_call_context, brief, created_at_ms, updated_at_ms)
     VALUES (?1, ?2, ?3, '[]', 0, '', '', ?4, ?4)
     ON CONFLICT (phone) DO UPDATE SET number_id = excluded.number_id`,
    made.id,
    made.phone,
    made.numberId,
    nowMs,
  );
  const contact = await contactByPhone(writer, made.phone);
  if (contact === null) throw new AppError("internal_error", "a contact that was made is there");
  return contact;
}

export async function contactByPhone(reader: SqlReader, phone: string): Promise<Contact | null> {
  const row = await reader.get("SELECT * FROM contact WHERE phone = ?", phone);
  return row === null ? null : contactOf(row);
}

/** Throws `not_found`. */
export async function contactById(reader: SqlReader, id: string): Promise<Contact> {
  const row = await reader.get("SELECT * FROM contact WHERE id = ?", id);
  if (row === null) throw new AppError("not_found", "There is no such contact.");
  return contactOf(row);
}

/** Newest first. */
export async function listContacts(
  db: Database,
  limit: number,
  before: { readonly atMs: number; readonly id: string } | null,
): Promise<readonly Contact[]> {
  const rows = await db.all(
    `SELECT * FROM contact WHERE (?1 IS NULL OR (created_at_ms, id) < (?1, ?2))
     ORDER BY created_at_ms DESC, id DESC LIMIT ?3`,
    before?.atMs ?? null,
    before?.id ?? null,
    limit,
  );
  return rows.map(contactOf);
}

export async function changeContact(
  writer: SqlWriter,
  former: Contact,
  change: ContactChange,
  nowMs: number,
): Promise<void> {
  const { displayName, tags, ownerNotes, verified, blockedAt } = change;
  const blockedAtMs = typeof blockedAt === "string" ? Date.parse(blockedAt) : null;
  await writer.run(
    `UPDATE contact SET display_name = ?, tags = ?, owner_notes = ?, verified = ?,
       blocked_at_ms = ?, updated_at_ms = ? WHERE id = ?`,
    displayName === undefined ? former.displayName : displayName,
    JSON.stringify(tags ?? former.tags),
    ownerNotes === undefined ? former.ownerNotes : ownerNotes,
    (verified ?? former.verified) ? 1 : 0,
    blockedAt === undefined ? former.blockedAtMs : blockedAtMs,
    nowMs,
    former.id,
  );
}

/** What the last call has left for the next one. */
export async function setNextCallContext(
  writer: SqlWriter,
  id: string,
  text: string,
): Promise<void> {
  await writer.run("UPDATE contact SET next_call_context = ? WHERE id = ?", text, id);
}

export async function setBrief(
  writer: SqlWriter,
  id: string,
  brief: string,
  nowMs: number,
): Promise<void> {
  await writer.run(
    "UPDATE contact SET brief = ?, updated_at_ms = ? WHERE id = ?",
    brief,
    nowMs,
    id,
  );
}

/**
 * Takes out all that was drawn from a contact's calls; what hangs on the contact goes with it. The
 * calls stay as shells, their reports and their words without content.
 */
export async function forgetContact(writer: SqlWriter, { id, phone }: Contact): Promise<void> {
  const calls = "SELECT id FROM call WHERE from_address = ?1 OR to_address = ?1";
  await writer.run(
    `UPDATE call_report SET report = NULL, state = 'ready' WHERE call_id IN (${calls})`,
    phone,
  );
  await writer.run(`DELETE FROM call_context WHERE call_id IN (${calls})`, phone);
  await writer.run(
    `UPDATE call_words SET summary = '' WHERE rowid IN
       (SELECT id FROM call_text_place WHERE call_id IN (${calls}))`,
    phone,
  );
  await writer.run(`DELETE FROM owner_brief WHERE call_id IN (${calls})`, phone);
  await writer.run(
    `DELETE FROM webhook_message WHERE call_id IN (${calls})
       AND event IN ('call.transcript', 'call.report.ready')`,
    phone,
  );
  await writer.run("DELETE FROM contact WHERE id = ?", id);
}

function contactOf(row: SqlRow): Contact {
  const blockedAtMs = row["blocked_at_ms"];
  return {
    id: String(row["id"]),
    phone: String(row["phone"]),
    numberId: textOrNull(row["number_id"]),
    displayName: textOrNull(row["display_name"]),
    tags: z.array(z.string()).parse(JSON.parse(String(row["tags"]))),
    ownerNotes: textOrNull(row["owner_notes"]),
    verified: row["verified"] === 1,
    blockedAtMs: typeof blockedAtMs === "number" ? blockedAtMs : null,
    nextCallContext: String(row["next_call_context"]),
    brief: String(row["brief"]),
    createdAtMs: Number(row["created_at_ms"]),
    updatedAtMs: Number(row["updated_at_ms"]),
  };
}

function textOrNull(value: SqlRow[string] | undefined): string | null {
  return typeof value === "string" ? value : null;
}
