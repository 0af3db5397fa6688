import { createHash, type KeyObject } from "node:crypto";
import { z } from "zod";
import { isSignatureFor } from "@agentcall/vault";
import { signatureOf, type Signer } from "./signature.ts";

const hash = z.string().regex(/^[0-9a-f]{64}$/);

/** The most entries of one batch: about 6 MB of events, which any receiver takes in one request. */
export const batchEntriesMax = 10_000;

/**
 * What a batch holds: a contiguous range of the ledger. It is sealed before the first attempt and
 * never changes; `previousBatch` chains it to the one before, the two `chain` hashes to the ledger.
 */
export const batchManifestSchema = z.strictObject({
  format: z.literal(1),
  batchId: z.string().regex(/^exp_[0-9a-z]{32}$/),
  applianceId: z.string().min(1).max(64),
  customer: z.string().min(1).max(200),
  epoch: z.int().positive(),
  /** Its place in the epoch, from 1. */
  number: z.int().positive(),
  fromSequence: z.int().positive(),
  toSequence: z.int().positive(),
  entryCount: z.int().positive().max(batchEntriesMax),
  amountMicros: z.int(),
  billedMs: z.int(),
  /** The ledger's chain before the first entry of the batch, and after its last. */
  chainBefore: hash,
  chainAfter: hash,
  /** SHA-256 of the events, one JSON text a line, without a newline behind the last. */
  eventsHash: hash,
  /** `batchHash` of the batch before this one in its epoch; of the appliance's start for the first. */
  previousBatch: hash,
  sealedAt: z.iso.datetime(),
});
export type BatchManifest = z.infer<typeof batchManifestSchema>;

/** A manifest as it travels: its exact text, and the signature over it in base64. */
export type SignedManifest = { readonly text: string; readonly signature: string };

export async function signManifest(
  manifest: BatchManifest,
  signer: Signer,
): Promise<SignedManifest> {
  const text = JSON.stringify(manifest);
  const signature = await signer.sign("usage-batch", Buffer.from(text));
  return { text, signature: Buffer.from(signature).toString("base64") };
}

/** Whether the appliance that it names has signed it with this key. */
export function isManifestSignedBy(key: KeyObject, { text, signature }: SignedManifest): boolean {
  const applianceId = parseManifest(text)?.applianceId;
  if (applianceId === undefined) return false;
  const bytes = Buffer.from(text);
  return isSignatureFor(key, applianceId, "usage-batch", bytes, signatureOf(signature));
}

/** What the next batch names as its `previousBatch`. */
export function batchHash(manifestText: string): string {
  return createHash("sha256").update(`agentcall-batch/1\n${manifestText}`).digest("hex");
}

/** The manifest of a text, or null where it is none. */
export function parseManifest(text: string): BatchManifest | null {
  try {
    return batchManifestSchema.safeParse(JSON.parse(text)).data ?? null;
  } catch {
    return null; // not JSON
  }
}
