import { z } from "zod";
import { languageSchema, voiceSchema } from "./agent.ts";
import { metadataSchema } from "./call-metadata.ts";
import { e164Schema } from "./e164.ts";
import { inboundConfigSchema, outboundDefaultsSchema } from "./number.ts";

const { shape } = inboundConfigSchema;
const fromCharsMax = 100; // an id, or a number
const idempotencyKeyCharsMax = 255;

/**
 * `POST /v1/calls/ai`: places a call. Without `systemPrompt`, or with `useSavedAgent`, the number's
 * saved agent speaks, and what is named here takes the place of its own.
 */
export const aiCallSchema = z.strictObject({
  /** The number that calls: its id, or itself. */
  from: z.string().min(1).max(fromCharsMax),
  to: e164Schema,
  systemPrompt: shape.systemPrompt.optional(),
  voice: voiceSchema.optional(),
  language: languageSchema.optional(),
  firstMessage: shape.firstMessage.unwrap().optional(),
  maxDurationSecs: shape.maxDurationSecs.unwrap().optional(),
  liveTranscript: z.boolean().optional(),
  record: z.boolean().optional(),
  ringTimeoutSecs: outboundDefaultsSchema.shape.ringTimeoutSecs.unwrap().optional(),
  metadata: metadataSchema.default({}),
  useSavedAgent: z.boolean().default(false),
  /** The same as the header `Idempotency-Key`, which goes before it. */
  idempotencyKey: z.string().min(1).max(idempotencyKeyCharsMax).optional(),
});
export type AiCall = z.infer<typeof aiCallSchema>;

const countriesMax = 250; // there are some 230 calling codes
const prefixesMax = 500;
const callsPerDayMax = 1_000_000;
const callsMax = 10_000;

const countryCodeSchema = z
  .string()
  .regex(/^[1-9]\d{0,2}$/, "must be a calling code such as 49")
  .meta({ example: "49" });
const prefixSchema = z
  .string()
  .regex(/^\+[1-9]\d{0,14}$/, "must begin as numbers do: +4989")
  .meta({ example: "+4989" });
const timeSchema = z
  .string()
  .regex(/^(?:[01]\d|2[0-3]):[0-5]\d$/, "must be a time of the day such as 08:30")
  .meta({ example: "08:30" });

const weekdays = ["mon", "tue", "wed", "thu", "fri", "sat", "sun"] as const;
export type Weekday = (typeof weekdays)[number];

const limitsSchema = z.strictObject({
  /** Calls placed that are not over; null: as many as there may be calls at all. */
  maxConcurrentCalls: z.int().min(1).max(callsMax).nullable().default(null),
  /** Calls placed within 24 hours, answered or not. */
  maxCallsPerDay: z.int().min(1).max(callsPerDayMax).nullable().default(null),
});

/** Ranges that calls are lured to for their price: one calling code with the United States, another tariff. */
const costlyPrefixes = [
  ...["242", "246", "264", "268", "284", "345", "441", "473", "649", "658", "664", "721"],
  ...["758", "767", "784", "809", "829", "849", "868", "869", "876", "900", "976"],
].map((areaCode) => `+1${areaCode}`);

const usualLimits = {
  appliance: { maxConcurrentCalls: null, maxCallsPerDay: 1_000 },
  number: { maxConcurrentCalls: null, maxCallsPerDay: 200 },
} as const;

/** `/v1/settings/outbound`: the rules against toll fraud. What is not named is as usual. */
export const outboundSettingsSchema = z.strictObject({
  /** Off: no call is placed. */
  enabled: z.boolean().default(true),
  /** Calling codes; null allows the calling number's own country and no other. */
  allowedCountries: z.array(countryCodeSchema).max(countriesMax).nullable().default(null),
  /** Beside the countries. The longest prefix that fits decides, and of equals the block. */
  allowedPrefixes: z.array(prefixSchema).max(prefixesMax).default([]),
  blockedPrefixes: z.array(prefixSchema).max(prefixesMax).default(costlyPrefixes),
  /** All numbers together. */
  applianceLimits: limitsSchema.prefault(usualLimits.appliance),
  /** Each number. */
  numberLimits: limitsSchema.prefault(usualLimits.number),
  /** When people may be called; null: at any time. */
  hours: z
    .strictObject({
      timezone: z
        .string()
        .refine(isTimezone, "must be a name such as Europe/Berlin")
        .meta({ example: "Europe/Berlin" }),
      days: z.array(z.enum(weekdays)).min(1).max(weekdays.length),
      from: timeSchema,
      /** Not this minute any more. An earlier time than `from` is the next day's. */
      to: timeSchema,
    })
    .nullable()
    .default(null),
  /** What a carrier plays before the answer is not listened to. */
  earlyMedia: z.literal("ignore").default("ignore"),
});
export type OutboundSettings = z.infer<typeof outboundSettingsSchema>;

function isTimezone(name: string): boolean {
  try {
    new Intl.DateTimeFormat("en", { timeZone: name });
    return true;
  } catch {
    return false; // RangeError
  }
}
