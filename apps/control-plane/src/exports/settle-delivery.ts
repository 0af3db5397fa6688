import type { Rejection } from "./export-batch.ts";
import type { SqlWriter } from "../sqlite/database.ts";
import type { ExportBatch } from "./export-batch.ts";
import { stateOf } from "./export-store.ts";

/** How an attempt to deliver a batch ended. */
export type DeliveryOutcome =
  /** The receiver has the batch for good, but for what it has rejected. */
  | {
      readonly kind: "acknowledged";
      /** The receiver's signed words; null where a 2xx is all there is. */
      readonly acknowledgement: string | null;
      readonly rejected: readonly Rejection[];
    }
  /** The receiver has lost batches and asks for them again. */
  | { readonly kind: "rewind"; readonly toNumber: number }
  /** The receiver knows another head: a restored backup or a copy of this appliance. */
  | { readonly kind: "fork" }
  /** Trying again would change nothing. */
  | { readonly kind: "refused"; readonly reason: string }
  /** To be tried again. */
  | {
      readonly kind: "failed";
      readonly reason: string;
      /** The receiver has named a later time. */
      readonly waitMs?: number;
      /** Taken entry by entry, up to here. */
      readonly sentThrough?: number;
    };

/** After so long without a success somebody is told. */
const alertAfterMs = 24 * 3_600_000;

/** Writes down how an attempt ended, in one transaction. Tells whether it has failed for too long now. */
export async function settleDelivery(
  writer: SqlWriter,
  { manifest }: ExportBatch,
  outcome: DeliveryOutcome,
  nowMs: number,
): Promise<{ readonly alert: boolean }> {
  const { batchId } = manifest;
  const problem = "reason" in outcome ? outcome.reason : null;
  await writer.run(
    `UPDATE export_delivery SET attempts = attempts + 1, last_attempt_at_ms = ?, last_problem = ?
     WHERE batch_id = ?`,
    nowMs,
    problem,
    batchId,
  );
  switch (outcome.kind) {
    case "acknowledged":
      await acknowledge(writer, manifest, outcome, nowMs);
      return { alert: false };
    case "rewind":
      await writer.run("UPDATE export_state SET resend_number = ?", outcome.toNumber);
      return { alert: false };
    case "fork":
      await writer.run("UPDATE export_state SET forked = 1");
      return { alert: true };
    case "refused":
      await writer.run("UPDATE export_delivery SET state = 'parked' WHERE batch_id = ?", batchId);
      return { alert: true };
    case "failed":
      return { alert: await noteFailure(writer, batchId, outcome.sentThrough, nowMs) };
  }
}

/** Only here does the watermark move: with the acknowledgement, in the same transaction. */
async function acknowledge(
  writer: SqlWriter,
  manifest: ExportBatch["manifest"],
  outcome: Extract<DeliveryOutcome, { kind: "acknowledged" }>,
  nowMs: number,
): Promise<void> {
  const { batchId, number, toSequence } = manifest;
  await writer.run(
    `UPDATE export_delivery SET state = 'acknowledged', last_problem = NULL, sent_through = ?,
       acknowledged_at_ms = coalesce(acknowledged_at_ms, ?),
       acknowledgement = coalesce(?, acknowledgement) WHERE batch_id = ?`,
    toSequence,
    nowMs,
    outcome.acknowledgement,
    batchId,
  );
  for (const { entryId, reason } of outcome.rejected) {
    await writer.run(
      `INSERT INTO export_rejection (batch_id, entry_id, reason) VALUES (?, ?, ?)
       ON CONFLICT DO NOTHING`,
      batchId,
      entryId,
      reason,
    );
  }
  await writer.run(
    `UPDATE export_state SET watermark = max(watermark, ?1), failing_since_ms = NULL, alerted = 0,
       resend_number = CASE WHEN resend_number IS NOT NULL AND EXISTS (
           SELECT 1 FROM export_batch JOIN export_delivery USING (batch_id)
           WHERE epoch = ?2 AND number = ?3 + 1 AND state = 'acknowledged')
         THEN ?3 + 1 END`,
    toSequence,
    manifest.epoch,
    number,
  );
}

async function noteFailure(
  writer: SqlWriter,
  batchId: string,
  sentThrough: number | undefined,
  nowMs: number,
): Promise<boolean> {
  if (sentThrough !== undefined) {
    await writer.run(
      "UPDATE export_delivery SET sent_through = ? WHERE batch_id = ?",
      sentThrough,
      batchId,
    );
  }
  const { failingSinceMs, alerted } = await stateOf(writer);
  const sinceMs = failingSinceMs ?? nowMs;
  const alert = !alerted && nowMs - sinceMs >= alertAfterMs;
  await writer.run(
    "UPDATE export_state SET failing_since_ms = ?, alerted = ?",
    sinceMs,
    alerted || alert ? 1 : 0,
  );
  return alert;
}
