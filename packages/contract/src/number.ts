import { z } from "zod";
import { languageSchema, voiceModeSchema, voiceSchema } from "./agent.ts";
import { budgetRuleSchema } from "./budget.ts";
import { contextSourceSchema, contextWebhookSchema, notifySchema } from "./caller-context.ts";
import { e164Schema } from "./e164.ts";
import { actionWebhookSchema } from "./action-webhook.ts";
import { fallbackSchema } from "./fallback.ts";
import { numberIdSchema, trunkIdSchema } from "./ids.ts";
import { retentionSchema } from "./retention.ts";
import { recordingSettingsSchema } from "./recording.ts";
import { toolsSchema } from "./tool.ts";

const labelCharsMax = 200;
const promptCharsMax = 32_000; // a long prompt is 10,000; the provider's own limit lies above this
const firstMessageCharsMax = 2_000;
const modelCharsMax = 100;
const durationSecsMax = 3_600; // the provider ends a session after 60 minutes
const callsMax = 10_000; // beyond what any appliance carries
const answerDeadlineMsMax = 30_000; // carriers give up ringing soon after

const labelSchema = z.string().trim().max(labelCharsMax);
export const modelNameSchema = z
  .string()
  .regex(/^[a-z0-9][a-z0-9._-]*$/i, "must be the name of a model")
  .max(modelCharsMax);

/** `POST /v1/numbers` */
export const numberCreationSchema = z.strictObject({
  number: e164Schema,
  label: labelSchema.optional(),
  /** The trunk it belongs to; without one it is called through any. */
  trunkId: trunkIdSchema.nullable().optional(),
});
export type NumberCreation = z.infer<typeof numberCreationSchema>;

/** `PATCH /v1/numbers/:id`: what is not named stays as it is. */
export const numberChangeSchema = z.strictObject({
  label: labelSchema.nullable().optional(),
  voice: voiceSchema.optional(),
  language: languageSchema.optional(),
  trunkId: trunkIdSchema.nullable().optional(),
});
export type NumberChange = z.infer<typeof numberChangeSchema>;

/** The agent of a number: `POST /v1/numbers/:id/inbound-config` replaces the whole block. */
export const inboundConfigSchema = z
  .strictObject({
    mode: z.literal("ai"),
    systemPrompt: z.string().min(1).max(promptCharsMax),
    voice: voiceSchema.default("shimmer"),
    language: languageSchema.default("auto"),
    firstMessage: z.string().min(1).max(firstMessageCharsMax).nullable().default(null),
    maxDurationSecs: z.int().min(1).max(durationSecsMax).default(600),
    record: z.boolean().default(false),
    recording: recordingSettingsSchema.prefault({}),
    liveTranscript: z.boolean().default(false),
    /** Null takes the appliance's setting. */
    model: modelNameSchema.nullable().default(null),
    answerDeadlineMs: z.int().min(500).max(answerDeadlineMsMax).default(4_000),
    fallback: fallbackSchema.prefault({}),
    tools: toolsSchema.default([]),
    actionWebhook: actionWebhookSchema.nullable().default(null),
    contextSource: contextSourceSchema.default("agentcall_memory"),
    contextWebhook: contextWebhookSchema.nullable().default(null),
    notify: notifySchema.prefault({}),
    retention: retentionSchema.prefault({}),
    limits: z
      .strictObject({
        maxConcurrentCalls: z.int().min(1).max(callsMax).nullable().default(null),
        monthlyBudgetMicros: z.int().min(0).nullable().default(null),
        whenBudgetUsed: budgetRuleSchema.default("stop"),
      })
      .prefault({}),
  })
  .refine(
    ({ tools, actionWebhook }) =>
      actionWebhook !== null || tools.every(({ type }) => type !== "function"),
    { path: ["actionWebhook"], error: "is needed by the tools that are functions" },
  )
  .refine(
    ({ contextSource, contextWebhook }) =>
      contextWebhook !== null || (contextSource !== "webhook" && contextSource !== "merge"),
    { path: ["contextWebhook"], error: "is needed by this contextSource" },
  )
  .refine(
    ({ limits, fallback }) => limits.whenBudgetUsed !== "forward" || fallback.forwardTo !== null,
    { path: ["fallback", "forwardTo"], error: "is needed by limits.whenBudgetUsed forward" },
  );
export type InboundConfig = z.infer<typeof inboundConfigSchema>;

/** The same block as it comes back: secrets are previews only. */
export const inboundConfigViewSchema = z.object({
  ...inboundConfigSchema.shape,
  voiceMode: voiceModeSchema,
  hasByokKey: z.boolean(),
  byokOpenaiApiKeyPreview: z.string().nullable(),
});

const { shape } = inboundConfigSchema;
const ringTimeoutSecs = { min: 5, max: 120, usual: 45 }; // nine rings; carriers give up at two or three minutes

/** The saved agent of calls that a number places: `POST /v1/numbers/:id/outbound-defaults` replaces it whole. */
export const outboundDefaultsSchema = z.strictObject({
  mode: shape.mode.default("ai"),
  systemPrompt: shape.systemPrompt,
  voice: shape.voice,
  language: shape.language,
  firstMessage: shape.firstMessage,
  maxDurationSecs: shape.maxDurationSecs,
  liveTranscript: shape.liveTranscript,
  record: shape.record,
  recording: shape.recording,
  model: shape.model,
  /** Tools that are functions are carried out by the `actionWebhook` of the number's inbound-config. */
  tools: shape.tools,
  /** What happens when the model fails on a call that was answered; before that nobody is called. */
  fallback: shape.fallback,
  /** How long it rings at the called party's. */
  ringTimeoutSecs: z
    .int()
    .min(ringTimeoutSecs.min)
    .max(ringTimeoutSecs.max)
    .default(ringTimeoutSecs.usual),
});
export type OutboundDefaults = z.infer<typeof outboundDefaultsSchema>;

/** `GET /v1/numbers/:id/outbound-defaults`: null where none is saved. */
export const outboundDefaultsViewSchema = outboundDefaultsSchema.nullable();

/** Whether a number answers its calls, or why it does not. */
export const numberStatusSchema = z.enum([
  "ready",
  "no_agent",
  "managed_key_missing",
  "key_unreadable",
  "vault_sealed",
  "trial_exhausted",
]);
export type NumberStatus = z.infer<typeof numberStatusSchema>;

/** One number as the API shows it. */
export const numberViewSchema = z.object({
  id: numberIdSchema,
  number: z.string(),
  label: z.string().nullable(),
  trunkId: trunkIdSchema.nullable(),
  voiceMode: voiceModeSchema,
  hasByokKey: z.boolean(),
  keyPreview: z.string().nullable(),
  inbound: inboundConfigSchema.nullable(),
  /** The saved agent of the calls that it places. */
  outbound: outboundDefaultsSchema.nullable(),
  /** Whether it answers its calls, or what has to be mended first. */
  status: numberStatusSchema,
  createdAt: z.iso.datetime(),
  updatedAt: z.iso.datetime(),
});
export type NumberView = z.infer<typeof numberViewSchema>;
