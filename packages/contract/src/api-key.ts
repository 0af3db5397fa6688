import { z } from "zod";

export const roles = ["viewer", "operator", "admin"] as const;
/** What a key may do: a viewer reads, an operator also changes numbers and calls, an admin everything. */
export type Role = (typeof roles)[number];
const roleSchema = z.enum(roles);

const labelCharsMax = 200;
const labelSchema = z.string().trim().max(labelCharsMax);

/** `POST /v1/api-keys` */
export const apiKeyCreationSchema = z.strictObject({
  role: roleSchema,
  label: labelSchema.nullable().default(null),
});

/** One key as the API shows it: never the key itself. */
export const apiKeyViewSchema = z.object({
  id: z.string(),
  role: roleSchema,
  label: z.string().nullable(),
  createdAt: z.iso.datetime(),
  /** To the minute. */
  lastUsedAt: z.iso.datetime().nullable(),
});
export type ApiKeyView = z.infer<typeof apiKeyViewSchema>;

/** The answer that made a key: it is shown here, and null when the answer is replayed. */
export const apiKeyCreatedSchema = apiKeyViewSchema.extend({ apiKey: z.string().nullable() });
