import type { ApiDocument, ApiOperation, JsonSchema } from "@agentcall/contract";

/** One method of the SDK, as the document has it. */
export type SdkOperation = {
  /** `numbers.byok.save` */
  readonly id: string;
  /** `NumbersByokSave` */
  readonly typeName: string;
  readonly summary: string;
  readonly method: string;
  /** With `{id}` where a value stands. */
  readonly path: string;
  readonly pathNames: readonly string[];
  readonly query: JsonSchema | null;
  readonly body: JsonSchema | null;
  readonly answer: JsonSchema | "nothing" | "file" | "events";
  /** Of what a list holds; null for an operation that is no list. */
  readonly item: JsonSchema | null;
  /** The parameter that takes `nextCursor`; null where the list is one page. */
  readonly cursorName: string | null;
  readonly alsoStatuses: readonly number[];
};

export function sdkOperationsOf({ paths }: ApiDocument): readonly SdkOperation[] {
  return Object.entries(paths).flatMap(([path, methods]) =>
    Object.entries(methods).map(([method, operation]) =>
      sdkOperation(path, method.toUpperCase(), operation),
    ),
  );
}

function sdkOperation(path: string, method: string, operation: ApiOperation): SdkOperation {
  const { operationId: id = "", summary = "" } = operation;
  const query = queryOf(operation);
  const answer = answerOf(operation);
  const item =
    typeof answer === "object" && answer.properties?.["nextCursor"] !== undefined
      ? (answer.properties["items"]?.items ?? null)
      : null;
  return {
    id,
    typeName: id.split(".").map(capital).join(""),
    summary,
    method,
    path,
    pathNames: [...path.matchAll(/\{(\w+)\}/g)].map(([, name = ""]) => name),
    query,
    body: operation.requestBody?.content["application/json"]?.schema ?? null,
    answer,
    item,
    cursorName: ["cursor", "since"].find((name) => query?.properties?.[name] !== undefined) ?? null,
    alsoStatuses: ownForms(operation)
      .map(([status]) => Number(status))
      .filter((status) => status >= 300),
  };
}

function queryOf({ parameters = [] }: ApiOperation): JsonSchema | null {
  const asked = parameters.filter((parameter) => parameter.in === "query");
  if (asked.length === 0) return null;
  return {
    type: "object",
    properties: Object.fromEntries(asked.map(({ name, schema }) => [name, schema])),
    required: asked.filter(({ required }) => required === true).map(({ name }) => name),
  };
}

function answerOf(operation: ApiOperation): SdkOperation["answer"] {
  const schemas = ownForms(operation).map(([, schema]) => schema);
  const [first] = schemas;
  if (first !== undefined) return schemas.length === 1 ? first : { anyOf: schemas };
  const contents = Object.keys(operation.responses["200"]?.content ?? {});
  if (contents.includes("text/event-stream")) return "events";
  return contents.length === 0 ? "nothing" : "file";
}

/** Every status that answers in the operation's own form, successes and others. */
function ownForms({ responses }: ApiOperation): readonly (readonly [string, JsonSchema])[] {
  return Object.entries(responses).flatMap(([status, { content }]) => {
    const schema = content?.["application/json"]?.schema;
    return schema === undefined ? [] : [[status, schema] as const];
  });
}

function capital(word: string): string {
  return word.charAt(0).toUpperCase() + word.slice(1);
}
