import type { LedgerEntry } from "@agentcall/billing";
import { type BudgetSettings, budgetSettingsSchema } from "@agentcall/contract";
import type { SqlReader, SqlWriter } from "../sqlite/database.ts";
import type { Budget, BudgetLevel } from "./budget.ts";
import { monthIn, monthStartMs } from "./zoned-month.ts";

/** The appliance's budget; where nothing is set there is none, and months begin in UTC. */
export async function budgetSettings(reader: SqlReader): Promise<BudgetSettings> {
  const row = await reader.get("SELECT value FROM setting WHERE name = 'budget'");
  return budgetSettingsSchema.parse(row === null ? {} : JSON.parse(String(row["value"])));
}

export async function putBudgetSettings(
  writer: SqlWriter,
  settings: BudgetSettings,
): Promise<void> {
  await writer.run(
    `INSERT INTO setting (name, value) VALUES ('budget', ?)
     ON CONFLICT (name) DO UPDATE SET value = excluded.value`,
    JSON.stringify(settings),
  );
}

/** Moves in the transaction of the entries themselves, so that a call reads one row for its budget. */
export async function addToBudgetUse(
  writer: SqlWriter,
  entries: readonly LedgerEntry[],
): Promise<void> {
  const { timezone } = await budgetSettings(writer);
  for (const [month, ofMonth] of Map.groupBy(entries, (entry) =>
    monthIn(timezone, entry.bookedAtMs),
  )) {
    for (const [numberId, group] of Map.groupBy(ofMonth, (entry) => entry.numberId)) {
      await writer.run(
        `INSERT INTO budget_use (month, number_id, amount_micros) VALUES (?, ?, ?)
         ON CONFLICT (month, number_id) DO UPDATE
         SET amount_micros = amount_micros + excluded.amount_micros`,
        month,
        numberId,
        group.reduce((sum, { amountMicros }) => sum + amountMicros, 0),
      );
    }
  }
}

/** What is booked of a month: of a number, or with null of all. */
export async function bookedMicros(
  reader: SqlReader,
  month: string,
  numberId: string | null,
): Promise<number> {
  const row = await reader.get(
    `SELECT coalesce(sum(amount_micros), 0) AS micros FROM budget_use
     WHERE month = ?1 AND (?2 IS NULL OR number_id = ?2)`,
    month,
    numberId,
  );
  return Number(row?.["micros"]);
}

/** Reckons the present month anew, which begins elsewhere in another time zone. */
export async function recountMonth(
  writer: SqlWriter,
  timezone: string,
  nowMs: number,
): Promise<void> {
  const month = monthIn(timezone, nowMs);
  await writer.run("DELETE FROM budget_use WHERE month >= ?", month);
  await writer.run(
    `INSERT INTO budget_use SELECT ?1, number_id, sum(amount_micros) FROM ledger_entry
     WHERE booked_at_ms >= ?2 GROUP BY number_id`,
    month,
    monthStartMs(timezone, nowMs),
  );
}

/** Notes that a budget has come to a level. False when that was noted before. */
export async function noteLevel(
  writer: SqlWriter,
  month: string,
  { scope, limit }: Budget,
  numberId: string,
  level: BudgetLevel,
  nowMs: number,
): Promise<boolean> {
  const added = await writer.run(
    `INSERT INTO budget_level (month, scope, number_id, limit_amount, level, at_ms)
     VALUES (?, ?, ?, ?, ?, ?) ON CONFLICT DO NOTHING`,
    month,
    scope,
    numberId,
    limit,
    level,
    nowMs,
  );
  return added > 0;
}

export async function isLevelNoted(
  reader: SqlReader,
  month: string,
  { scope, limit }: Budget,
  numberId: string,
  level: BudgetLevel,
): Promise<boolean> {
  const row = await reader.get(
    `SELECT 1 FROM budget_level
     WHERE month = ? AND scope = ? AND number_id = ? AND limit_amount = ? AND level = ?`,
    month,
    scope,
    numberId,
    limit,
    level,
  );
  return row !== null;
}

/** Numbers whose budget, as it stands now, was told to be used up. */
export async function usedUpNumbers(reader: SqlReader, month: string): Promise<readonly string[]> {
  const rows = await reader.all(
    `SELECT number_id FROM budget_level JOIN number ON number.id = number_id
     WHERE month = ? AND scope = 'number' AND level = 100
       AND json_extract(inbound, '$.limits.monthlyBudgetMicros') = limit_amount`,
    month,
  );
  return rows.map((row) => String(row["number_id"]));
}
