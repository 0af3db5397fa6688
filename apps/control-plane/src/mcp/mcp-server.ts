import { AppError } from "@agentcall/base";
import { McpServer } from "@modelcontextprotocol/sdk/server/mcp.js";
import {
  CallToolRequestSchema,
  type CallToolResult,
  ErrorCode,
  GetPromptRequestSchema,
  ListPromptsRequestSchema,
  ListToolsRequestSchema,
  McpError,
} from "@modelcontextprotocol/sdk/types.js";
import { mcpPrompts } from "./mcp-prompts.ts";
import type { ToolDefinition } from "./tool-definition.ts";

/** One REST request of the caller, made inside this process. */
export type Ask = (request: {
  readonly method: ToolDefinition["method"];
  readonly url: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body?: object;
}) => Promise<{ readonly status: number; readonly text: string }>;

/** A server for one request: what its caller may use, and `ask`, which asks as the caller. */
export function mcpServer(tools: readonly ToolDefinition[], ask: Ask): McpServer {
  const mcp = new McpServer(
    { name: "agentcall-appliance", version: "1" },
    { capabilities: { tools: {}, prompts: {} } },
  );
  mcp.server.setRequestHandler(ListToolsRequestSchema, () => ({
    tools: tools.map(({ name, title, description, inputSchema, outputSchema, annotations }) => ({
      name,
      title,
      description,
      inputSchema: schemaOnWire(inputSchema),
      outputSchema: schemaOnWire(outputSchema),
      annotations,
    })),
  }));
  mcp.server.setRequestHandler(CallToolRequestSchema, async ({ params }) => {
    const tool = tools.find(({ name }) => name === params.name);
    if (tool === undefined) {
      throw new McpError(
        ErrorCode.InvalidParams,
        `There is no tool ${params.name}, or this API key may not use it.`,
      );
    }
    return callTool(tool, params.arguments ?? {}, ask);
  });
  mcp.server.setRequestHandler(ListPromptsRequestSchema, () => ({
    prompts: mcpPrompts.map(({ name, title, description, arguments: wanted }) => ({
      name,
      title,
      description,
      arguments: [...wanted],
    })),
  }));
  mcp.server.setRequestHandler(GetPromptRequestSchema, ({ params }) => {
    const prompt = mcpPrompts.find(({ name }) => name === params.name);
    if (prompt === undefined) {
      throw new McpError(ErrorCode.InvalidParams, `There is no prompt ${params.name}.`);
    }
    const text = prompt.text(params.arguments ?? {});
    return { messages: [{ role: "user" as const, content: { type: "text" as const, text } }] };
  });
  return mcp;
}

/** A tool's success holds what REST would answer; a refusal is a result the agent can read. */
async function callTool(
  tool: ToolDefinition,
  given: Readonly<Record<string, unknown>>,
  ask: Ask,
): Promise<CallToolResult> {
  const { status, text } = await ask(requestOf(tool, given));
  if (status >= 400 && !isOwnForm(tool, text)) {
    return { isError: true, content: [{ type: "text", text }] };
  }
  const answer: unknown = text === "" ? { ok: true } : JSON.parse(text);
  if (typeof answer !== "object" || answer === null) {
    throw new AppError("internal_error", "The operation's answer is no object.");
  }
  return {
    content: [{ type: "text", text: JSON.stringify(answer) }],
    structuredContent: { ...answer },
  };
}

/** Readiness says what is missing with 503 and in its own form. */
function isOwnForm({ route }: ToolDefinition, text: string): boolean {
  return route === "GET /readyz" && text.startsWith('{"ready":');
}

function requestOf(
  tool: ToolDefinition,
  given: Readonly<Record<string, unknown>>,
): Parameters<Ask>[0] {
  const { idempotencyKey, ...values } = given;
  const pathNames = new Set([...tool.path.matchAll(/\{(\w+)\}/g)].map(([, name]) => name ?? ""));
  const path = tool.path.replaceAll(/\{(\w+)\}/g, (_, name: string) =>
    encodeURIComponent(textOf(values[name])),
  );
  const query = new URLSearchParams();
  const body: Record<string, unknown> = {};
  for (const [name, value] of Object.entries(values)) {
    if (pathNames.has(name) || value === undefined) continue;
    // What the operation does not know goes where its schema refuses it by name.
    if (tool.queryNames.has(name) || tool.method === "GET") query.set(name, textOf(value));
    else body[name] = value;
  }
  const search = query.toString();
  return {
    method: tool.method,
    url: search === "" ? path : `${path}?${search}`,
    headers: typeof idempotencyKey === "string" ? { "idempotency-key": idempotencyKey } : {},
    ...(tool.method === "DELETE" || tool.method === "GET" ? {} : { body }),
  };
}

function textOf(value: unknown): string {
  return typeof value === "string" ? value : JSON.stringify(value ?? "");
}

/** The protocol's own types know schemas as plain records. */
function schemaOnWire(schema: ToolDefinition["inputSchema"]): {
  type: "object";
  properties?: Record<string, object>;
  required?: string[];
  [keyword: string]: unknown;
} {
  const { properties, required, ...rest } = schema;
  return {
    ...rest,
    ...(properties === undefined ? {} : { properties }),
    ...(required === undefined ? {} : { required: [...required] }),
  };
}
