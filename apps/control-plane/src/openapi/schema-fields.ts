import type { JsonSchema } from "@agentcall/contract";

type Field = { readonly name: string; readonly about: string; readonly schema: JsonSchema };

const depthMax = 4; // deeper nesting is read in the example

/** Every field of a schema with its path: `inbound.fallback.forwardTo`, `items[].id`. */
export function fieldsOf(schema: JsonSchema, path = "", depth = 0): readonly Field[] {
  if (depth > depthMax) return [];
  const parts = schema.anyOf ?? schema.oneOf ?? schema.allOf;
  if (parts !== undefined) return unique(parts.flatMap((part) => fieldsOf(part, path, depth)));
  if (schema.items !== undefined) return fieldsOf(schema.items, `${path}[]`, depth + 1);
  const needed = new Set(schema.required);
  return Object.entries(schema.properties ?? {}).flatMap(([key, property]) => {
    const name = path === "" ? key : `${path}.${key}`;
    const field = { name, about: aboutOf(property, needed.has(key)), schema: property };
    return [field, ...fieldsOf(property, name, depth + 1)];
  });
}

function aboutOf(schema: JsonSchema, isNeeded: boolean): string {
  const about = isNeeded ? "needed" : "optional";
  return schema.default === undefined || schema.default === null
    ? about
    : `${about}; default ${JSON.stringify(schema.default)}`;
}

/** The same field in several variants is told once. */
function unique(fields: readonly Field[]): readonly Field[] {
  return [...new Map(fields.map((field) => [field.name, field])).values()];
}
