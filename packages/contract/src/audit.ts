import { z } from "zod";

/** One line of `GET /v1/audit`. */
export const auditEntryViewSchema = z.object({
  seq: z.int(),
  at: z.iso.datetime(),
  /** The id of an API key, or `appliance`. */
  actor: z.string(),
  role: z.string(),
  action: z.string(),
  object: z.string(),
  detail: z.record(z.string(), z.unknown()),
  hash: z.string(),
});

/** `GET /v1/audit/verify` */
export const auditVerdictSchema = z.object({
  ok: z.boolean(),
  entries: z.int().nullable(),
  /** The hash of the last entry: it stands for all before it. */
  head: z.string().nullable(),
  /** The first entry that is not as it was written, or that is not there any more. */
  brokenAt: z.int().nullable(),
  /** What has become of it: `moved` is still there, in another place. */
  fault: z.enum(["altered", "removed", "moved"]).nullable(),
});

const digestSchema = z.string().regex(/^[0-9a-f]{64}$/, "must be 64 hexadecimal digits");

/**
 * `GET /v1/audit/verify`: with what a head told that was exported before, so that entries cut off
 * the end are missed too.
 */
export const auditVerifyQuerySchema = z
  .strictObject({
    entries: z.coerce.number().pipe(z.int().nonnegative()).optional(),
    head: digestSchema.optional(),
  })
  .refine((known) => (known.entries === undefined) === (known.head === undefined), {
    message: "entries and head are given together, or neither",
  });

/** `GET /v1/audit/head`: to be kept where nobody of the appliance can change it. */
export const auditHeadSchema = z.object({
  applianceId: z.string(),
  entries: z.int(),
  /** The hash of the last entry. */
  head: z.string(),
  at: z.iso.datetime(),
  /** The four fields above as the JSON text that is signed. */
  statement: z.string(),
  algorithm: z.literal("Ed25519"),
  /** Base64. It covers the format, the domain `audit-head`, the appliance's id and the statement. */
  signature: z.string(),
  /** PEM. */
  publicKey: z.string(),
});
