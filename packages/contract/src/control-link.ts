import { z } from "zod";
import { agentToolCallSchema } from "./agent-tool-call.ts";
import { languageSchema, voiceModeSchema, voiceSchema } from "./agent.ts";
import { metadataSchema } from "./call-metadata.ts";
import { callRecordSchema, directionSchema } from "./call-record.ts";
import { callUsageSchema, usageTermsSchema } from "./call-usage.ts";
import { endCauseSchema } from "./end-cause.ts";
import { ladderSchema } from "./fallback.ts";
import { fallbackStepSchema } from "./fallback-step.ts";
import { callIdSchema, numberIdSchema, trunkIdSchema } from "./ids.ts";
import { toolOutcomeSchema, toolsSchema } from "./tool.ts";
import {
  recordingOfferSchema,
  recordingPieceSchema,
  recordingPlanSchema,
  recordingProgressSchema,
} from "./recording.ts";
import { transferTargetSchema } from "./transfer-target.ts";
import { trunkPlanSchema, trunkReportSchema, trunksMax, trunkTestLineSchema } from "./trunk.ts";
import { speakerSchema, turnSchema } from "./turn.ts";

/**
 * The control link: one WebSocket from each gateway to the control plane, JSON text frames.
 *
 * The gateway says `hello` first and waits for `welcome`. From then on it asks with
 * `call.offer`, tells durable facts with `events` (kept in its spool until `events.ack`
 * names them) and passing ones with `live` (never kept, never acknowledged). The control plane
 * tells it the trunks, with their passwords, and may ask it to test one.
 */
export const controlLinkVersion = 1;

/** One frame at most: a plan with a long prompt and tools fits many times. */
export const controlFrameBytesMax = 1_048_576;

// ── Facts that must last ────────────────────────────────────────────────────────────────

const eventHead = {
  /** Made by the gateway: the same event sent again changes nothing. */
  eventId: z.string().regex(/^evt_[0-9a-z]{1,64}$/),
  callId: callIdSchema,
  atMs: z.int(),
};

export const callEventSchema = z.discriminatedUnion("kind", [
  z.object({
    ...eventHead,
    kind: z.literal("call.started"),
    direction: directionSchema,
    from: z.string().max(256),
    to: z.string().max(256),
    numberId: numberIdSchema.nullable(),
    voiceMode: voiceModeSchema.nullable(),
    sipCallId: z.string().max(256),
    /** Absent in a spool of former versions. */
    trunkId: trunkIdSchema.nullable().default(null),
    /** Such as `divertedFrom`. */
    metadata: metadataSchema.default({}),
  }),
  z.object({ ...eventHead, kind: z.literal("call.ringing") }),
  z.object({ ...eventHead, kind: z.literal("call.answered") }),
  z.object({
    ...eventHead,
    kind: z.literal("call.turn"),
    turn: turnSchema,
    /** Counted on with the partials of its call; null in a spool of former versions. */
    sequence: z.int().nonnegative().nullable().default(null),
  }),
  z.object({ ...eventHead, kind: z.literal("call.tool"), toolCall: agentToolCallSchema }),
  z.object({ ...eventHead, kind: z.literal("call.fallback"), step: fallbackStepSchema }),
  z.object({ ...eventHead, kind: z.literal("call.usage"), usage: callUsageSchema }),
  z.object({
    ...eventHead,
    kind: z.literal("call.ended"),
    record: callRecordSchema,
    /** The last stretch that is charged; absent where nothing is, as for an unanswered call. */
    usage: callUsageSchema.optional(),
  }),
]);
export type CallEvent = z.infer<typeof callEventSchema>;

// ── What passes ─────────────────────────────────────────────────────────────────────────

export const liveEventSchema = z.discriminatedUnion("kind", [
  z.object({
    kind: z.literal("transcript.partial"),
    callId: callIdSchema,
    itemId: z.string().max(128),
    speaker: speakerSchema,
    /** The whole text of the turn so far. */
    text: z.string().max(32_000),
    /** Grows by one with each partial and each finished turn of a call. */
    sequence: z.int().nonnegative(),
  }),
  /** How many events the gateway keeps that nobody has acknowledged. */
  z.object({ kind: z.literal("spool"), pending: z.int().nonnegative() }),
  /** An answered call goes on: the stretch that it would be charged if it ended now. */
  z.object({ kind: z.literal("call.heartbeat"), callId: callIdSchema, usage: callUsageSchema }),
  // Told again after each `trunks` frame, so that one that is left out is not missed for long.
  z.object({ kind: z.literal("trunk.status"), trunkId: trunkIdSchema, report: trunkReportSchema }),
]);
export type LiveEvent = z.infer<typeof liveEventSchema>;

// ── The plan of a call ──────────────────────────────────────────────────────────────────

/** What to do with a call, decided by the control plane for this call alone. */
export const callPlanSchema = z.object({
  numberId: numberIdSchema,
  voiceMode: voiceModeSchema,
  /** By what the call is charged; its usage names them again. */
  usageTerms: usageTermsSchema,
  agent: z.object({
    instructions: z.string(),
    voice: voiceSchema,
    language: languageSchema,
    /** Said first, word for word; null lets the agent greet in its own words. */
    firstMessage: z.string().nullable(),
    model: z.string().min(1),
  }),
  provider: z.object({
    /** Such as `wss://api.openai.com/v1/realtime`; the model is added as the query. */
    realtimeUrl: z.string(),
    /** Opened for this call. The gateway makes a `Secret` of it at once. */
    apiKey: z.string(),
  }),
  answerDeadlineMs: z.int().positive(),
  maxDurationMs: z.int().positive(),
  liveTranscript: z.boolean(),
  /** The caller is answered for another party at once, by a plan without a key; null: for the agent. */
  forward: z.object({ to: transferTargetSchema, why: endCauseSchema }).nullable().default(null),
  ladder: ladderSchema,
  tools: toolsSchema,
  /** Null: the call is not recorded. */
  recording: recordingPlanSchema.nullable(),
  /** How a call of ours is placed; null for one that came to us. */
  outbound: z.object({ ringTimeoutMs: z.int().positive() }).nullable().default(null),
});
export type CallPlan = z.infer<typeof callPlanSchema>;

export const planOutcomeSchema = z.discriminatedUnion("kind", [
  z.object({ kind: z.literal("accept"), plan: callPlanSchema }),
  z.object({
    kind: z.literal("reject"),
    sipStatus: z.int().min(400).max(699),
    endCause: endCauseSchema,
    /** Known when the number is, so that the record can name it. */
    numberId: numberIdSchema.nullable(),
    voiceMode: voiceModeSchema.nullable(),
    retryAfterSecs: z.int().positive().nullable(),
  }),
]);
export type PlanOutcome = z.infer<typeof planOutcomeSchema>;

const toolCallIdCharsMax = 128; // the provider's are 20

// ── Frames ──────────────────────────────────────────────────────────────────────────────

/** Which key of a call: that of its number's mode, or the appliance's where its ladder allows it. */
const callKeySchema = z.enum(["own", "managed"]);
export type CallKey = z.infer<typeof callKeySchema>;

/** From the gateway to the control plane. */
export const gatewayFrameSchema = z.discriminatedUnion("kind", [
  z.object({
    kind: z.literal("hello"),
    version: z.literal(controlLinkVersion),
    /** Stable across restarts of one gateway (the owner of one spool). */
    gatewayId: z.string().min(1).max(64),
    /** Fresh at each start: calls of a former life that are not listed here are lost. */
    bootId: z.string().min(1).max(64),
    token: z.string().min(1).max(256),
    /** Calls this gateway carries at this moment. */
    liveCallIds: z.array(callIdSchema).max(10_000),
  }),
  z.object({
    kind: z.literal("call.offer"),
    callId: callIdSchema,
    direction: directionSchema.default("inbound"),
    from: z.string().max(256),
    to: z.string().max(256),
    sipCallId: z.string().max(256),
    sourceAddress: z.string().max(64),
    /** The trunk it came by, or is to go by. */
    trunkId: trunkIdSchema.nullable(),
    startedAtMs: z.int(),
  }),
  /** For another session within a call in progress: the gateway kept no key of the first. */
  z.object({ kind: z.literal("call.key"), callId: callIdSchema, key: callKeySchema }),
  z.object({ kind: z.literal("events"), events: z.array(callEventSchema).min(1).max(100) }),
  z.object({ kind: z.literal("live"), event: liveEventSchema }),
  /** A tool of the customer's own is to be carried out; `tool.result` answers it. */
  z.object({
    kind: z.literal("tool.call"),
    callId: callIdSchema,
    toolCallId: z.string().min(1).max(toolCallIdCharsMax),
    name: z.string().min(1).max(64),
    argumentsJson: z.string().max(32_000),
  }),
  /** Of one recording after the other, each answered before the next. */
  z.object({ kind: z.literal("recording.offer"), offer: recordingOfferSchema }),
  z.object({ kind: z.literal("recording.piece"), piece: recordingPieceSchema }),
  z.object({
    kind: z.literal("trunk.tested"),
    testId: z.string().max(64),
    lines: z.array(trunkTestLineSchema).max(50),
  }),
  /** It is being stopped: it takes no call any more, and leaves when those it carries are over. */
  z.object({ kind: z.literal("draining") }),
]);
export type GatewayFrame = z.infer<typeof gatewayFrameSchema>;

/** From the control plane to a gateway. */
export const controlFrameSchema = z.discriminatedUnion("kind", [
  z.object({ kind: z.literal("welcome"), version: z.literal(controlLinkVersion) }),
  z.object({ kind: z.literal("call.plan"), callId: callIdSchema, outcome: planOutcomeSchema }),
  z.object({
    kind: z.literal("call.key"),
    callId: callIdSchema,
    key: callKeySchema,
    /** Null when there is none to be had. */
    apiKey: z.string().nullable(),
  }),
  z.object({ kind: z.literal("events.ack"), eventIds: z.array(z.string()).max(100) }),
  /** A call is to be placed. The gateway asks for its plan with `call.offer`, as for one that came. */
  z.object({
    kind: z.literal("call.dial"),
    callId: callIdSchema,
    /** Both in E.164. */
    from: z.string().max(256),
    to: z.string().max(256),
    trunkId: trunkIdSchema,
    metadata: metadataSchema,
  }),
  z.object({ kind: z.literal("call.hangup"), callId: callIdSchema }),
  z.object({ kind: z.literal("call.transfer"), callId: callIdSchema, to: transferTargetSchema }),
  z.object({
    kind: z.literal("tool.result"),
    callId: callIdSchema,
    toolCallId: z.string().min(1).max(toolCallIdCharsMax),
    outcome: toolOutcomeSchema,
  }),
  z.object({
    kind: z.literal("recording.progress"),
    callId: callIdSchema,
    progress: recordingProgressSchema,
  }),
  // After `welcome`, and whenever a trunk has changed: all of them.
  z.object({
    kind: z.literal("trunks"),
    trunks: z.array(trunkPlanSchema).max(trunksMax),
    /** One gateway registers with the carriers and asks how they are; the others only call. */
    leads: z.boolean(),
    /** Base64: nonces that one gateway has issued are known to the others by it. */
    nonceKey: z.string().max(64),
  }),
  z.object({ kind: z.literal("trunk.test"), testId: z.string().max(64), trunk: trunkPlanSchema }),
]);
export type ControlFrame = z.infer<typeof controlFrameSchema>;
