import { z } from "zod";
import { callIdSchema } from "./ids.ts";

/** One file of a caller's data, as it was exported or erased. */
const callerFileSchema = z.object({
  path: z.string(),
  bytes: z.int().nonnegative(),
  /** SHA-256, hexadecimal. */
  sha256: z.string(),
});
export type CallerFile = z.infer<typeof callerFileSchema>;

/** `manifest.json`, the last file of `GET /v1/contacts/:id/export`. */
export const callerManifestSchema = z.object({
  format: z.literal("agentcall-caller/1"),
  contactId: z.string().nullable(),
  phone: z.string(),
  exportedAt: z.iso.datetime(),
  callIds: z.array(callIdSchema),
  /** All the others, in their order. */
  files: z.array(callerFileSchema),
});
export type CallerManifest = z.infer<typeof callerManifestSchema>;

/**
 * What `POST /v1/contacts/:id/erase` has deleted: each file as an export right before would have
 * held it, so that the one can be held against the other. It tells nothing of the caller.
 */
export const erasureProofSchema = z.object({
  id: z.string(),
  contactId: z.string().nullable(),
  erasedAt: z.iso.datetime(),
  /** The calls themselves stay, and so do their entries in the ledger and the audit. */
  callIds: z.array(callIdSchema),
  erased: z.array(callerFileSchema),
});
export type ErasureProof = z.infer<typeof erasureProofSchema>;
