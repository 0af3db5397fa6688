import { AppError } from "@agentcall/base";
import { parsePublicKey } from "@agentcall/billing";
import type { Actor, AuditLog } from "../audit/audit-log.ts";
import { beginEpoch } from "../ledger/epoch.ts";
import type { Database } from "../sqlite/database.ts";
import type { ExportBatch } from "./export-batch.ts";
import type { ExportSettingsStore } from "./export-settings.ts";
import type { ExportStore } from "./export-store.ts";
import { acknowledgementOutcome } from "./receiver-answer.ts";
import { settleDelivery } from "./settle-delivery.ts";

type AdminParts = {
  readonly db: Database;
  readonly audit: AuditLog;
  readonly store: ExportStore;
  readonly settings: ExportSettingsStore;
  readonly nowMs: () => number;
};

/** What a person does with the export: looks after what was refused, begins anew, brings an answer. */
export class ExportAdmin {
  readonly #parts: AdminParts;

  constructor(parts: AdminParts) {
    this.#parts = parts;
  }

  /** A batch that was refused may be tried again. */
  async unpark(actor: Actor): Promise<void> {
    const { db, audit } = this.#parts;
    await db.tx(async (writer) => {
      const unparked = await writer.run(
        "UPDATE export_delivery SET state = 'sealed' WHERE state = 'parked'",
      );
      await audit.append(writer, actor, "usage-export.run", "usage-export", { unparked });
    });
  }

  /**
   * Begins the next epoch: batches are numbered from 1 again, from the first entry that billing has
   * not acknowledged. What billing has already it knows by the entries' ids.
   */
  async beginEpoch(actor: Actor): Promise<number> {
    const { db, audit, nowMs } = this.#parts;
    return db.tx(async (writer) => {
      const epoch = await beginEpoch(writer, nowMs());
      await writer.run("UPDATE export_state SET forked = 0, resend_number = NULL");
      await audit.append(writer, actor, "usage-epoch.begun", "usage-export", { epoch });
      return epoch;
    });
  }

  /** Takes an acknowledgement that came as a file. Throws `validation_failed` for one that is none. */
  async importAcknowledgement(
    signed: { readonly acknowledgement: string; readonly signature: string },
    actor: Actor,
  ): Promise<ExportBatch> {
    const { db, audit, store, settings, nowMs } = this.#parts;
    const { receiverKey } = await settings.current();
    const key = receiverKey === null ? null : parsePublicKey(receiverKey);
    if (key === null) throw new AppError("conflict", "The schedule names no receiverKey.");
    const batch = await store.byId(batchIdOf(signed.acknowledgement));
    const outcome = acknowledgementOutcome(signed, batch, key);
    if (outcome.kind === "failed") throw notGenuine(outcome.reason);
    await db.tx(async (writer) => {
      await settleDelivery(writer, batch, outcome, nowMs());
      const detail = { outcome: outcome.kind };
      await audit.append(writer, actor, "usage-acknowledgement.imported", batchId(batch), detail);
    });
    return store.byId(batchId(batch));
  }
}

function batchId({ manifest }: ExportBatch): string {
  return manifest.batchId;
}

/** Only to find the batch: what the text says is believed when its signature has been checked. */
function batchIdOf(acknowledgement: string): string {
  try {
    const value: unknown = JSON.parse(acknowledgement);
    if (typeof value === "object" && value !== null && "batchId" in value) {
      return String(value.batchId);
    }
  } catch {
    // said below
  }
  throw notGenuine("not_an_acknowledgement");
}

function notGenuine(reason: string): AppError {
  return new AppError("validation_failed", "This is not the receiver's acknowledgement.", {
    reason,
    details: { fields: { acknowledgement: "must be the receiver's file, unchanged" } },
  });
}
