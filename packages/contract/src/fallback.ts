import { z } from "zod";
import { transferTargetSchema } from "./transfer-target.ts";

const announcementCharsMax = 500; // half a minute: nobody listens longer to a machine that cannot help

const rejectionStatusSchema = z.union([z.literal(480), z.literal(486), z.literal(503)]);

/**
 * The failure ladder of a number: what is tried, in this order, when the model cannot be had. What
 * is not set is left out; a call that was answered ends with a spoken apology in any case.
 */
export const fallbackSchema = z.strictObject({
  /** A number with a key of its own may be carried by the appliance's key. Never unless it says so. */
  allowManagedKey: z.boolean().default(false),
  /** A person who takes the call. */
  forwardTo: transferTargetSchema.nullable().default(null),
  /** Said before hanging up; null says the standard apology, and refuses a call that is not answered. */
  announcement: z.string().trim().min(1).max(announcementCharsMax).nullable().default(null),
  /** The SIP status of a call that is refused before the answer. */
  rejectWith: rejectionStatusSchema.default(503),
});

/** The same as a gateway gets it for one call. */
export const ladderSchema = z.object({
  /** The appliance's key, where the number explicitly allows it. The gateway makes a `Secret` of it at once. */
  managedKey: z.string().nullable(),
  forwardTo: z.string().nullable(),
  announcement: z.string().nullable(),
  rejectWith: rejectionStatusSchema,
});
export type Ladder = z.infer<typeof ladderSchema>;
