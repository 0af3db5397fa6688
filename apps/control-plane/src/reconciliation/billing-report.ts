import { acknowledgementSchema, signedAcknowledgementSchema } from "@agentcall/billing";
import type { BillingReason, ReconciliationView } from "@agentcall/contract";
import type { ExportStore } from "../exports/export-store.ts";
import type { LedgerStore } from "../ledger/ledger-store.ts";
import type { Period } from "../ledger/period.ts";
import type { SqlReader } from "../sqlite/database.ts";

type BillingView = ReconciliationView["billing"];
type Money = BillingView["ledger"];
type Standing = BillingReason | "acknowledged";

type Parts = {
  readonly db: SqlReader;
  readonly ledger: LedgerStore;
  readonly store: ExportStore;
};

const reasons: readonly BillingReason[] = ["not_sealed", "not_acknowledged", "parked", "rejected"];

/** The ledger of a period against what billing has acknowledged of it. */
export async function billingReport(parts: Parts, period: Period): Promise<BillingView> {
  const standings = await standingsOf(parts, period);
  const of = (standing: Standing): Money => standings.get(standing) ?? nothing;
  return {
    ledger: [...standings.values()].reduce(plus, nothing),
    acknowledged: of("acknowledged"),
    differences: reasons.flatMap((reason) =>
      standings.has(reason) ? [{ reason, ...of(reason) }] : [],
    ),
    receiver: await receiverOf(parts.db),
  };
}

/**
 * How far the entries of the period have come. Batches are acknowledged in their order, so that the
 * watermark tells all but those that billing has named and refused.
 */
async function standingsOf(
  { db, ledger, store }: Parts,
  period: Period,
): Promise<ReadonlyMap<string, Money>> {
  const { watermark } = await store.state();
  const sealedThrough = (await ledger.head()).sequence - (await store.unsealed());
  const { next } = await store.position(true);
  const rows = await db.all(
    `SELECT count(*) AS entries, sum(billed_ms) AS billed, sum(amount_micros) AS micros, CASE
       WHEN entry_id IN (SELECT entry_id FROM export_rejection) THEN 'rejected'
       WHEN sequence <= ?1 THEN 'acknowledged'
       WHEN sequence <= ?2 THEN ?3
       ELSE 'not_sealed' END AS standing
     FROM ledger_entry WHERE booked_at_ms >= ?4 AND booked_at_ms < ?5 GROUP BY standing`,
    watermark,
    sealedThrough,
    next?.state.kind === "parked" ? "parked" : "not_acknowledged",
    period.fromMs,
    period.untilMs,
  );
  return new Map(
    rows.map(({ standing, entries, billed, micros }) => [
      String(standing),
      { entries: Number(entries), billedMs: Number(billed), amountMicros: Number(micros) },
    ]),
  );
}

/** The receiver's own word, against what its batches should have made of it. */
async function receiverOf(db: SqlReader): Promise<BillingView["receiver"]> {
  const row = await db.get(
    `SELECT acknowledgement FROM export_delivery JOIN export_batch USING (batch_id)
     WHERE acknowledgement IS NOT NULL ORDER BY epoch DESC, number DESC LIMIT 1`,
  );
  if (row === null) return null;
  const signed = signedAcknowledgementSchema.parse(JSON.parse(String(row["acknowledgement"])));
  const told = acknowledgementSchema.parse(JSON.parse(signed.acknowledgement));
  const expected = await db.get(
    `SELECT (SELECT coalesce(sum(amount_micros), 0) FROM export_batch
         WHERE epoch = ?1 AND number <= ?2)
       - (SELECT coalesce(sum(ledger_entry.amount_micros), 0) FROM export_rejection
           JOIN export_batch USING (batch_id) JOIN ledger_entry USING (entry_id)
         WHERE export_batch.epoch = ?1 AND number <= ?2) AS micros`,
    told.epoch,
    told.number,
  );
  const expectedMicros = Number(expected?.["micros"]);
  return {
    epoch: told.epoch,
    toSequence: told.toSequence,
    holdsMicros: told.amountMicros,
    expectedMicros,
    differenceMicros: told.amountMicros - expectedMicros,
  };
}

const nothing: Money = { entries: 0, billedMs: 0, amountMicros: 0 };

function plus(one: Money, other: Money): Money {
  return {
    entries: one.entries + other.entries,
    billedMs: one.billedMs + other.billedMs,
    amountMicros: one.amountMicros + other.amountMicros,
  };
}
