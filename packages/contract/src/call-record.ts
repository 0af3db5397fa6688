import { z } from "zod";
import { voiceModeSchema } from "./agent.ts";
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

/** Why a call ended. The plain sentence for each stands in `endCauseText`. */
export const endCauses = [
  "caller_hung_up",
  "agent_hung_up",
  "api_hung_up",
  "max_duration",
  "caller_cancelled",
  "number_unknown",
  "number_without_agent",
  "caller_not_allowed",
  "no_common_codec",
  "malformed_sdp",
  "all_calls_taken",
  "control_plane_unreachable",
  "answer_deadline",
  "ack_timeout",
  "media_timeout",
  "session_lost",
  "session_expired",
  "provider_unreachable",
  "provider_error",
  "provider_timeout",
  "key_invalid",
  "key_no_quota",
  "key_rate_limited",
  "key_model_not_found",
  "key_permission_denied",
  "key_region_blocked",
  "gateway_draining",
  "gateway_fault",
  "gateway_lost",
] as const;
export type EndCause = (typeof endCauses)[number];
export const endCauseSchema = z.enum(endCauses);

/** Each end cause in one plain sentence, as the call record and the console tell it. */
export const endCauseText: Readonly<Record<EndCause, string>> = {
  caller_hung_up: "The caller hung up.",
  agent_hung_up: "The agent ended the call.",
  api_hung_up: "The call was ended through the API or the console.",
  max_duration: "The call reached its maximum duration.",
  caller_cancelled: "The caller gave up before the call was answered.",
  number_unknown: "The dialled number is not registered on this appliance.",
  number_without_agent: "The dialled number has no agent set up, so it does not answer.",
  caller_not_allowed: "The call came from an address that is not a trunk of this appliance.",
  no_common_codec: "The caller's side offered no audio codec that the appliance speaks.",
  malformed_sdp: "The caller's side sent a session description that could not be read.",
  all_calls_taken: "All calls that the appliance may carry at once were taken.",
  control_plane_unreachable: "The gateway could not reach the control plane to ask what to do.",
  answer_deadline: "The agent was not ready to speak within the answer deadline.",
  ack_timeout: "The caller's side never confirmed that it had heard our answer.",
  media_timeout: "No audio came from the caller's side any more.",
  session_lost: "The connection to the model was lost during the call.",
  session_expired: "The session with the model reached the provider's maximum duration.",
  provider_unreachable: "The model provider could not be reached.",
  provider_error: "The model provider answered with an error.",
  provider_timeout: "The model provider did not answer in time.",
  key_invalid: "The provider refused the number's key as invalid.",
  key_no_quota: "The account of the number's key has no credit left.",
  key_rate_limited: "The account of the number's key has reached its rate limit.",
  key_model_not_found: "The number's key may not use the number's model.",
  key_permission_denied: "The number's key lacks the permission for Realtime sessions.",
  key_region_blocked: "The provider does not serve this region with the number's key.",
  gateway_draining: "The gateway was being stopped and took no new calls.",
  gateway_fault: "A fault inside the gateway ended the call.",
  gateway_lost: "The gateway carrying the call stopped without saying goodbye.",
};

export const endedBySchema = z.enum(["caller", "agent", "api", "system"]);
export type EndedBy = z.infer<typeof endedBySchema>;

/** Milliseconds since the INVITE arrived; null where the call did not get so far. */
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
  jitterMs: z.number().nonnegative(),
  packetsSent: count,
  underruns: count,
  overruns: count,
  pacingErrorMsMax: z.number().nonnegative(),
});
export type MediaStats = z.infer<typeof mediaStatsSchema>;

/** The finished call's facts (CDR). There is exactly one for each call that reached us. */
export const callRecordSchema = z.object({
  callId: callIdSchema,
  direction: z.enum(["inbound", "outbound"]),
  /** As dialled and as presented, normalised to E.164 where possible. */
  from: z.string().max(256),
  to: z.string().max(256),
  numberId: numberIdSchema.nullable(),
  voiceMode: voiceModeSchema.nullable(),
  sipCallId: z.string().max(256),
  status: z.enum(["completed", "busy", "no_answer", "failed"]),
  endCause: endCauseSchema,
  endedBy: endedBySchema,
  /** The SIP status of our final answer, or of the failure; 200 for an answered call. */
  sipStatus: z.int().min(100).max(699),
  /** ITU-T Q.850 cause value. */
  q850Cause: z.int().min(0).max(127),
  startedAtMs: z.int(),
  answeredAtMs: z.int().nullable(),
  endedAtMs: z.int(),
  /** Answer to end by the monotonic clock; 0 for a call that was not answered. */
  durationMs: count,
  model: z.string().nullable(),
  latency: callLatencySchema,
  tokenUsage: tokenUsageSchema,
  toolCallCount: count,
  mediaStats: mediaStatsSchema.nullable(),
});
export type CallRecord = z.infer<typeof callRecordSchema>;
