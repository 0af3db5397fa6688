import { z } from "zod";
import { voiceModeSchema } from "./agent.ts";
import { numberIdSchema } from "./ids.ts";

const apiKeyCharsMax = 1_000; // the provider's keys have less than 200; a pasted file is refused

/** `POST /v1/numbers/:id/byok/test` and `/byok/key` */
export const byokKeySchema = z.strictObject({ apiKey: z.string().min(1).max(apiKeyCharsMax) });

/** The same of clients that were there before: `POST /v1/numbers/:id/byok-key` */
export const byokAliasSchema = z.strictObject({
  openaiApiKey: z.string().min(1).max(apiKeyCharsMax),
});

export const byokTestedSchema = z.object({ ok: z.literal(true), model: z.string() });

export const byokSavedSchema = z.object({
  ok: z.literal(true),
  numberId: numberIdSchema,
  voiceMode: voiceModeSchema,
  keyPreview: z.string(),
  configuredAt: z.iso.datetime(),
});

export const byokDeletedSchema = z.object({
  ok: z.literal(true),
  numberId: numberIdSchema,
  voiceMode: voiceModeSchema,
});

export const byokAliasViewSchema = z.object({
  voiceMode: voiceModeSchema,
  hasByokKey: z.boolean(),
  byokOpenaiApiKeyPreview: z.string().nullable(),
});

/** Far more numbers than an appliance has; a list of this length is 200 kB. */
const bulkNumbersMax = 5_000;

/** `POST /v1/byok/bulk` */
export const byokBulkSchema = z.strictObject({
  apiKey: z.string().min(1).max(apiKeyCharsMax),
  numberIds: z.union([z.literal("all"), z.array(numberIdSchema).min(1).max(bulkNumbersMax)]),
});

export const byokBulkSavedSchema = z.object({
  ok: z.literal(true),
  keyPreview: z.string(),
  numbers: z.array(z.object({ numberId: numberIdSchema, voiceMode: voiceModeSchema })),
});

/** `PUT /v1/settings/managed-key` */
export const managedKeySavedSchema = z.object({ ok: z.literal(true), keyPreview: z.string() });

/** One key of `GET /v1/byok/health`, by its fingerprint: never the key. */
export const byokKeyHealthSchema = z.object({
  fingerprint: z.string(),
  keyPreview: z.string(),
  numberIds: z.array(z.string()),
  /** Those of them whose stored key is damaged and does not open: save it again. */
  unreadableNumberIds: z.array(z.string()),
  lastTestedAt: z.iso.datetime(),
  lastCallAt: z.iso.datetime().nullable(),
  /** The end cause of that call. */
  lastCallCause: z.string().nullable(),
  /** Why the provider refused the key in that call; null when it did not. */
  lastErrorReason: z.string().nullable(),
  /** Whether calls are carried by another key now. */
  fallsBack: z.boolean(),
});
export type ByokKeyHealth = z.infer<typeof byokKeyHealthSchema>;
