import {
  type NumberId,
  numberIdSchema,
  type Retention,
  retentionSchema,
} from "@agentcall/contract";
import type { SqlReader, SqlWriter } from "../sqlite/database.ts";

export type Removable = "transcript" | "report";

/** A number and how long it keeps things. Null stands for calls of no number that has an agent. */
export type Keeping = { readonly numberId: NumberId | null; readonly retention: Retention };

const usually = retentionSchema.parse({});

/** What each number says, and what holds for the calls of all that say nothing (any more). */
export async function allKeeping(reader: SqlReader): Promise<readonly Keeping[]> {
  const rows = await reader.all(
    "SELECT id, inbound ->> '$.retention' AS retention FROM number WHERE inbound IS NOT NULL",
  );
  const numbers = rows.map(({ id, retention }) => ({
    numberId: numberIdSchema.parse(id),
    retention:
      typeof retention === "string" ? retentionSchema.parse(JSON.parse(retention)) : usually,
  }));
  return [...numbers, { numberId: null, retention: usually }];
}

/** Ended calls that began before `beforeMs` and have not been looked at for this, oldest first. */
export async function dueCalls(
  reader: SqlReader,
  numberId: NumberId | null,
  what: Removable,
  beforeMs: number,
  limit: number,
): Promise<readonly string[]> {
  const ofNumber =
    numberId === null
      ? "(number_id IS NULL OR number_id NOT IN (SELECT id FROM number WHERE inbound IS NOT NULL))"
      : "number_id = ?";
  const rows = await reader.all(
    `SELECT id FROM call WHERE ${ofNumber} AND started_at_ms < ? AND record IS NOT NULL
       AND NOT EXISTS (SELECT 1 FROM call_removal WHERE call_id = call.id AND what = ?)
     ORDER BY started_at_ms LIMIT ?`,
    ...(numberId === null ? [] : [numberId]),
    beforeMs,
    what,
    limit,
  );
  return rows.map(({ id }) => String(id));
}

export async function noteRemoval(
  writer: SqlWriter,
  callIds: readonly string[],
  what: Removable,
  nowMs: number,
): Promise<void> {
  await writer.run(
    `INSERT INTO call_removal (call_id, what, at_ms) SELECT value, ?, ? FROM json_each(?)
     WHERE true ON CONFLICT DO NOTHING`,
    what,
    nowMs,
    JSON.stringify(callIds),
  );
}
