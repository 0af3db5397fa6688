import { z } from "zod";
import { voiceModeSchema } from "./agent.ts";
import { callContextViewSchema } from "./caller-context.ts";
import {
  callLatencySchema,
  callStatusSchema,
  directionSchema,
  endedBySchema,
  mediaStatsSchema,
  tokenUsageSchema,
} from "./call-record.ts";
import { endCauseSchema } from "./end-cause.ts";
import { fallbackStepKinds } from "./fallback-step.ts";
import { callIdSchema, numberIdSchema } from "./ids.ts";
import { recordingViewSchema } from "./recording.ts";
import { transferTargetSchema } from "./transfer-target.ts";
import { speakerSchema } from "./turn.ts";

/** One call as the API shows it; what is not known yet is null. */
export const callViewSchema = z.object({
  id: callIdSchema,
  numberId: numberIdSchema.nullable(),
  direction: directionSchema,
  from: z.string(),
  to: z.string(),
  status: callStatusSchema,
  voiceMode: voiceModeSchema.nullable(),
  model: z.string().nullable(),
  startedAt: z.iso.datetime(),
  answeredAt: z.iso.datetime().nullable(),
  endedAt: z.iso.datetime().nullable(),
  durationMs: z.int().nullable(),
  endedBy: endedBySchema.nullable(),
  hangupCause: z
    .object({
      cause: endCauseSchema,
      /** The same in one plain sentence. */
      message: z.string(),
      sipStatus: z.int(),
      q850Cause: z.int(),
    })
    .nullable(),
  latency: callLatencySchema.nullable(),
  tokenUsage: tokenUsageSchema.nullable(),
  mediaStats: mediaStatsSchema.nullable(),
  toolCallCount: z.int(),
  /** The failure ladder as far as it was climbed. */
  fallbackSteps: z.array(
    z.object({
      what: z.enum(fallbackStepKinds),
      why: endCauseSchema,
      /** The same in one plain sentence. */
      message: z.string(),
      at: z.iso.datetime(),
    }),
  ),
  recordingReady: z.boolean(),
  /** Null for a call that was not to be recorded. */
  recording: recordingViewSchema.nullable(),
  /** What the agent was told of its caller; only of one call, and null where nobody was asked. */
  callerContext: callContextViewSchema.nullable(),
  metadata: z.record(z.string(), z.string()),
});
export type CallView = z.infer<typeof callViewSchema>;

/** `GET /v1/calls/:id/transcript` */
export const transcriptViewSchema = z.object({
  entries: z.array(
    z.object({
      role: speakerSchema,
      text: z.string(),
      timestamp: z.iso.datetime(),
      /** By which `transcript.partial` names the same turn. */
      itemId: z.string(),
      /** The caller spoke into it: the text is what had been heard until then. */
      interrupted: z.boolean(),
    }),
  ),
  /** What the agent called between them, in its order. */
  toolCalls: z.array(
    z.object({
      name: z.string(),
      /** As the model wrote them: JSON as a rule. */
      arguments: z.string(),
      /** What the model was told of it; null where nothing came back. */
      output: z.string().nullable(),
      timestamp: z.iso.datetime(),
      itemId: z.string(),
      /** The entry that it comes after; null: before the first. */
      afterItemId: z.string().nullable(),
    }),
  ),
  /** Null until the call's report is there. */
  summary: z.string().nullable(),
  /** Seconds from answer to end; null while the call is in progress. */
  duration: z.number().nullable(),
});
export type TranscriptView = z.infer<typeof transcriptViewSchema>;

/** `POST /v1/calls/:id/transfer` */
export const callTransferSchema = z.strictObject({ to: transferTargetSchema });

/** Filters of `GET /v1/calls`. */
export const callFilterSchema = z.strictObject({
  /** Words of the transcript or the summary, all of them. */
  q: z.string().max(200).optional(),
  numberId: numberIdSchema.optional(),
  direction: directionSchema.optional(),
  status: callStatusSchema.optional(),
  from: z.string().max(256).optional(),
  to: z.string().max(256).optional(),
  since: z.iso.datetime().optional(),
  until: z.iso.datetime().optional(),
});
export type CallFilter = z.infer<typeof callFilterSchema>;
