import type { ExportBatchView } from "@agentcall/contract";
import { timeText } from "../calls/call-view.ts";
import type { ExportBatch, Rejection } from "./export-batch.ts";

/** A batch as the API shows it. */
export function viewOfBatch(batch: ExportBatch, rejected: readonly Rejection[]): ExportBatchView {
  const { manifest, state, lastAttemptAtMs } = batch;
  return {
    id: manifest.batchId,
    epoch: manifest.epoch,
    number: manifest.number,
    fromSequence: manifest.fromSequence,
    toSequence: manifest.toSequence,
    entryCount: manifest.entryCount,
    amountMicros: manifest.amountMicros,
    billedMs: manifest.billedMs,
    state: state.kind,
    sealedAt: timeText(batch.sealedAtMs),
    attempts: batch.attempts,
    lastAttemptAt: lastAttemptAtMs === null ? null : timeText(lastAttemptAtMs),
    lastProblem: batch.lastProblem,
    acknowledgedAt: state.kind === "acknowledged" ? timeText(state.atMs) : null,
    rejected: [...rejected],
  };
}
