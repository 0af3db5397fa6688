import { z } from "zod";

export const jobStateSchema = z.enum(["waiting", "running", "done", "parked"]);
export type JobState = z.infer<typeof jobStateSchema>;

/** One job of `GET /v1/jobs`. What it is about stands in its kind and its subject. */
export const jobViewSchema = z.object({
  id: z.string(),
  /** Such as `webhook.delivery`. */
  kind: z.string(),
  status: jobStateSchema,
  /** The id that keeps it from being done twice, made of what it is about. */
  subject: z.string(),
  attempts: z.int(),
  /** When it is tried next; null for one that is not waiting. */
  dueAt: z.iso.datetime().nullable(),
  /** Why the last attempt did not succeed. */
  lastReason: z.string().nullable(),
  createdAt: z.iso.datetime(),
  updatedAt: z.iso.datetime(),
});
export type JobView = z.infer<typeof jobViewSchema>;

/** Filters of `GET /v1/jobs`. */
export const jobFilterSchema = z.strictObject({
  status: jobStateSchema.optional(),
  kind: z.string().max(64).optional(),
});
export type JobFilter = z.infer<typeof jobFilterSchema>;
