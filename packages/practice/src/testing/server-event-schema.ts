import { fileURLToPath } from "node:url";
import { Ajv, type ValidateFunction } from "ajv";
import { createGenerator } from "ts-json-schema-generator";

type Tree = Record<string, unknown>;

let validators: Map<string, ValidateFunction> | null = null;

/**
 * What is wrong with a server frame by the types of the `openai` package; empty when nothing
 * is. The first call generates the schema (one to two seconds). Optional properties may be
 * null, as real frames have them.
 */
export function serverFrameProblems(frame: { readonly type: string }): readonly string[] {
  validators ??= compile();
  const { type } = frame;
  const validate = validators.get(type);
  if (validate === undefined) return [`no server event has the type ${type}`];
  if (validate(frame)) return [];
  return (validate.errors ?? []).map(
    (error) => `${type}${error.instancePath} ${error.message ?? ""}`,
  );
}

function compile(): Map<string, ValidateFunction> {
  const schema = createGenerator({
    path: fileURLToPath(new URL("server-event.ts", import.meta.url)),
    tsconfig: fileURLToPath(new URL("../../../../tsconfig.json", import.meta.url)),
    type: "ServerEvent",
    skipTypeCheck: true,
    additionalProperties: true,
  }).createSchema("ServerEvent");
  const definitions = schema.definitions as unknown as Record<string, Tree>;
  for (const definition of Object.values(definitions)) allowNull(definition);
  const ajv = new Ajv({ strict: false, validateFormats: false });
  const byType = new Map<string, ValidateFunction>();
  for (const definition of Object.values(definitions)) {
    const type = (definition["properties"] as Record<string, Tree> | undefined)?.["type"]?.[
      "const"
    ];
    const required = definition["required"];
    const isEvent = Array.isArray(required) && required.includes("event_id");
    if (typeof type === "string" && isEvent)
      byType.set(type, ajv.compile({ ...definition, definitions }));
  }
  return byType;
}

function allowNull(node: unknown): void {
  if (typeof node !== "object" || node === null) return;
  const tree = node as Tree;
  const properties = tree["properties"];
  const required = Array.isArray(tree["required"]) ? (tree["required"] as unknown[]) : [];
  for (const inner of Object.values(tree)) allowNull(inner);
  if (typeof properties !== "object" || properties === null) return;
  const fields = properties as Tree;
  for (const [name, inner] of Object.entries(fields))
    if (!required.includes(name)) fields[name] = { anyOf: [inner, { type: "null" }] };
}
