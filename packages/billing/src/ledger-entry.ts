import { createHash } from "node:crypto";
import { z } from "zod";

/** Far from 2^53, so that sums over all entries stay exact too. */
const microsMax = 9_000_000_000_000;
const msMax = 31_622_400_000; // a year: no call and no clock's drift is longer

const text = z.string().min(1).max(64);
const moment = z.int();
const stretchMs = z.int().min(0).max(msMax);

/**
 * One immutable line of the ledger as billing gets to know it. Times are UTC epoch milliseconds;
 * `fromMs` and `toMs` are offsets from the call's answer by the monotonic clock; `billedMs` and
 * `amountMicros` are what this line adds to those before it, and may be negative in a correction.
 */
export const ledgerEntrySchema = z.strictObject({
  entryId: z.string().regex(/^ent_[0-9a-z]{32}$/),
  epoch: z.int().positive(),
  kind: z.enum(["interim", "final", "recovered", "correction"]),
  callId: text,
  /** Which line of its call this is, from 0; for a correction which of its entry's. */
  segment: z.int().nonnegative(),
  numberId: text,
  voiceMode: z.enum(["managed", "byok"]),
  direction: z.enum(["inbound", "outbound"]),
  recorded: z.boolean(),
  rateCardVersion: text,
  keyFingerprint: text.nullable(),
  trunkId: text.nullable(),
  /** When it counts: the answer of its call, or the moment of the correction. */
  bookedAtMs: moment,
  fromMs: stretchMs,
  toMs: stretchMs,
  billedMs: z.int().min(-msMax).max(msMax),
  amountMicros: z.int().min(-microsMax).max(microsMax),
  /** How far the wall clock moved against the monotonic one since the answer. */
  clockDriftMs: z.int(),
  correctsEntryId: z.string().nullable(),
  reason: z.string().max(500).nullable(),
});
export type LedgerEntry = z.infer<typeof ledgerEntrySchema>;

/** An entry at its place in the ledger. */
export type BookedEntry = LedgerEntry & {
  /** From 1, without a gap. */
  readonly sequence: number;
  /** Covers the entry and, through its predecessor's, everything before it. */
  readonly hash: string;
};

const domain = "agentcall-ledger/1";

/** What stands before the first entry. */
export const startOfChain = "0".repeat(64);

/** The fields in the order in which they are hashed. The order is part of the format. */
const hashedFields = [
  "entryId",
  "epoch",
  "kind",
  "callId",
  "segment",
  "numberId",
  "voiceMode",
  "direction",
  "recorded",
  "rateCardVersion",
  "keyFingerprint",
  "trunkId",
  "bookedAtMs",
  "fromMs",
  "toMs",
  "billedMs",
  "amountMicros",
  "clockDriftMs",
  "correctsEntryId",
  "reason",
] as const satisfies readonly (keyof LedgerEntry)[];

/** The content of an entry as one text: two entries are the same when these are. */
export function entryContent(entry: LedgerEntry): string {
  return JSON.stringify(hashedFields.map((field) => entry[field]));
}

/** The hash of an entry that stands at `sequence` behind one with the hash `previous`. */
export function entryHash(entry: LedgerEntry, sequence: number, previous: string): string {
  return createHash("sha256")
    .update(`${domain}\n${previous}\n${String(sequence)}\n${entryContent(entry)}`)
    .digest("hex");
}
