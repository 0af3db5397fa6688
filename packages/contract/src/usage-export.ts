import { z } from "zod";

/**
 * How a batch is told, and what counts as the receiver's yes: `cloudevents` wants an acknowledgement
 * that our billing receiver has signed; `openmeter`, `stripe` and `csv` take any 2xx for one.
 */
export const exportFormats = ["cloudevents", "openmeter", "stripe", "csv"] as const;
export const exportFormatSchema = z.enum(exportFormats);
export type ExportFormat = (typeof exportFormats)[number];

const cronCharsMax = 100;
const urlCharsMax = 2_000;
const keyCharsMax = 2_000;
const credentialCharsMax = 500;

/** `PUT /v1/usage/schedule` */
export const exportScheduleChangeSchema = z.strictObject({
  /** Five fields: minute, hour, day of month, month, day of week. */
  cron: z.string().trim().min(9).max(cronCharsMax).default("0 * * * *"),
  /** An IANA name such as `Europe/Berlin`. */
  timezone: z.string().trim().min(1).max(64).default("UTC"),
  /** Null seals batches and sends none: they are fetched as files. */
  endpoint: z.string().max(urlCharsMax).nullable(),
  format: exportFormatSchema.default("cloudevents"),
  /** The receiver's Ed25519 public key as PEM; without it no signed acknowledgement can be believed. */
  receiverKey: z.string().max(keyCharsMax).nullable().default(null),
  /** A bearer token for the endpoint; sealed, and never shown. Left out: stays as it is. */
  credential: z.string().min(1).max(credentialCharsMax).nullable().optional(),
});
export type ExportScheduleChange = z.infer<typeof exportScheduleChangeSchema>;

/** `GET /v1/usage/schedule` */
export const exportScheduleViewSchema = z.object({
  cron: z.string(),
  timezone: z.string(),
  endpoint: z.string().nullable(),
  format: exportFormatSchema,
  receiverKey: z.string().nullable(),
  hasCredential: z.boolean(),
  nextRunAt: z.iso.datetime(),
  epoch: z.int(),
  /** The highest sequence that billing has acknowledged. */
  watermark: z.int(),
  /** Entries that are in no acknowledged batch yet. */
  backlog: z.int(),
  /** Why nothing is sent until a person has looked. */
  halted: z.enum(["fork", "parked"]).nullable(),
  failingSince: z.iso.datetime().nullable(),
  lastProblem: z.string().nullable(),
});
export type ExportScheduleView = z.infer<typeof exportScheduleViewSchema>;

export const exportBatchStates = ["sealed", "acknowledged", "parked"] as const;

/** One batch of `GET /v1/usage/exports`. */
export const exportBatchViewSchema = z.object({
  id: z.string(),
  epoch: z.int(),
  number: z.int(),
  fromSequence: z.int(),
  toSequence: z.int(),
  entryCount: z.int(),
  amountMicros: z.int(),
  billedMs: z.int(),
  state: z.enum(exportBatchStates),
  sealedAt: z.iso.datetime(),
  attempts: z.int(),
  lastAttemptAt: z.iso.datetime().nullable(),
  lastProblem: z.string().nullable(),
  acknowledgedAt: z.iso.datetime().nullable(),
  /** Entries that billing has not taken, with its words; the rest of the batch was. */
  rejected: z.array(z.object({ entryId: z.string(), reason: z.string() })),
});
export type ExportBatchView = z.infer<typeof exportBatchViewSchema>;

/** `POST /v1/usage/exports`: what was sealed now, if there was anything. Sending follows at once. */
export const exportRunSchema = z.object({
  queued: z.literal(true),
  batch: exportBatchViewSchema.nullable(),
});

/** `POST /v1/usage/exports/epoch` */
export const exportEpochSchema = z.object({ epoch: z.int() });

/** `POST /v1/usage/exports/acknowledgements`: the receiver's file, as it gave it. */
export const acknowledgementImportSchema = z.strictObject({
  acknowledgement: z.string().max(900_000),
  signature: z.string().max(100),
});
