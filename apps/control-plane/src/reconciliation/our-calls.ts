import type { EndCause } from "@agentcall/contract";
import type { SqlReader, SqlRow } from "../sqlite/database.ts";
import type { OurCall } from "./compared-calls.ts";
import type { OurKeyDay } from "./provider-report.ts";

/** After these another party had the call, and may have it still. */
const handingOver: ReadonlySet<string> = new Set<EndCause>([
  "transferred",
  "forwarded",
  "far_end_hung_up",
]);

/** Finished calls that began in this time, with what the ledger says of each. */
export async function ourCallsBetween(
  reader: SqlReader,
  fromMs: number,
  untilMs: number,
  limit: number,
): Promise<readonly OurCall[]> {
  const rows = await reader.all(
    `SELECT id, sip_call_id, from_address, to_address, trunk_id, started_at_ms, answered_at_ms,
       ended_at_ms, json_extract(record, '$.endCause') AS end_cause,
       (SELECT coalesce(sum(to_ms - from_ms), 0) FROM ledger_entry
         WHERE call_id = call.id AND kind <> 'correction') AS talk_ms
     FROM call WHERE record IS NOT NULL AND started_at_ms >= ? AND started_at_ms < ?
     ORDER BY started_at_ms, id LIMIT ?`,
    fromMs,
    untilMs,
    limit,
  );
  return rows.map(callOf);
}

/**
 * Tokens by key and day of calls that began in this time. A call that was never answered has no
 * entry that names its key: in managed mode it is known nevertheless, else it counts for `unknown`.
 */
export async function ourKeyDaysBetween(
  reader: SqlReader,
  fromMs: number,
  untilMs: number,
): Promise<readonly OurKeyDay[]> {
  const rows = await reader.all(
    `WITH used AS (
       SELECT date(started_at_ms / 1000, 'unixepoch') AS day,
         date(ended_at_ms / 1000, 'unixepoch') AS last_day,
         CASE voice_mode WHEN 'managed' THEN 'managed' ELSE coalesce(
           (SELECT key_fingerprint FROM ledger_entry WHERE call_id = call.id
             ORDER BY sequence DESC LIMIT 1), 'unknown') END AS key,
         json_extract(record, '$.tokenUsage.inputTextTokens')
           + json_extract(record, '$.tokenUsage.inputAudioTokens') AS input,
         json_extract(record, '$.tokenUsage.outputTextTokens')
           + json_extract(record, '$.tokenUsage.outputAudioTokens') AS output
       FROM call WHERE record IS NOT NULL AND started_at_ms >= ? AND started_at_ms < ?)
     SELECT day, key, sum(input) AS input, sum(output) AS output,
       sum(CASE WHEN day = last_day THEN 0 ELSE input + output END) AS edge
     FROM used GROUP BY day, key HAVING sum(input + output) > 0 ORDER BY day, key`,
    fromMs,
    untilMs,
  );
  return rows.map((row) => ({
    day: String(row["day"]),
    key: String(row["key"]),
    inputTokens: Number(row["input"]),
    outputTokens: Number(row["output"]),
    edgeTokens: Number(row["edge"]),
  }));
}

function callOf(row: SqlRow): OurCall {
  const answeredAtMs = row["answered_at_ms"];
  return {
    callId: String(row["id"]),
    sipCallId: String(row["sip_call_id"]),
    from: String(row["from_address"]),
    to: String(row["to_address"]),
    trunkId: typeof row["trunk_id"] === "string" ? row["trunk_id"] : null,
    startedAtMs: Number(row["started_at_ms"]),
    answeredAtMs: typeof answeredAtMs === "number" ? answeredAtMs : null,
    endedAtMs: Number(row["ended_at_ms"]),
    talkMs: Number(row["talk_ms"]),
    isHandedOver: handingOver.has(String(row["end_cause"])),
  };
}
