import type { JsonSchema } from "@agentcall/contract";

const prefixes: Readonly<Record<string, string>> = {
  numbers: "num",
  calls: "call",
  trunks: "trunk",
  contacts: "ct",
  memory: "mem",
  candidates: "cand",
  briefs: "brief",
  webhooks: "wh",
  deliveries: "del",
  apiKeys: "key",
  exports: "exp",
  jobs: "job",
};

/** Texts by the name of what holds them, where the schema says no more than "a text". */
const textsByName: Readonly<Record<string, string>> = {
  e164: "+14155550123",
  number: "+14155550123",
  phone: "+14155550123",
  from: "+14155550188",
  to: "+14155550123",
  label: "Reception",
  countryCode: "49",
  code: "K7QM-3XRD",
  publicAddress: "203.0.113.9",
  keyPreview: "sk-proj-...5678",
  byokOpenaiApiKeyPreview: "sk-proj-...5678",
  apiKey: "ac_live_0123456789abcdefgh",
  model: "gpt-realtime-2.1",
  numberId: "num_0example",
  callId: "call_0example",
  sourceCallId: "call_0example",
  contactId: "ct_0example",
  memoryId: "mem_0example",
  message: "One plain sentence.",
  period: "2026-01",
};

const textsByFormat: Readonly<Record<string, string>> = {
  "date-time": "2026-01-31T09:30:00.000Z",
  uri: "https://example.com/agentcall",
  email: "person@example.com",
};

/**
 * A value that the schema accepts, the same each time. `place` is where it stands, outermost first:
 * an operation's id, then names of properties.
 */
export function schemaExample(schema: JsonSchema, place: readonly string[]): unknown {
  if (schema.example !== undefined) return schema.example;
  if (schema.enum !== undefined) return schema.enum[0];
  if (schema.default !== undefined && schema.default !== null) return schema.default;
  const parts = schema.anyOf ?? schema.oneOf;
  if (parts !== undefined) {
    const [first = {}] = parts.filter(({ type }) => type !== "null");
    return schemaExample(first, place);
  }
  const type = [schema.type].flat().find((each) => each !== "null") ?? "null";
  switch (type) {
    case "object":
      return exampleOfObject(schema, place);
    case "array":
      return schema.items === undefined ? [] : [schemaExample(schema.items, place)];
    case "string":
      return exampleOfText(schema, place);
    case "integer":
    case "number":
      return Math.max(schema.minimum ?? 0, Math.min(1, schema.maximum ?? 1));
    case "boolean":
      return true;
    default:
      return null;
  }
}

function exampleOfObject(schema: JsonSchema, place: readonly string[]): unknown {
  return Object.fromEntries(
    Object.entries(schema.properties ?? {}).map(([name, property]) => [
      name,
      schemaExample(property, [...place, name]),
    ]),
  );
}

function exampleOfText(schema: JsonSchema, place: readonly string[]): string {
  const { pattern = "", format = "", minLength = 0 } = schema;
  const name = place.at(-1) ?? "";
  const prefix = /^\^(\w+)_\[/.exec(pattern)?.[1];
  if (prefix !== undefined) return `${prefix}_0example`;
  if (pattern.startsWith("^\\+")) return "+14155550123";
  if (format === "base64" || pattern.includes("A-Za-z0-9+/")) return base64Of(minLength);
  const byFormat = textsByFormat[format];
  if (byFormat !== undefined) return byFormat;
  const byName = name === "id" || name === "deliveryId" ? idOf(place) : textsByName[name];
  return (byName ?? "text").padEnd(minLength, "x");
}

/** An id of what the operation is about: its last noun that has ids. */
function idOf(place: readonly string[]): string {
  const nouns = (place[0] ?? "").split(".").filter((noun) => Object.hasOwn(prefixes, noun));
  const noun = place.includes("deliveryId") ? "deliveries" : nouns.at(place.length === 2 ? 0 : -1);
  return `${prefixes[noun ?? ""] ?? "id"}_0example`;
}

function base64Of(chars: number): string {
  const text = "A".repeat(Math.max(4, chars));
  return chars % 4 === 0 ? `${text.slice(0, -2)}==` : text;
}
