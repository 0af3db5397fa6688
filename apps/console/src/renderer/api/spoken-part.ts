import type { LiveMessage } from "@agentcall/contract";
import { z } from "zod";

const spokenPartSchema = z.object({
  callId: z.string(),
  itemId: z.string(),
  role: z.enum(["human", "ai"]),
  /** The whole of the turn so far. */
  text: z.string(),
  interrupted: z.boolean().default(false),
  /** The turn is over, and this is what was heard of it. */
  final: z.boolean(),
});
/** A turn while it is spoken, and once it is over. */
export type SpokenPart = z.infer<typeof spokenPartSchema>;

/** The part that a `transcript.partial` tells; null for other messages. */
export function spokenPartOf({ event, data }: LiveMessage): SpokenPart | null {
  if (event !== "transcript.partial") return null;
  return spokenPartSchema.safeParse(data).data ?? null;
}
