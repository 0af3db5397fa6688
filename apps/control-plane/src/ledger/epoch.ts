import type { SqlReader } from "../sqlite/database.ts";

/**
 * The epoch in which the ledger is. A restore or a copy of the appliance may begin another: from
 * then on entries have ids of their own, and billing knows that the numbers begin anew.
 */
export async function currentEpoch(reader: SqlReader): Promise<number> {
  const row = await reader.get("SELECT max(epoch) AS epoch FROM ledger_epoch");
  return Number(row?.["epoch"]);
}
