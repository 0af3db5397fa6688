import type { Database } from "../sqlite/database.ts";

/**
 * How long was talked, in milliseconds, in calls that began in the month of `nowMs` (UTC) and
 * since the free plan has held. A call in progress counts until now.
 */
export async function trialUseMs(
  db: Database,
  freeSinceMs: number,
  nowMs: number,
): Promise<number> {
  const row = await db.get(
    `SELECT coalesce(sum(CASE WHEN record IS NULL THEN max(0, ?1 - answered_at_ms)
       ELSE json_extract(record, '$.durationMs') END), 0) AS used_ms
     FROM call WHERE answered_at_ms IS NOT NULL AND started_at_ms >= ?2`,
    nowMs,
    Math.max(freeSinceMs, startOfMonthMs(nowMs)),
  );
  return Number(row?.["used_ms"]);
}

function startOfMonthMs(nowMs: number): number {
  const now = new Date(nowMs);
  return Date.UTC(now.getUTCFullYear(), now.getUTCMonth());
}
