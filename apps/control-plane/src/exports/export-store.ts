import { AppError, invariant } from "@agentcall/base";
import { parseManifest } from "@agentcall/billing";
import { currentEpoch } from "../ledger/epoch.ts";
import type { Database, SqlReader, SqlRow, SqlWriter } from "../sqlite/database.ts";
import type { ExportPosition } from "./decide-export.ts";
import type { DeliveryState, ExportBatch, Rejection } from "./export-batch.ts";

/** Where the export stands, as the database knows it. */
export type ExportState = {
  readonly epoch: number;
  readonly watermark: number;
  readonly forked: boolean;
  /** The receiver has lost what followed: batches are told again from this number on. */
  readonly resendNumber: number | null;
  readonly failingSinceMs: number | null;
  /** Somebody was told that it has failed for long. */
  readonly alerted: boolean;
};

const selectBatch = `SELECT export_batch.*, state, attempts, last_attempt_at_ms, last_problem,
  sent_through, acknowledged_at_ms FROM export_batch JOIN export_delivery USING (batch_id)`;

/** Sealed batches and their way to billing. */
export class ExportStore {
  readonly #db: Database;

  constructor(db: Database) {
    this.#db = db;
  }

  state(): Promise<ExportState> {
    return stateOf(this.#db);
  }

  async position(hasEndpoint: boolean): Promise<ExportPosition> {
    const state = await this.state();
    return {
      forked: state.forked,
      next: await nextBatch(this.#db, state),
      unsealed: await this.unsealed(),
      hasEndpoint,
    };
  }

  /** How many entries are in no batch of this epoch. */
  async unsealed(): Promise<number> {
    const row = await this.#db.get("SELECT coalesce(max(sequence), 0) AS last FROM ledger_entry");
    return Number(row?.["last"]) - (await sealedThrough(this.#db));
  }

  /** Throws `not_found`. */
  async byId(batchId: string): Promise<ExportBatch> {
    const row = await this.#db.get(`${selectBatch} WHERE batch_id = ?`, batchId);
    if (row === null) throw new AppError("not_found", "There is no such export batch.");
    return batchOf(row);
  }

  /** Newest first. */
  async list(
    limit: number,
    before: { readonly atMs: number; readonly id: string } | null,
  ): Promise<readonly ExportBatch[]> {
    const rows = await this.#db.all(
      `${selectBatch} WHERE (?1 IS NULL OR (sealed_at_ms, batch_id) < (?1, ?2))
       ORDER BY sealed_at_ms DESC, batch_id DESC LIMIT ?3`,
      before?.atMs ?? null,
      before?.id ?? null,
      limit,
    );
    return rows.map(batchOf);
  }

  async rejections(batchId: string): Promise<readonly Rejection[]> {
    const rows = await this.#db.all(
      "SELECT entry_id, reason FROM export_rejection WHERE batch_id = ? ORDER BY entry_id",
      batchId,
    );
    return rows.map((row) => ({ entryId: String(row["entry_id"]), reason: String(row["reason"]) }));
  }
}

export async function stateOf(reader: SqlReader): Promise<ExportState> {
  const row = await reader.get("SELECT * FROM export_state");
  invariant(row !== null, "the state of the export is made with its table");
  return {
    epoch: await currentEpoch(reader),
    watermark: Number(row["watermark"]),
    forked: row["forked"] === 1,
    resendNumber: numberOrNull(row["resend_number"]),
    failingSinceMs: numberOrNull(row["failing_since_ms"]),
    alerted: row["alerted"] === 1,
  };
}

/** Up to where this epoch's batches go; those of a former one count as far as they were acknowledged. */
async function sealedThrough(reader: SqlReader): Promise<number> {
  const { epoch, watermark } = await stateOf(reader);
  return (await lastBatch(reader, epoch))?.manifest.toSequence ?? watermark;
}

/** The last batch of an epoch. */
export async function lastBatch(reader: SqlReader, epoch: number): Promise<ExportBatch | null> {
  const row = await reader.get(
    `${selectBatch} WHERE epoch = ? ORDER BY number DESC LIMIT 1`,
    epoch,
  );
  return row === null ? null : batchOf(row);
}

/** The last batch that billing has for good, of whatever epoch. */
export async function lastAcknowledged(reader: SqlReader): Promise<ExportBatch | null> {
  const row = await reader.get(
    `${selectBatch} WHERE state = 'acknowledged' ORDER BY epoch DESC, number DESC LIMIT 1`,
  );
  return row === null ? null : batchOf(row);
}

export async function insertBatch(writer: SqlWriter, batch: ExportBatch): Promise<void> {
  const { manifest, signed } = batch;
  await writer.run(
    `INSERT INTO export_batch (batch_id, epoch, number, from_sequence, to_sequence, entry_count,
       amount_micros, billed_ms, manifest, signature, sealed_at_ms)
     VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`,
    manifest.batchId,
    manifest.epoch,
    manifest.number,
    manifest.fromSequence,
    manifest.toSequence,
    manifest.entryCount,
    manifest.amountMicros,
    manifest.billedMs,
    signed.text,
    signed.signature,
    batch.sealedAtMs,
  );
  await writer.run(
    "INSERT INTO export_delivery (batch_id, state, attempts, sent_through) VALUES (?, 'sealed', 0, ?)",
    manifest.batchId,
    manifest.fromSequence - 1,
  );
}

async function nextBatch(reader: SqlReader, state: ExportState): Promise<ExportBatch | null> {
  const row =
    state.resendNumber === null
      ? await reader.get(
          `${selectBatch} WHERE epoch = ? AND state <> 'acknowledged' ORDER BY number LIMIT 1`,
          state.epoch,
        )
      : await reader.get(
          `${selectBatch} WHERE epoch = ? AND number = ?`,
          state.epoch,
          state.resendNumber,
        );
  return row === null ? null : batchOf(row);
}

function batchOf(row: SqlRow): ExportBatch {
  const text = String(row["manifest"]);
  const manifest = parseManifest(text);
  invariant(manifest !== null, "a sealed batch has a manifest");
  return {
    manifest,
    signed: { text, signature: String(row["signature"]) },
    sealedAtMs: Number(row["sealed_at_ms"]),
    state: deliveryStateOf(row),
    attempts: Number(row["attempts"]),
    lastAttemptAtMs: numberOrNull(row["last_attempt_at_ms"]),
    lastProblem: typeof row["last_problem"] === "string" ? row["last_problem"] : null,
    sentThrough: Number(row["sent_through"]),
  };
}

function deliveryStateOf(row: SqlRow): DeliveryState {
  const { state } = row;
  if (state === "acknowledged") return { kind: state, atMs: Number(row["acknowledged_at_ms"]) };
  invariant(state === "sealed" || state === "parked", "a batch has a state");
  return { kind: state };
}

function numberOrNull(value: SqlRow[string] | undefined): number | null {
  return typeof value === "number" ? value : null;
}
