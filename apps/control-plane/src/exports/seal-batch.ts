import { createHash } from "node:crypto";
import { base32, invariant } from "@agentcall/base";
import {
  BatchBody,
  batchEntriesMax,
  batchHash,
  type BatchManifest,
  type BookedEntry,
  eventLines,
  type Signer,
  signManifest,
  startOfChain,
  type UsageOwner,
} from "@agentcall/billing";
import { chainAt, piecesAfter } from "../ledger/ledger-store.ts";
import type { Database, SqlReader } from "../sqlite/database.ts";
import type { ExportBatch } from "./export-batch.ts";
import { insertBatch, lastAcknowledged, lastBatch, stateOf } from "./export-store.ts";

/** A batch with its events as the JSON array that a request carries. */
export type SealedBatch = { readonly batch: ExportBatch; readonly body: Uint8Array };

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
    return { batch, body: draft.body };
  });
}

/** The events of a batch that was sealed before: the ledger is immutable, so they are the same bytes. */
export async function eventsOf(reader: SqlReader, batch: ExportBatch): Promise<SealedBatch> {
  const { manifest } = batch;
  const { fromSequence, entryCount } = manifest;
  const range = await readRange(reader, fromSequence - 1, entryCount, manifest);
  invariant(
    range.eventsHash === manifest.eventsHash,
    "a sealed batch says what the ledger says: restore it from a backup",
  );
  return { batch, body: range.body };
}

async function draftOf(
  reader: SqlReader,
  owner: UsageOwner,
  nowMs: number,
): Promise<{ readonly manifest: BatchManifest; readonly body: Uint8Array } | null> {
  const { epoch, watermark } = await stateOf(reader);
  const last = await lastBatch(reader, epoch);
  const after = last?.manifest.toSequence ?? watermark;
  const range = await readRange(reader, after, batchEntriesMax, owner);
  const { end } = range;
  if (end === null) return null;
  const before = last ?? (await lastAcknowledged(reader));
  const number = (last?.manifest.number ?? 0) + 1;
  return {
    body: range.body,
    manifest: {
      format: 1,
      batchId: batchIdOf(owner.applianceId, epoch, number),
      applianceId: owner.applianceId,
      customer: owner.customer,
      epoch,
      number,
      fromSequence: after + 1,
      toSequence: end.sequence,
      entryCount: end.sequence - after,
      amountMicros: range.amountMicros,
      billedMs: range.billedMs,
      chainBefore: await chainAt(reader, after),
      chainAfter: end.hash,
      eventsHash: range.eventsHash,
      previousBatch: before === null ? startOfChain : batchHash(before.signed.text),
      sealedAt: new Date(nowMs).toISOString(),
    },
  };
}

/** A stretch of the ledger as events, with what it sums to. */
type LedgerRange = {
  readonly body: Uint8Array;
  readonly eventsHash: string;
  readonly amountMicros: number;
  readonly billedMs: number;
  /** Its last entry; null where there is none. */
  readonly end: Pick<BookedEntry, "sequence" | "hash"> | null;
};

async function readRange(
  reader: SqlReader,
  after: number,
  limit: number,
  owner: UsageOwner,
): Promise<LedgerRange> {
  const events = new BatchBody();
  let [amountMicros, billedMs] = [0, 0];
  let end: LedgerRange["end"] = null;
  for await (const entries of piecesAfter(reader, after, limit)) {
    events.add(eventLines(entries, owner));
    for (const entry of entries) {
      amountMicros += entry.amountMicros;
      billedMs += entry.billedMs;
    }
    end = entries.at(-1) ?? end;
  }
  return { ...events.finish(), amountMicros, billedMs, end };
}

/** Made of what makes it this batch: the same for every attempt, and for the file. */
function batchIdOf(applianceId: string, epoch: number, number: number): string {
  const digest = createHash("sha256")
    .update(`agentcall-batch/1\n${applianceId}\n${String(epoch)}\n${String(number)}`)
    .digest();
  return `exp_${base32(digest.subarray(0, 20))}`;
}
