import { z } from "zod";
import { transferTargetSchema } from "./transfer-target.ts";

const toolsMax = 32; // a model chooses worse among more, and each is paid for in every response
const destinationsMax = 20;
const nameCharsMax = 64;
const descriptionCharsMax = 1_000;
const parametersCharsMax = 8_000;

const toolNameSchema = z
  .string()
  .regex(/^[A-Za-z0-9_-]+$/)
  .max(nameCharsMax); // the provider's own rule

/** Actions inside the call that the gateway carries out by itself. */
const builtInTools = ["hang_up", "transfer_call", "send_dtmf"] as const;

/**
 * What the agent of a number may do. The model chooses a destination by its name only: whom a
 * caller talks it into dialling is not up to the caller.
 */
const toolSchema = z.union([
  z.strictObject({ type: z.literal("hang_up") }),
  z.strictObject({
    type: z.literal("transfer_call"),
    destinations: z
      .array(
        z.strictObject({ name: z.string().min(1).max(nameCharsMax), to: transferTargetSchema }),
      )
      .min(1)
      .max(destinationsMax),
  }),
  z.strictObject({ type: z.literal("send_dtmf") }),
  /** A tool of the customer's own: the request goes to the number's `actionWebhook`. */
  z.strictObject({
    type: z.literal("function").default("function"),
    name: toolNameSchema.refine(
      (name) => !builtInTools.some((builtIn) => builtIn === name),
      "is the name of a built-in tool",
    ),
    description: z.string().max(descriptionCharsMax).default(""),
    /** JSON Schema of the arguments. */
    parameters: z
      .record(z.string(), z.unknown())
      .default({ type: "object", properties: {} })
      .refine(
        (schema) => JSON.stringify(schema).length <= parametersCharsMax,
        `must be at most ${String(parametersCharsMax)} characters of JSON`,
      ),
  }),
]);
export type Tool = z.infer<typeof toolSchema>;

export const toolsSchema = z
  .array(toolSchema)
  .max(toolsMax)
  .refine((tools) => new Set(tools.map(toolName)).size === tools.length, "names a tool twice");

const outputCharsMax = 16_000; // what the model is told of a tool: beyond this it reads no better

/** What came of a tool of the customer's own. */
export const toolOutcomeSchema = z.discriminatedUnion("kind", [
  z.object({ kind: z.literal("answered"), output: z.string().max(outputCharsMax) }),
  /** The message is for the model. */
  z.object({ kind: z.literal("failed"), message: z.string().max(outputCharsMax) }),
]);
export type ToolOutcome = z.infer<typeof toolOutcomeSchema>;

/** The name by which the model calls a tool. */
function toolName(tool: Tool): string {
  return tool.type === "function" ? tool.name : tool.type;
}
