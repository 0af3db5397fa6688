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
  /** The first entry that does not fit. */
  brokenAt: z.int().nullable(),
});
