import type { LedgerEntry } from "@agentcall/billing";
import {
  type NumberId,
  numberIdSchema,
  type VoiceMode,
  voiceModeSchema,
} from "@agentcall/contract";
import type { SqlReader, SqlRow, SqlWriter } from "../sqlite/database.ts";
import { periodOf } from "./period.ts";

/** What a number has used in a month by one mode. */
export type UsageTotal = {
  readonly numberId: NumberId;
  readonly voiceMode: VoiceMode;
  readonly calls: number;
  readonly talkMs: number;
  readonly billedMs: number;
  readonly amountMicros: number;
};

type Amounts = Omit<UsageTotal, "numberId" | "voiceMode">;

type Sum = Amounts & {
  readonly period: string;
  readonly numberId: string;
  readonly voiceMode: VoiceMode;
};

/**
 * Sums that move in the transaction of the entries themselves: a month of a million entries is read
 * in no time, and a budget is checked at every call. A call counts in the mode of its last entry.
 */
export async function addToTotals(
  writer: SqlWriter,
  entries: readonly LedgerEntry[],
): Promise<void> {
  for (const [period, ofMonth] of Map.groupBy(entries, (entry) => periodOf(entry.bookedAtMs))) {
    for (const [numberId, ofNumber] of Map.groupBy(ofMonth, (entry) => entry.numberId)) {
      for (const [voiceMode, group] of Map.groupBy(ofNumber, (entry) => entry.voiceMode)) {
        await addSum(writer, { period, numberId, voiceMode, ...sumOf(group) });
      }
    }
  }
}

/** The totals of a month, by number and mode. */
export async function totalsOf(reader: SqlReader, period: string): Promise<readonly UsageTotal[]> {
  const rows = await reader.all(
    "SELECT * FROM usage_total WHERE period = ? ORDER BY number_id, voice_mode",
    period,
  );
  return rows.map(totalOf);
}

/** What a number, or with null the whole appliance, has cost in a month, in micro-dollars. */
export async function spentMicros(
  reader: SqlReader,
  period: string,
  numberId: string | null,
): Promise<number> {
  const row = await reader.get(
    `SELECT coalesce(sum(amount_micros), 0) AS micros FROM usage_total
     WHERE period = ?1 AND (?2 IS NULL OR number_id = ?2)`,
    period,
    numberId,
  );
  return Number(row?.["micros"]);
}

function sumOf(entries: readonly LedgerEntry[]): Amounts {
  let [calls, talkMs, billedMs, amountMicros] = [0, 0, 0, 0];
  for (const entry of entries) {
    if (entry.kind === "final" || entry.kind === "recovered") calls += 1;
    talkMs += entry.toMs - entry.fromMs;
    billedMs += entry.billedMs;
    amountMicros += entry.amountMicros;
  }
  return { calls, talkMs, billedMs, amountMicros };
}

async function addSum(writer: SqlWriter, sum: Sum): Promise<void> {
  await writer.run(
    `INSERT INTO usage_total (period, number_id, voice_mode, calls, talk_ms, billed_ms, amount_micros)
     VALUES (?, ?, ?, ?, ?, ?, ?)
     ON CONFLICT (period, number_id, voice_mode) DO UPDATE SET calls = calls + excluded.calls,
       talk_ms = talk_ms + excluded.talk_ms, billed_ms = billed_ms + excluded.billed_ms,
       amount_micros = amount_micros + excluded.amount_micros`,
    sum.period,
    sum.numberId,
    sum.voiceMode,
    sum.calls,
    sum.talkMs,
    sum.billedMs,
    sum.amountMicros,
  );
}

function totalOf(row: SqlRow): UsageTotal {
  return {
    numberId: numberIdSchema.parse(row["number_id"]),
    voiceMode: voiceModeSchema.parse(row["voice_mode"]),
    calls: Number(row["calls"]),
    talkMs: Number(row["talk_ms"]),
    billedMs: Number(row["billed_ms"]),
    amountMicros: Number(row["amount_micros"]),
  };
}
