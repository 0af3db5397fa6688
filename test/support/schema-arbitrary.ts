import type { JsonSchema } from "@agentcall/contract";
import fc from "fast-check";

const textCharsMax = 40; // what is longer is tried where a schema says how long is too long
const itemsMax = 3;
/** Texts that have broken programs before. */
const nastyTexts = [
  "",
  " ",
  "\u0000",
  "\ud800",
  "' OR 1=1 --",
  "../../etc/passwd",
  "%00",
  "🦜",
  "null",
];

/** Values that the schema accepts, and some that a rule beyond JSON Schema refuses. */
function acceptedBy(schema: JsonSchema): fc.Arbitrary<unknown> {
  if (schema.enum !== undefined) return fc.constantFrom(...schema.enum);
  const parts = schema.anyOf ?? schema.oneOf;
  if (parts !== undefined) return fc.oneof(...parts.map(acceptedBy));
  const types = [schema.type].flat().filter((type) => type !== undefined);
  if (types.length === 0) return anything();
  return fc.oneof(...types.map((type) => ofType(type, schema)));
}

/** What the schema accepts, what it just does not, and what has nothing to do with it. */
export function around(schema: JsonSchema): fc.Arbitrary<unknown> {
  const accepted = acceptedBy(schema);
  return fc.oneof(
    { weight: 5, arbitrary: accepted },
    { weight: 4, arbitrary: fc.tuple(accepted, fc.nat(), anything()).map(spoilt) },
    { weight: 1, arbitrary: anything() },
  );
}

/** Any text, nasty ones among them. */
export function anyText(): fc.Arbitrary<string> {
  return fc.oneof(
    fc.constantFrom(...nastyTexts),
    fc.string({ unit: "binary", maxLength: textCharsMax }),
  );
}

function anything(): fc.Arbitrary<unknown> {
  return fc.oneof(fc.jsonValue({ maxDepth: 2 }), anyText(), fc.double());
}

function ofType(type: string, schema: JsonSchema): fc.Arbitrary<unknown> {
  switch (type) {
    case "object":
      return ofObject(schema);
    case "array":
      return fc.array(acceptedBy(schema.items ?? {}), {
        minLength: schema.minItems ?? 0,
        maxLength: Math.max(schema.minItems ?? 0, Math.min(itemsMax, schema.maxItems ?? itemsMax)),
      });
    case "string":
      return ofText(schema);
    case "integer":
      return fc.integer({ min: within(schema.minimum, -1_000), max: within(schema.maximum, 1e9) });
    case "number":
      return fc.double({
        min: schema.minimum ?? -1e9,
        max: schema.maximum ?? 1e9,
        noNaN: true,
      });
    case "boolean":
      return fc.boolean();
    case "null":
      return fc.constant(null);
    default:
      return anything();
  }
}

function ofObject({
  properties,
  required = [],
  additionalProperties,
}: JsonSchema): fc.Arbitrary<unknown> {
  if (properties === undefined) {
    const values = typeof additionalProperties === "object" ? additionalProperties : {};
    return fc.dictionary(fc.string({ maxLength: 8 }), acceptedBy(values), { maxKeys: itemsMax });
  }
  const model = Object.fromEntries(
    Object.entries(properties).map(([name, property]) => [name, acceptedBy(property)]),
  );
  return fc.record(model, { requiredKeys: required.filter((name) => Object.hasOwn(model, name)) });
}

function ofText({
  pattern,
  format,
  minLength = 0,
  maxLength = textCharsMax,
}: JsonSchema): fc.Arbitrary<string> {
  if (format === "date-time")
    return fc
      .date({ noInvalidDate: true, min: new Date(0), max: new Date(8e12) })
      .map((date) => date.toISOString());
  if (format === "email") return fc.emailAddress();
  if (format === "uri") return fc.webUrl({ validSchemes: ["https"] });
  if (pattern !== undefined) return matching(pattern);
  const longest = Math.max(minLength, Math.min(maxLength, textCharsMax));
  return fc.oneof(
    fc.string({ minLength, maxLength: longest }),
    fc.string({ unit: "grapheme", minLength, maxLength: longest }),
    ...nastyTexts.filter(({ length }) => length >= minLength).map((text) => fc.constant(text)),
  );
}

/** Patterns that fast-check cannot turn around are tried with whatever text. */
function matching(pattern: string): fc.Arbitrary<string> {
  try {
    return fc.stringMatching(new RegExp(pattern, "u"));
  } catch {
    return anyText();
  }
}

/** One property replaced, taken away or added. */
function spoilt([value, at, other]: readonly [unknown, number, unknown]): unknown {
  if (typeof value !== "object" || value === null || Array.isArray(value)) return other;
  const names = Object.keys(value);
  const name = names[at % Math.max(1, names.length)];
  if (name === undefined || at % 5 === 0) return { ...value, unknownField: other };
  if (at % 5 === 1)
    return Object.fromEntries(Object.entries(value).filter(([key]) => key !== name));
  return { ...value, [name]: other };
}

function within(bound: number | undefined, usual: number): number {
  return bound === undefined || !Number.isSafeInteger(bound) || Math.abs(bound) > 2 ** 53 - 2
    ? usual
    : Math.trunc(bound);
}
