import { createHash } from "node:crypto";
import { base32, invariant } from "@agentcall/base";
import {
  batchEntriesMax,
  batchHash,
  type BatchManifest,
  eventLines,
  eventsHash,
  type Signer,
  signManifest,
  startOfChain,
  type UsageOwner,
} from "@agentcall/billing";
import { chainAt, entriesAfter } from "../ledger/ledger-store.ts";
import type { Database, SqlReader } from "../sqlite/database.ts";
import type { ExportBatch } from "./export-batch.ts";
import { insertBatch, lastAcknowledged, lastBatch, stateOf } from "./export-store.ts";

/** A batch with its events, one JSON text each. */
export type SealedBatch = { readonly batch: ExportBatch; readonly lines: readonly string[] };

/**
 * Seals the entries that are in no batch yet, at most `batchEntriesMax` of them, in one transaction:
 * before the first attempt it stands for good what every attempt will say. Null where there are none.
 */
export async function sealBatch(
  db: Database,
  signer: Signer,
  owner: UsageOwner,
  nowMs: number,
): Promise<SealedBatch | null> {
  return db.tx(async (writer) => {
    const draft = await draftOf(writer, owner, nowMs);
    if (draft === null) return null;
    const batch: ExportBatch = {
      manifest: draft.manifest,
      signed: await signManifest(draft.manifest, signer),
      sealedAtMs: nowMs,
      state: { kind: "sealed" },
      attempts: 0,
      lastAttemptAtMs: null,
      lastProblem: null,
      sentThrough: draft.manifest.fromSequence - 1,
    };
    await insertBatch(writer, batch);
    return { batch, lines: draft.lines };
  });
}

/** The events of a batch that was sealed before: the ledger is immutable, so they are the same bytes. */
export async function eventsOf(reader: SqlReader, batch: ExportBatch): Promise<SealedBatch> {
  const { manifest } = batch;
  const entries = await entriesAfter(reader, manifest.fromSequence - 1, manifest.entryCount);
  const lines = eventLines(entries, manifest);
  invariant(
    eventsHash(lines) === manifest.eventsHash,
    "a sealed batch says what the ledger says: restore it from a backup",
  );
  return { batch, lines };
}

async function draftOf(
  reader: SqlReader,
  owner: UsageOwner,
  nowMs: number,
): Promise<{ readonly manifest: BatchManifest; readonly lines: readonly string[] } | null> {
  const { epoch, watermark } = await stateOf(reader);
  const last = await lastBatch(reader, epoch);
  const after = last?.manifest.toSequence ?? watermark;
  const entries = await entriesAfter(reader, after, batchEntriesMax);
  const end = entries.at(-1);
  if (end === undefined) return null;
  const before = last ?? (await lastAcknowledged(reader));
  const lines = eventLines(entries, owner);
  const number = (last?.manifest.number ?? 0) + 1;
  return {
    lines,
    manifest: {
      format: 1,
      batchId: batchIdOf(owner.applianceId, epoch, number),
      applianceId: owner.applianceId,
      customer: owner.customer,
      epoch,
      number,
      fromSequence: after + 1,
      toSequence: end.sequence,
      entryCount: entries.length,
      amountMicros: entries.reduce((sum, { amountMicros }) => sum + amountMicros, 0),
      billedMs: entries.reduce((sum, { billedMs }) => sum + billedMs, 0),
      chainBefore: await chainAt(reader, after),
      chainAfter: end.hash,
      eventsHash: eventsHash(lines),
      previousBatch: before === null ? startOfChain : batchHash(before.signed.text),
      sealedAt: new Date(nowMs).toISOString(),
    },
  };
}

/** Made of what makes it this batch: the same for every attempt, and for the file. */
function batchIdOf(applianceId: string, epoch: number, number: number): string {
  const digest = createHash("sha256")
    .update(`agentcall-batch/1\n${applianceId}\n${String(epoch)}\n${String(number)}`)
    .digest();
  return `exp_${base32(digest.subarray(0, 20))}`;
}
