import { z } from "zod";
import { voiceModeSchema } from "./agent.ts";
import { endCauseSchema } from "./end-cause.ts";
import { fallbackStepSchema } from "./fallback-step.ts";
import { callIdSchema, numberIdSchema } from "./ids.ts";

export const callStatuses = [
  "initiated",
  "ringing",
  "in-progress",
  "completed",
  "busy",
  "no_answer",
  "failed",
] as const;
export type CallStatus = (typeof callStatuses)[number];
export const callStatusSchema = z.enum(callStatuses);

/** Whose call it is: one that came to us, or one of ours. */
export const directionSchema = z.enum(["inbound", "outbound"]);
export type Direction = z.infer<typeof directionSchema>;

export const endedBySchema = z.enum(["caller", "callee", "agent", "api", "system"]);
export type EndedBy = z.infer<typeof endedBySchema>;

/** Milliseconds since the INVITE arrived, or since a call of ours was asked for; null where the call did not get so far. */
export const callLatencySchema = z.object({
  ringingMs: z.number().nullable(),
  sessionOpenMs: z.number().nullable(),
  sessionReadyMs: z.number().nullable(),
  firstDeltaMs: z.number().nullable(),
  answeredMs: z.number().nullable(),
  firstRtpOutMs: z.number().nullable(),
  /** From `speech_started` to the last packet of the interrupted answer, one per barge-in. */
  bargeInStopMs: z.array(z.number()).readonly(),
});
export type CallLatency = z.infer<typeof callLatencySchema>;

const count = z.int().nonnegative();

/** The provider's token counts, summed over a call's responses. */
export const tokenUsageSchema = z.object({
  inputTextTokens: count,
  inputAudioTokens: count,
  inputCachedTokens: count,
  outputTextTokens: count,
  outputAudioTokens: count,
  transcriptionTokens: count,
});
export type TokenUsage = z.infer<typeof tokenUsageSchema>;

const srtpSuiteCharsMax = 64; // the longest that is registered has 33

/** Counters of a media session, all at zero when nothing went wrong. */
export const mediaStatsSchema = z.object({
  codec: z.enum(["PCMU", "PCMA"]),
  packetsReceived: count,
  packetsLost: count,
  packetsLate: count,
  packetsReordered: count,
  packetsDuplicate: count,
  packetsFromStrangers: count,
  packetsNotRtp: count,
  /** Of encrypted audio: forged, damaged or sent again. */
  packetsNotAuthentic: count.default(0),
  jitterMs: z.number().nonnegative(),
  packetsSent: count,
  underruns: count,
  overruns: count,
  pacingErrorMsMax: z.number().nonnegative(),
  /** What the audio was encrypted with (RFC 4568); null for plain audio. */
  srtpSuite: z.string().max(srtpSuiteCharsMax).nullable().default(null),
});
export type MediaStats = z.infer<typeof mediaStatsSchema>;

/** A call on which more went wrong ends. */
export const fallbackStepsMax = 20;

/** The finished call's facts (CDR). There is exactly one for each call that reached us. */
export const callRecordSchema = z.object({
  callId: callIdSchema,
  direction: directionSchema,
  /** As dialled and as presented, normalised to E.164 where possible. */
  from: z.string().max(256),
  to: z.string().max(256),
  numberId: numberIdSchema.nullable(),
  voiceMode: voiceModeSchema.nullable(),
  sipCallId: z.string().max(256),
  status: z.enum(["completed", "busy", "no_answer", "failed"]),
  endCause: endCauseSchema,
  endedBy: endedBySchema,
  /** The SIP status of the final answer, ours or theirs, or of the failure; 200 for an answered call. */
  sipStatus: z.int().min(100).max(699),
  /** ITU-T Q.850 cause value; of a call of ours the carrier's own, where it told one. */
  q850Cause: z.int().min(0).max(127),
  startedAtMs: z.int(),
  answeredAtMs: z.int().nullable(),
  endedAtMs: z.int(),
  /** From the ACK of the answer to the end, by the monotonic clock: what is charged. 0 for a call without. */
  durationMs: count,
  model: z.string().nullable(),
  latency: callLatencySchema,
  tokenUsage: tokenUsageSchema,
  toolCallCount: count,
  /** The failure ladder as far as it was climbed; empty for a call on which the model did its work. */
  fallbackSteps: z.array(fallbackStepSchema).max(fallbackStepsMax).default([]),
  mediaStats: mediaStatsSchema.nullable(),
});
export type CallRecord = z.infer<typeof callRecordSchema>;
