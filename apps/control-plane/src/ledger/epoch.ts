import type { SqlReader, SqlWriter } from "../sqlite/database.ts";

/**
 * The epoch in which the ledger is. A restore or a copy of the appliance may begin another: from
 * then on entries have ids of their own, and billing knows that the numbers begin anew.
 */
export async function currentEpoch(reader: SqlReader): Promise<number> {
  const row = await reader.get("SELECT max(epoch) AS epoch FROM ledger_epoch");
  return Number(row?.["epoch"]);
}
/** Begins the next epoch and tells its number. */
export async function beginEpoch(writer: SqlWriter, nowMs: number): Promise<number> {
  const epoch = (await currentEpoch(writer)) + 1;
  await writer.run("INSERT INTO ledger_epoch (epoch, began_at_ms) VALUES (?, ?)", epoch, nowMs);
  return epoch;
}
