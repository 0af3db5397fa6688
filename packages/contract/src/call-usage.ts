import { z } from "zod";
import { voiceModeSchema } from "./agent.ts";
import { directionSchema } from "./call-record.ts";
import { numberIdSchema } from "./ids.ts";
import { rateCardSchema } from "./rate-card.ts";

/** By what a call is charged. It comes with the call's plan and goes back with its usage. */
export const usageTermsSchema = z.object({
  /** The ledger's epoch at the plan: it is part of the entries' ids, also when they come later. */
  epoch: z.int().positive(),
  voiceMode: voiceModeSchema,
  rateCard: rateCardSchema,
  /** Names the number's own key without telling anything of it; null in managed mode. */
  keyFingerprint: z.string().max(64).nullable(),
  trunkId: z.string().max(64).nullable(),
  recorded: z.boolean(),
});
export type UsageTerms = z.infer<typeof usageTermsSchema>;

const stretchMs = z.int().nonnegative();

/**
 * A stretch of a call that is charged, as its gateway measured it. Offsets count from the ACK of
 * the 200 by the monotonic clock. The stretches of a call follow each other without a gap, so that
 * one or a hundred of them say the same; only the last may take back what its former have told.
 */
export const callUsageSchema = z.object({
  /** Which stretch of its call this is, from 0. */
  segment: z.int().nonnegative(),
  kind: z.enum(["interim", "final", "recovered"]),
  numberId: numberIdSchema,
  direction: directionSchema,
  terms: usageTermsSchema,
  /** Wall clock, UTC. */
  answeredAtMs: z.int(),
  /** Where the terms began to hold: rounding begins there anew. */
  termsFromMs: stretchMs,
  fromMs: stretchMs,
  toMs: stretchMs,
  /** How far the wall clock moved against the monotonic one since the answer. */
  clockDriftMs: z.int(),
});
export type CallUsage = z.infer<typeof callUsageSchema>;
