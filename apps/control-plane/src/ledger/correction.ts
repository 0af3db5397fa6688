import { AppError, invariant } from "@agentcall/base";
import type { BookedEntry, LedgerEntry } from "@agentcall/billing";
import type { Actor, AuditLog } from "../audit/audit-log.ts";
import type { Database, SqlReader } from "../sqlite/database.ts";
import { correctionEntryId } from "./entry-id.ts";
import type { LedgerStore } from "./ledger-store.ts";

/** What is to be added to an entry that stands. */
export type Correction = {
  readonly correctsEntryId: string;
  readonly billedMs: number;
  readonly amountMicros: number;
  /** One sentence for whoever reads the bill. */
  readonly reason: string;
};

/**
 * Books a correction as an entry of its own, at this moment and in this month: what was booked
 * before stays as it is. Throws `not_found` where there is no such entry.
 */
export async function bookCorrection(
  parts: { readonly db: Database; readonly ledger: LedgerStore; readonly audit: AuditLog },
  correction: Correction,
  nowMs: number,
  actor: Actor,
): Promise<BookedEntry> {
  const { db, ledger, audit } = parts;
  const corrected = await ledger.byId(correction.correctsEntryId);
  if (corrected === null) throw new AppError("not_found", "There is no such ledger entry.");
  const entryId = await db.tx(async (writer) => {
    const ordinal = await correctionsOf(writer, corrected.entryId);
    const entry = entryOf(corrected, correction, ordinal, nowMs);
    const [outcome] = await ledger.append(writer, [entry], nowMs);
    invariant(outcome === "created", "each correction has an id of its own");
    const { amountMicros, reason } = correction;
    const detail = { corrects: corrected.entryId, amountMicros, reason };
    await audit.append(writer, actor, "ledger.corrected", entry.entryId, detail);
    return entry.entryId;
  });
  const booked = await ledger.byId(entryId);
  invariant(booked !== null, "what was appended is there");
  return booked;
}

async function correctionsOf(reader: SqlReader, entryId: string): Promise<number> {
  const row = await reader.get(
    "SELECT count(*) AS count FROM ledger_entry WHERE corrects_entry_id = ?",
    entryId,
  );
  return Number(row?.["count"]);
}

function entryOf(
  corrected: BookedEntry,
  { correctsEntryId, billedMs, amountMicros, reason }: Correction,
  ordinal: number,
  nowMs: number,
): LedgerEntry {
  return {
    ...corrected,
    entryId: correctionEntryId(correctsEntryId, ordinal),
    kind: "correction",
    segment: ordinal,
    bookedAtMs: nowMs,
    fromMs: 0,
    toMs: 0,
    billedMs,
    amountMicros,
    clockDriftMs: 0,
    correctsEntryId,
    reason,
  };
}
