import { invariant } from "@agentcall/base";
import type { ApiDocument, ApiOperation, JsonSchema, RateCard } from "@agentcall/contract";
import type { McpTool } from "./mcp-tools.ts";

/** A tool as it is listed, and what REST request its arguments make. */
export type ToolDefinition = {
  readonly name: string;
  readonly title: string;
  readonly description: string;
  readonly inputSchema: ObjectSchema;
  readonly outputSchema: ObjectSchema;
  readonly annotations: {
    readonly readOnlyHint: boolean;
    readonly destructiveHint: boolean;
    readonly idempotentHint: boolean;
    readonly openWorldHint: boolean;
  };
  readonly method: "GET" | "POST" | "PATCH" | "DELETE";
  /** With `{id}` where an argument stands. */
  readonly path: string;
  /** Arguments that go into the query; what is neither there nor in the path goes into the body. */
  readonly queryNames: ReadonlySet<string>;
  /** `GET /v1/numbers/:id`, as the table of roles has it. */
  readonly route: string;
};

type ObjectSchema = JsonSchema & { readonly type: "object" };

const nothingSchema: ObjectSchema = {
  type: "object",
  properties: { ok: { type: "boolean" } },
  required: ["ok"],
};

const idempotencyKeySchema: JsonSchema = {
  type: "string",
  minLength: 1,
  maxLength: 255,
  description:
    "The same key within 24 hours answers the first answer again instead of doing it twice.",
};

/** Draws a tool from the operation that it calls. */
export function toolDefinition(
  document: ApiDocument,
  tool: McpTool,
  rates: RateCard,
): ToolDefinition {
  const { operationId, effect, isRepeatable, price } = tool;
  const { method, path, operation } = operationOf(document, operationId);
  const { summary = "", description = "", parameters = [] } = operation;
  return {
    name: operationId.replaceAll(".", "_"),
    title: summary.replace(/[.:;].*$/, ""),
    description: [summary, price?.(rates), description].filter(Boolean).join(" "),
    inputSchema: inputSchemaOf(operation, method),
    outputSchema: outputSchemaOf(operation),
    annotations: {
      readOnlyHint: effect === "reads",
      destructiveHint: effect === "destroys",
      idempotentHint: isRepeatable,
      openWorldHint: price !== undefined,
    },
    method,
    path,
    queryNames: new Set(parameters.filter((each) => each.in === "query").map(({ name }) => name)),
    route: `${method} ${path.replaceAll(/\{(\w+)\}/g, ":$1")}`,
  };
}

function operationOf(
  { paths }: ApiDocument,
  operationId: string,
): { method: ToolDefinition["method"]; path: string; operation: ApiOperation } {
  for (const [path, methods] of Object.entries(paths)) {
    for (const method of ["GET", "POST", "PATCH", "DELETE"] as const) {
      const operation = methods[method.toLowerCase()];
      if (operation?.operationId === operationId) return { method, path, operation };
    }
  }
  invariant(false, `the API has the operation ${operationId}`);
}

/** Path, query and body as one object: an agent fills in names, not places. */
function inputSchemaOf(
  { parameters = [], requestBody }: ApiOperation,
  method: string,
): ObjectSchema {
  const body = requestBody?.content["application/json"]?.schema ?? {};
  const named = parameters.map(({ name, schema }) => [name, schema] as const);
  return {
    type: "object",
    properties: {
      ...Object.fromEntries(named),
      ...body.properties,
      ...(method === "POST" ? { idempotencyKey: idempotencyKeySchema } : {}),
    },
    required: [
      ...parameters.filter(({ required }) => required === true).map(({ name }) => name),
      ...(body.required ?? []),
    ],
    additionalProperties: false,
  };
}

function outputSchemaOf({ responses }: ApiOperation): ObjectSchema {
  const schemas = Object.values(responses).flatMap(({ content }) => {
    const schema = content?.["application/json"]?.schema;
    return schema === undefined ? [] : [schema];
  });
  const [first] = schemas;
  if (first === undefined) return nothingSchema;
  if (schemas.length > 1) return { type: "object", anyOf: schemas };
  return { ...first, type: "object" };
}
