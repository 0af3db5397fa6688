import type { Tool } from "@agentcall/contract";
import type { ToolDefinition } from "@agentcall/realtime";

/** What the model asks for, read from its words. */
export type ToolRequest =
  | { readonly kind: "hang-up" }
  | { readonly kind: "transfer"; readonly to: string }
  | { readonly kind: "send-dtmf"; readonly digits: string }
  /** The customer's own: carried out by his webhook. */
  | { readonly kind: "webhook"; readonly name: string; readonly argumentsJson: string }
  /** Told to the model, which may try again. */
  | { readonly kind: "refused"; readonly message: string };

const digitsForm = /^[0-9*#A-D]{1,32}$/; // a long account number; more is a recording of something
const argumentsCharsMax = 32_000; // the model's longest answer

/** The tools of a number as the model is told of them. */
export function toolDefinitions(tools: readonly Tool[]): readonly ToolDefinition[] {
  return tools.map(definitionOf);
}

/** What a call of a tool means. Whatever the model wrote, this answers and never throws. */
export function readToolCall(
  tools: readonly Tool[],
  call: { readonly name: string; readonly argumentsJson: string },
): ToolRequest {
  const tool = tools.find(
    (each) => (each.type === "function" ? each.name : each.type) === call.name,
  );
  const given = readObject(call.argumentsJson);
  if (tool === undefined) return refused("There is no such tool.");
  if (given === null) return refused("The arguments are not a JSON object.");
  switch (tool.type) {
    case "hang_up":
      return { kind: "hang-up" };
    case "transfer_call": {
      const wanted = tool.destinations.find(({ name }) => name === given["destination"]);
      return wanted === undefined
        ? refused("There is no such destination.")
        : { kind: "transfer", to: wanted.to };
    }
    case "send_dtmf": {
      const digits = given["digits"];
      return typeof digits === "string" && digitsForm.test(digits)
        ? { kind: "send-dtmf", digits }
        : refused("The digits must be 1 to 32 of 0-9, *, #, A-D.");
    }
    case "function":
      return { kind: "webhook", name: tool.name, argumentsJson: call.argumentsJson };
  }
}

function definitionOf(tool: Tool): ToolDefinition {
  switch (tool.type) {
    case "hang_up":
      return {
        name: tool.type,
        description:
          "Ends the call. Say goodbye first: the line is closed when the caller has heard it.",
        parameters: { type: "object", properties: {} },
      };
    case "transfer_call":
      return {
        name: tool.type,
        description:
          "Hands the caller over to somebody else. Say so first: the caller is put through when it has been heard.",
        parameters: {
          type: "object",
          properties: {
            destination: { type: "string", enum: tool.destinations.map(({ name }) => name) },
          },
          required: ["destination"],
        },
      };
    case "send_dtmf":
      return {
        name: tool.type,
        description: "Presses keys of the telephone, such as 1 or #, for a menu at the other end.",
        parameters: {
          type: "object",
          properties: { digits: { type: "string", description: "0-9, *, #, A-D" } },
          required: ["digits"],
        },
      };
    case "function":
      return { name: tool.name, description: tool.description, parameters: tool.parameters };
  }
}

function readObject(json: string): Readonly<Record<string, unknown>> | null {
  if (json.length > argumentsCharsMax) return null;
  try {
    const value: unknown = JSON.parse(json === "" ? "{}" : json);
    return isRecord(value) ? value : null;
  } catch {
    return null;
  }
}

function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

function refused(message: string): ToolRequest {
  return { kind: "refused", message };
}
