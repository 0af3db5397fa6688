import { z } from "zod";
import { endCauseSchema } from "./end-cause.ts";

export const fallbackStepKinds = [
  /** Another session took the place of the one that was lost. */
  "session_replaced",
  "managed_key",
  "forward",
  "announcement",
  "rejection",
] as const;

/** One step of a call's failure ladder: what was tried, why, and when. */
export const fallbackStepSchema = z.object({
  what: z.enum(fallbackStepKinds),
  why: endCauseSchema,
  atMs: z.int(),
});
export type FallbackStep = z.infer<typeof fallbackStepSchema>;
