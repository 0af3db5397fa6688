import { z } from "zod";

const itemIdCharsMax = 128; // as a turn's
export const toolNameCharsMax = 256; // the model may name a tool that is not there
export const toolTextCharsMax = 32_000; // the model's longest answer

/** A tool that the agent called in a conversation; it stands between the turns. */
export const agentToolCallSchema = z.object({
  /** The provider's item id: the same call told again (with its output) replaces itself. */
  itemId: z.string().min(1).max(itemIdCharsMax),
  /** The item before it in the conversation. */
  previousItemId: z.string().max(itemIdCharsMax).nullable(),
  name: z.string().max(toolNameCharsMax),
  /** As the model wrote them: JSON as a rule. */
  argumentsJson: z.string().max(toolTextCharsMax),
  /** What the model was told; null where nothing came back, as of a call that was hung up by it. */
  output: z.string().max(toolTextCharsMax).nullable(),
  /** Milliseconds since the answer. */
  startedAtMs: z.int(),
});
export type AgentToolCall = z.infer<typeof agentToolCallSchema>;
