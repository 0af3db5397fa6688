import { AppError, invariant } from "@agentcall/base";
import type { BookedEntry, LedgerEntry } from "@agentcall/billing";
import type { Actor, AuditLog } from "../audit/audit-log.ts";
import type { Database, SqlReader } from "../sqlite/database.ts";
import { correctionEntryId } from "./entry-id.ts";
import { currentEpoch } from "./epoch.ts";
import type { LedgerStore } from "./ledger-store.ts";

/** What is to be added to an entry that stands. */
export type Correction = {
  readonly correctsEntryId: string;
  readonly billedMs: number;
  readonly amountMicros: number;
  /** One sentence for whoever reads the bill. */
  readonly reason: string;
};

/** What was added to an entry so far. */
type Corrected = {
  readonly count: number;
  readonly billedMs: number;
  readonly amountMicros: number;
};

/**
 * Books a correction as an entry of its own, at this moment and in this month: what was booked
 * before stays as it is. What is left of the entry lies between nothing and the whole of it, so
 * that nobody is paid for a call, and none becomes dearer than it was. Throws `not_found` where
 * there is no such entry, `conflict` for a correction of a correction, and `validation_failed`
 * where it would go too far.
 */
export async function bookCorrection(
  parts: { readonly db: Database; readonly ledger: LedgerStore; readonly audit: AuditLog },
  correction: Correction,
  nowMs: number,
  actor: Actor,
): Promise<BookedEntry> {
  const { db, ledger, audit } = parts;
  const original = await ledger.byId(correction.correctsEntryId);
  if (original === null) throw new AppError("not_found", "There is no such ledger entry.");
  if (original.kind === "correction") {
    throw new AppError("conflict", "A correction is not corrected: correct the entry it names.");
  }
  const entryId = await db.tx(async (writer) => {
    const sofar = await correctedSofar(writer, original.entryId);
    checkExtent(original, sofar, correction);
    const place = { epoch: await currentEpoch(writer), ordinal: sofar.count };
    const entry = entryOf(original, correction, place, nowMs);
    const [outcome] = await ledger.append(writer, [entry], nowMs);
    invariant(outcome === "created", "each correction has an id of its own");
    const { billedMs, amountMicros, reason } = correction;
    const detail = { corrects: original.entryId, billedMs, amountMicros, reason };
    await audit.append(writer, actor, "ledger.corrected", entry.entryId, detail);
    return entry.entryId;
  });
  const booked = await ledger.byId(entryId);
  invariant(booked !== null, "what was appended is there");
  return booked;
}

async function correctedSofar(reader: SqlReader, entryId: string): Promise<Corrected> {
  const row = await reader.get(
    `SELECT count(*) AS count, coalesce(sum(billed_ms), 0) AS billed,
       coalesce(sum(amount_micros), 0) AS micros
     FROM ledger_entry WHERE corrects_entry_id = ?`,
    entryId,
  );
  return {
    count: Number(row?.["count"]),
    billedMs: Number(row?.["billed"]),
    amountMicros: Number(row?.["micros"]),
  };
}

function checkExtent(original: BookedEntry, sofar: Corrected, added: Correction): void {
  const fields: Record<string, string> = {};
  for (const field of ["amountMicros", "billedMs"] as const) {
    const before = original[field] + sofar[field];
    const whole = original[field];
    const after = before + added[field];
    if (after >= Math.min(0, whole) && after <= Math.max(0, whole)) continue;
    const [least, most] = [Math.min(0, whole) - before, Math.max(0, whole) - before];
    fields[field] = `must lie between ${String(least)} and ${String(most)} for this entry`;
  }
  if (added.amountMicros === 0 && added.billedMs === 0) {
    fields["amountMicros"] = "must change something, or billedMs must";
  }
  if (Object.keys(fields).length === 0) return;
  throw new AppError("validation_failed", "The correction goes beyond what the entry is.", {
    details: { fields },
  });
}

function entryOf(
  original: BookedEntry,
  { correctsEntryId, billedMs, amountMicros, reason }: Correction,
  { epoch, ordinal }: { readonly epoch: number; readonly ordinal: number },
  nowMs: number,
): LedgerEntry {
  return {
    ...original,
    entryId: correctionEntryId(correctsEntryId, epoch, ordinal),
    epoch,
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
