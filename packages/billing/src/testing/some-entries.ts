import { createHash, createPrivateKey, createPublicKey, type KeyObject, sign } from "node:crypto";
import { base32 } from "@agentcall/base";
import { signedBytes } from "@agentcall/vault";
import { eventLines, eventsHash } from "../batch-events.ts";
import { type BatchManifest, type SignedManifest, signManifest } from "../batch-manifest.ts";
import { type BookedEntry, entryHash, type LedgerEntry, startOfChain } from "../ledger-entry.ts";
import type { Signer } from "../signature.ts";

/** A managed call of one minute, answered at noon. */
export function anEntry(changes: Partial<LedgerEntry> = {}): LedgerEntry {
  return {
    entryId: idOf("ent", "1"),
    epoch: 1,
    kind: "final",
    callId: "call_1",
    segment: 0,
    numberId: "num_1",
    voiceMode: "managed",
    direction: "inbound",
    recorded: false,
    rateCardVersion: "2026-11",
    keyFingerprint: null,
    trunkId: null,
    bookedAtMs: Date.UTC(2026, 10, 24, 12),
    fromMs: 0,
    toMs: 60_000,
    billedMs: 60_000,
    amountMicros: 400_000,
    clockDriftMs: 0,
    correctsEntryId: null,
    reason: null,
    ...changes,
  };
}

/** As many calls, each at its place in the chain. */
export function aChain(count: number): readonly BookedEntry[] {
  let hash = startOfChain;
  return Array.from({ length: count }, (_, index) => {
    const callId = `call_${String(index + 1)}`;
    const entry = anEntry({ entryId: idOf("ent", callId), callId });
    hash = entryHash(entry, index + 1, hash);
    return { ...entry, sequence: index + 1, hash };
  });
}

/** The appliance `box`, or whoever signs about it, by the key that a name stands for. */
export function aSigner(name: string): Signer & { readonly publicKey: KeyObject } {
  const seed = createHash("sha256").update(name).digest();
  // RFC 8410 section 7: a private key of Ed25519 in PKCS #8 is these bytes and the seed.
  const der = Buffer.concat([Buffer.from("302e020100300506032b657004220420", "hex"), seed]);
  const key = createPrivateKey({ key: der, format: "der", type: "pkcs8" });
  return {
    publicKey: createPublicKey(key),
    sign: (domain, message) =>
      Promise.resolve(sign(null, signedBytes("box", domain, message), key)),
    signWebhook: (message) => Promise.resolve(sign(null, message, key)),
  };
}

/** The batch of a whole chain, with its events. */
export async function sealedBatch(
  entries: readonly BookedEntry[],
  signer: Signer,
  changes: Partial<BatchManifest> = {},
): Promise<{ readonly signed: SignedManifest; readonly lines: readonly string[] }> {
  const lines = eventLines(entries, { applianceId: "box", customer: "acme" });
  const manifest: BatchManifest = {
    format: 1,
    batchId: idOf("exp", "1"),
    applianceId: "box",
    customer: "acme",
    epoch: 1,
    number: 1,
    fromSequence: 1,
    toSequence: entries.length,
    entryCount: entries.length,
    amountMicros: entries.reduce((sum, { amountMicros }) => sum + amountMicros, 0),
    billedMs: entries.reduce((sum, { billedMs }) => sum + billedMs, 0),
    chainBefore: startOfChain,
    chainAfter: entries.at(-1)?.hash ?? startOfChain,
    eventsHash: eventsHash(lines),
    previousBatch: startOfChain,
    sealedAt: "2026-11-24T13:00:00.000Z",
    ...changes,
  };
  return { signed: await signManifest(manifest, signer), lines };
}

function idOf(prefix: string, name: string): string {
  const digest = createHash("sha256").update(name).digest().subarray(0, 20);
  return `${prefix}_${base32(digest)}`;
}
