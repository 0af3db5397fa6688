import { isObject } from "../session/shape.ts";

type Tree = Readonly<Record<string, unknown>>;

const depthMax = 20; // a schema that refers to itself must end somewhere
const listLengthMax = 100;
const practiceWord = "practice";

/**
 * A value that fits a JSON Schema of the subset that structured output allows (type, enum,
 * const, properties, items, anyOf, $ref to $defs, the usual bounds). Texts are plainly
 * made up: the provider understands nothing of what it was asked.
 */
export function jsonForSchema(schema: unknown): unknown {
  return valueFor(schema, isObject(schema) ? schema : {}, 0);
}

function valueFor(given: unknown, root: Tree, depth: number): unknown {
  if (!isObject(given) || depth > depthMax) return null;
  const schema = resolved(given, root);
  if ("const" in schema) return schema["const"];
  if (Array.isArray(schema["enum"])) return schema["enum"][0] as unknown;
  const choices = schema["anyOf"] ?? schema["oneOf"];
  if (Array.isArray(choices)) return valueFor(choiceOf(choices, root, depth), root, depth + 1);
  switch (typeOf(schema, depth)) {
    case "object":
      return objectFor(schema, root, depth);
    case "array":
      return listFor(schema, root, depth);
    case "string":
      return textFor(schema);
    case "integer":
    case "number":
      return numberFor(schema);
    case "boolean":
      return false;
    default:
      return null;
  }
}

/** Deep down a choice of null ends what would go on for ever. */
function choiceOf(choices: readonly unknown[], root: Tree, depth: number): unknown {
  const empty = choices.find(
    (choice) => isObject(choice) && resolved(choice, root)["type"] === "null",
  );
  return depth > depthMax / 4 && empty !== undefined ? empty : choices[0];
}

function typeOf(schema: Tree, depth: number): unknown {
  const { type } = schema;
  if (Array.isArray(type))
    return depth > depthMax / 4 && type.includes("null") ? "null" : (type[0] as unknown);
  return type ?? (isObject(schema["properties"]) ? "object" : undefined);
}

function resolved(schema: Tree, root: Tree): Tree {
  const reference = schema["$ref"];
  if (typeof reference !== "string") return schema;
  let place: unknown = root;
  for (const part of reference.split("/").slice(1))
    place = isObject(place) ? place[part.replaceAll("~1", "/").replaceAll("~0", "~")] : undefined;
  return isObject(place) ? place : {};
}

function objectFor(schema: Tree, root: Tree, depth: number): Tree {
  const properties = isObject(schema["properties"]) ? schema["properties"] : {};
  const entries = Object.entries(properties).map(
    ([name, inner]) => [name, valueFor(inner, root, depth + 1)] as const,
  );
  return Object.fromEntries(entries);
}

function listFor(schema: Tree, root: Tree, depth: number): readonly unknown[] {
  const asked =
    typeof schema["minItems"] === "number" ? schema["minItems"] : depth > depthMax / 4 ? 0 : 1;
  const most = typeof schema["maxItems"] === "number" ? schema["maxItems"] : listLengthMax;
  const length = Math.min(asked, most, listLengthMax);
  return Array.from({ length }, () => valueFor(schema["items"], root, depth + 1));
}

const textsByFormat: Readonly<Record<string, string>> = {
  "date-time": "2026-01-01T12:00:00Z",
  date: "2026-01-01",
  time: "12:00:00Z",
  email: "practice@example.com",
  uuid: "00000000-0000-4000-8000-000000000000",
  uri: "https://example.com/",
};

function textFor(schema: Tree): string {
  const format = schema["format"];
  const base = (typeof format === "string" ? textsByFormat[format] : undefined) ?? practiceWord;
  const least = typeof schema["minLength"] === "number" ? schema["minLength"] : 0;
  const most = typeof schema["maxLength"] === "number" ? schema["maxLength"] : base.length + least;
  return base.padEnd(least, ".").slice(0, most);
}

function numberFor(schema: Tree): number {
  const step = typeof schema["multipleOf"] === "number" ? schema["multipleOf"] : 1;
  if (typeof schema["minimum"] === "number") return Math.ceil(schema["minimum"] / step) * step;
  if (typeof schema["exclusiveMinimum"] === "number")
    return (Math.floor(schema["exclusiveMinimum"] / step) + 1) * step;
  if (typeof schema["maximum"] === "number")
    return Math.min(0, Math.floor(schema["maximum"] / step) * step);
  if (typeof schema["exclusiveMaximum"] === "number")
    return Math.min(0, (Math.ceil(schema["exclusiveMaximum"] / step) - 1) * step);
  return 0;
}
