import { z } from "zod";

/** The body of every error. */
export const errorBodySchema = z.object({
  error: z.object({
    /** One of `errorCatalogue`. */
    code: z.string(),
    message: z.string(),
    reason: z.string().optional(),
    details: z.record(z.string(), z.unknown()).optional(),
  }),
});
export type ErrorBody = z.infer<typeof errorBodySchema>;
