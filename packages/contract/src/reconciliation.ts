import { z } from "zod";
import { trunkIdSchema } from "./ids.ts";

/** Eight million characters are some 60,000 calls: a day of the largest site, a month of most. */
const csvCharsMax = 8_000_000;
export const cdrRowsMax = 50_000;
/** What a route that takes a whole file reads at most: the file, and JSON's escapes in it. */
export const importBytesMax = 12_000_000;
const columnCharsMax = 100;
const providerPagesMax = 100;
const providerKeysMax = 1_000;
/** Bad lines that are told; the others are counted. */
export const problemsShownMax = 1_000;
/** Differences of one report that are listed; the others are in its sums. */
export const differencesShownMax = 1_000;

const columnSchema = z.string().min(1).max(columnCharsMax);
const moment = z.iso.datetime({ offset: true });

/** How a carrier writes when a call began. */
const cdrTimeForms = ["iso", "ymd", "dmy", "mdy", "unix", "unix-ms"] as const;

/** `POST /v1/usage/reconciliation/cdr`: a carrier's call records, and what its columns mean. */
export const cdrImportSchema = z.strictObject({
  csv: z.string().min(1).max(csvCharsMax),
  /** Whose records these are; null: of every trunk. */
  trunkId: trunkIdSchema.nullable().default(null),
  /** What the file covers: a call of ours in it that it does not name is missing at the carrier. */
  from: moment,
  until: moment,
  delimiter: z.enum([",", ";", "\t", "|"]).default(","),
  /** Without a header columns are named `1`, `2` and so on. */
  header: z.boolean().default(true),
  columns: z.strictObject({
    startedAt: columnSchema,
    from: columnSchema,
    to: columnSchema,
    duration: columnSchema,
    /** The SIP Call-ID of the carrier's leg with us: calls are told apart by it where it is there. */
    sipCallId: columnSchema.optional(),
  }),
  /** `ymd`, `dmy` and `mdy` are local times of `timezone`, such as `24.11.2026 13:05:00`. */
  timeForm: z.enum(cdrTimeForms).default("iso"),
  timezone: z.string().trim().min(1).max(64).default("UTC"),
  durationForm: z.enum(["secs", "ms", "hms"]).default("secs"),
});
export type CdrImport = z.infer<typeof cdrImportSchema>;

const tokens = z.int().nonnegative();

/** A page of the provider's usage by day and key (`bucket_width=1d`, `group_by=api_key_id`). */
const providerPageSchema = z.looseObject({
  data: z
    .array(
      z.looseObject({
        start_time: z.int().nonnegative(),
        end_time: z.int().nonnegative(),
        results: z
          .array(
            z.looseObject({
              input_tokens: tokens.default(0),
              output_tokens: tokens.default(0),
              api_key_id: z.string().max(200).nullish(),
            }),
          )
          .max(10_000),
      }),
    )
    .max(1_000),
});

/** `POST /v1/usage/reconciliation/provider-usage`: pages as the provider answers them. */
export const providerImportSchema = z.strictObject({
  /** Which key of ours stands behind the provider's id of it: a fingerprint, or `managed`. */
  keys: z
    .array(
      z.strictObject({
        apiKeyId: z.string().min(1).max(200),
        key: z.string().regex(/^[0-9A-Za-z_.:-]{1,64}$/, "must be a fingerprint, or managed"),
      }),
    )
    .min(1)
    .max(providerKeysMax),
  pages: z.array(providerPageSchema).min(1).max(providerPagesMax),
});
export type ProviderImport = z.infer<typeof providerImportSchema>;

/** What was imported, with each line that could not be read. */
export const reconciliationImportViewSchema = z.object({
  id: z.string(),
  kind: z.enum(["carrier", "provider"]),
  trunkId: trunkIdSchema.nullable(),
  from: z.iso.datetime(),
  until: z.iso.datetime(),
  rows: z.int(),
  badRows: z.int(),
  /** By line of the file, from 1; at most the first thousand. */
  problems: z.array(z.object({ line: z.int(), problem: z.string() })),
  importedAt: z.iso.datetime(),
});
export type ReconciliationImportView = z.infer<typeof reconciliationImportViewSchema>;

/** What counts as equal. */
export const reconciliationToleranceSchema = z.strictObject({
  /** Carriers count whole seconds. */
  durationToleranceMs: z.coerce.number().int().min(0).max(60_000).default(1_000),
  /** How far the clocks may be apart without a word. */
  clockToleranceMs: z.coerce.number().int().min(0).max(3_600_000).default(5_000),
  /** How far they may be apart at all for two records to be one call. */
  matchWindowMs: z.coerce.number().int().min(0).max(7_200_000).default(300_000),
  /** Thousandths of a day's tokens: the provider counts what a lost connection did not tell. */
  tokenTolerancePerMille: z.coerce.number().int().min(0).max(1_000).default(5),
});
export type ReconciliationTolerance = z.infer<typeof reconciliationToleranceSchema>;

/** `GET /v1/usage/reconciliation?period=2026-11` */
export const reconciliationQuerySchema = reconciliationToleranceSchema.extend({
  period: z.string().max(20).optional(),
});

const money = { entries: z.int(), billedMs: z.int(), amountMicros: z.int() };

/** Why an entry is not among what billing has acknowledged. */
export const billingReasonSchema = z.enum(["not_sealed", "not_acknowledged", "parked", "rejected"]);
export type BillingReason = z.infer<typeof billingReasonSchema>;

/** Why a carrier's record and ours differ; the first two are no difference. */
export const carrierReasons = [
  "within_tolerance",
  "unanswered",
  "ring_time",
  "rounding",
  "transfer",
  "duplicate",
  "clock_offset",
  "answered_at_carrier_only",
  "missing_at_carrier",
  "missing_in_ledger",
  "unexplained",
] as const;
export type CarrierReason = (typeof carrierReasons)[number];
const carrierReasonSchema = z.enum(carrierReasons);

export const providerReasonSchema = z.enum([
  "within_tolerance",
  "day_edge",
  "missing_at_provider",
  "missing_in_calls",
  "unexplained",
]);
export type ProviderReason = z.infer<typeof providerReasonSchema>;

const billingReconciliationSchema = z.object({
  ledger: z.object(money),
  acknowledged: z.object(money),
  /** Together they are what the ledger has more than billing. */
  differences: z.array(z.object({ reason: billingReasonSchema, ...money })),
  /** What the receiver has signed to hold of the current epoch; null where none has signed. */
  receiver: z
    .object({
      epoch: z.int(),
      toSequence: z.int(),
      holdsMicros: z.int(),
      expectedMicros: z.int(),
      differenceMicros: z.int(),
    })
    .nullable(),
});

const carrierReconciliationSchema = z.object({
  /** Calls of ours in the period that no import covers. */
  callsNotCovered: z.int(),
  ours: z.object({ calls: z.int(), talkMs: z.int() }),
  theirs: z.object({ rows: z.int(), durationMs: z.int() }),
  /** Theirs less ours: the sum of `byReason`. */
  differenceMs: z.int(),
  byReason: z.array(
    z.object({ reason: carrierReasonSchema, count: z.int(), differenceMs: z.int() }),
  ),
  differences: z.array(
    z.object({
      reason: carrierReasonSchema,
      at: z.iso.datetime(),
      from: z.string(),
      to: z.string(),
      callId: z.string().nullable(),
      importId: z.string().nullable(),
      line: z.int().nullable(),
      ourMs: z.int().nullable(),
      theirMs: z.int().nullable(),
      differenceMs: z.int(),
      /** How far their clock is ahead of ours. */
      clockOffsetMs: z.int().nullable(),
    }),
  ),
  differencesLeftOut: z.int(),
});

const providerReconciliationSchema = z.object({
  days: z.array(
    z.object({
      day: z.string(),
      /** A fingerprint, or `managed`. */
      key: z.string(),
      ours: z.object({ inputTokens: z.int(), outputTokens: z.int() }),
      theirs: z.object({ inputTokens: z.int(), outputTokens: z.int() }),
      differenceTokens: z.int(),
      reason: providerReasonSchema,
    }),
  ),
  /** Tokens of the provider's account that no key of ours has used. */
  otherTokens: z.int(),
  /** Tokens of ours on days or of keys that no import covers. */
  tokensNotCovered: z.int(),
});

/** A month of ours against billing, carrier and provider; null where nothing of theirs is known. */
export const reconciliationViewSchema = z.object({
  period: z.string(),
  tolerance: reconciliationToleranceSchema,
  billing: billingReconciliationSchema,
  carrier: carrierReconciliationSchema.nullable(),
  provider: providerReconciliationSchema.nullable(),
});
export type ReconciliationView = z.infer<typeof reconciliationViewSchema>;
