import { z } from "zod";
import { callIdSchema } from "./ids.ts";

export const urgencySchema = z.enum(["high", "medium", "low"]);
export const intentSchema = z.enum([
  "service_request",
  "quote_request",
  "scheduling",
  "complaint",
  "spam",
  "general_inquiry",
  "other",
]);

/** What a call was about, as `call.transcript` tells it. */
export const callSummarySchema = z.strictObject({
  /** One or two sentences. */
  summary: z.string(),
  callerName: z.string().nullable(),
  intent: intentSchema,
  urgency: urgencySchema,
  /** When the caller wants to be called back, in the caller's words or as a date; null: not at all. */
  callbackBy: z.string().nullable(),
  spam: z.boolean(),
});
export type CallSummary = z.infer<typeof callSummarySchema>;

/** Stands verbatim in one turn of the transcript. */
const quote = z.string();
const confidence = z.number().min(0).max(1);

const noteSchema = z.strictObject({ text: z.string(), quote });
/** Something to be remembered: one truth a slot, such as `company` or `preferred_time`. */
const memorableSchema = z.strictObject({ slot: z.string(), text: z.string(), confidence, quote });
const commitmentSchema = z.strictObject({
  slot: z.string(),
  text: z.string(),
  by: z.enum(["caller", "business"]),
  dueDate: z.string().nullable(),
  confidence,
  quote,
});

/** The whole of what is drawn from a call. */
export const callExtractionSchema = z.strictObject({
  ...callSummarySchema.shape,
  entities: z.array(z.strictObject({ kind: z.string(), text: z.string(), quote })),
  facts: z.array(memorableSchema),
  preferences: z.array(memorableSchema),
  decisions: z.array(noteSchema),
  commitments: z.array(commitmentSchema),
  tasks: z.array(noteSchema),
  risks: z.array(noteSchema),
  unresolved: z.array(noteSchema),
  /** What the agent should know when this caller calls again; empty: nothing. */
  nextCallContext: z.string(),
  /** What the owner should know now; empty: nothing. */
  ownerBrief: z.string(),
});
export type CallExtraction = z.infer<typeof callExtractionSchema>;

/** `GET /v1/calls/:id/report`, 202 */
export const callReportPendingSchema = z.object({ status: z.literal("extracting") });

/** `GET /v1/calls/:id/report`, 200 */
export const callReportSchema = z.object({
  status: z.enum(["ready", "failed"]),
  callId: callIdSchema,
  readyAt: z.iso.datetime(),
  /** Null where the extraction has failed for good, or where the caller's data was forgotten. */
  report: callExtractionSchema.nullable(),
});
export type CallReportView = z.infer<typeof callReportSchema>;
