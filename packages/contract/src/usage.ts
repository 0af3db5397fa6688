import { z } from "zod";
import { voiceModeSchema } from "./agent.ts";
import { tokenUsageSchema } from "./call-record.ts";
import { numberIdSchema } from "./ids.ts";
import { pageItemsMax } from "./page.ts";

const sums = {
  calls: z.int(),
  /** Of charged time, as it is rounded by the licence's increment. */
  billedSeconds: z.int(),
  billedMinutes: z.number(),
  amountMicros: z.int(),
  /** The same in words, such as `$0.40`. */
  amount: z.string(),
};

/** `GET /v1/usage?period=2026-11` */
export const usageViewSchema = z.object({
  period: z.string(),
  total: z.object(sums),
  items: z.array(
    z.object({
      numberId: numberIdSchema,
      /** Null once the number is deleted. */
      number: z.string().nullable(),
      voiceMode: voiceModeSchema,
      ...sums,
      /** What the model's provider counted: information, and no part of the amount. */
      tokenUsage: tokenUsageSchema,
      /** By list prices; null where a model's price is not known. */
      estimatedProviderCostMicros: z.int().nullable(),
    }),
  ),
});
export type UsageView = z.infer<typeof usageViewSchema>;

/** One line of `GET /v1/usage/ledger`. */
export const ledgerEntryViewSchema = z.object({
  sequence: z.int(),
  id: z.string(),
  epoch: z.int(),
  kind: z.enum(["interim", "final", "recovered", "correction"]),
  callId: z.string(),
  segment: z.int(),
  numberId: z.string(),
  voiceMode: voiceModeSchema,
  direction: z.enum(["inbound", "outbound"]),
  recorded: z.boolean(),
  rateCardVersion: z.string(),
  keyFingerprint: z.string().nullable(),
  trunkId: z.string().nullable(),
  bookedAt: z.iso.datetime(),
  fromMs: z.int(),
  toMs: z.int(),
  billedMs: z.int(),
  amountMicros: z.int(),
  clockDriftMs: z.int(),
  correctsEntryId: z.string().nullable(),
  reason: z.string().nullable(),
  hash: z.string(),
});
export type LedgerEntryView = z.infer<typeof ledgerEntryViewSchema>;

/** `?since` is the sequence of the last entry that is known. */
export const ledgerQuerySchema = z.strictObject({
  since: z.coerce.number().int().nonnegative().max(Number.MAX_SAFE_INTEGER).default(0),
  limit: z.coerce.number().int().min(1).max(pageItemsMax).default(20),
});

export const ledgerPageSchema = z.object({
  items: z.array(ledgerEntryViewSchema),
  /** What `since` has to be for the next page; null where there is none yet. */
  nextCursor: z.string().nullable(),
});

const reasonCharsMax = 500; // a sentence or two: it travels with each export of the entry
const microsMax = 9_000_000_000_000;
const correctedMsMax = 31_622_400_000; // a year, as the ledger's own bound

/** `POST /v1/usage/corrections`: what is taken back of an entry, or given again. */
export const correctionCreationSchema = z.strictObject({
  /** The entry that is corrected; a correction itself is none. */
  entryId: z.string().max(64),
  /** Added to the entry's amount: negative takes back. */
  amountMicros: z.int().min(-microsMax).max(microsMax),
  /** Added to the entry's billed time. */
  billedMs: z.int().min(-correctedMsMax).max(correctedMsMax).default(0),
  /** For whoever reads the bill. */
  reason: z.string().trim().min(3).max(reasonCharsMax),
});
