import type { JsonSchema } from "@agentcall/contract";

/** The TypeScript type of what a schema accepts. */
export function typeText(schema: JsonSchema): string {
  if (schema.enum !== undefined)
    return schema.enum.map((value) => JSON.stringify(value)).join(" | ");
  const parts = schema.anyOf ?? schema.oneOf;
  if (parts !== undefined) return unique(parts.map(typeText)).join(" | ");
  const types = [schema.type].flat();
  return unique(types.map((type) => textOfType(type ?? "unknown", schema))).join(" | ");
}

function textOfType(type: string, schema: JsonSchema): string {
  switch (type) {
    case "object":
      return objectText(schema);
    case "array":
      return `(${typeText(schema.items ?? {})})[]`;
    case "integer":
    case "number":
      return "number";
    case "string":
    case "boolean":
    case "null":
      return type;
    default:
      return "unknown";
  }
}

function objectText({ properties, required = [], additionalProperties }: JsonSchema): string {
  if (properties === undefined) {
    const values =
      typeof additionalProperties === "object" ? typeText(additionalProperties) : "unknown";
    return `Record<string, ${values}>`;
  }
  const needed = new Set(required);
  const lines = Object.entries(properties).map(([name, property]) => {
    const type = typeText(property);
    const key = /^[\w$]+$/.test(name) ? name : JSON.stringify(name);
    return needed.has(name) ? `${key}: ${type};` : `${key}?: ${optional(type)};`;
  });
  return lines.length === 0 ? "Record<string, never>" : `{ ${lines.join(" ")} }`;
}

/** Under `exactOptionalPropertyTypes` a caller may still hand on what it does not have. */
function optional(type: string): string {
  return type === "unknown" ? type : `${type} | undefined`;
}

function unique(texts: readonly string[]): readonly string[] {
  return [...new Set(texts)];
}
