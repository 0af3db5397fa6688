import { z } from "zod";

export const speakerSchema = z.enum(["human", "ai"]);
export type Speaker = z.infer<typeof speakerSchema>;

const turnTextCharsMax = 32_000; // beyond the longest answer the model can give in one response

/** One uninterrupted contribution of caller or agent, as it was really heard. */
export const turnSchema = z.object({
  /** The provider's item id: the same turn sent again replaces itself. */
  itemId: z.string().min(1).max(128),
  /** The item before it in the conversation; turns are ordered by this, not by arrival. */
  previousItemId: z.string().max(128).nullable(),
  speaker: speakerSchema,
  text: z.string().max(turnTextCharsMax),
  /** Milliseconds since the answer; negative for what was said while still ringing. */
  startedAtMs: z.int(),
  /** Milliseconds of the answer that were played; null for the caller's turns. */
  heardMs: z.int().nonnegative().nullable(),
  interrupted: z.boolean(),
});
export type Turn = z.infer<typeof turnSchema>;
