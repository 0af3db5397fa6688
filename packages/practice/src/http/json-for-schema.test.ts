import { Ajv } from "ajv";
import { describe, expect, test } from "vitest";
import { jsonForSchema } from "./json-for-schema.ts";

const ajv = new Ajv({ strict: false, validateFormats: false });

describe("jsonForSchema", () => {
  test.each([
    [{ type: "object", properties: { a: { type: "integer", minimum: 3 } }, required: ["a"] }],
    [{ type: "array", items: { type: "number", exclusiveMinimum: 0 }, minItems: 2 }],
    [{ type: "string", minLength: 20, maxLength: 22 }],
    [{ type: ["string", "null"] }],
    [{ anyOf: [{ const: "yes" }, { const: "no" }] }],
    [{ enum: [7] }],
    [
      {
        $ref: "#/$defs/node",
        $defs: {
          node: {
            type: "object",
            properties: { next: { anyOf: [{ $ref: "#/$defs/node" }, { type: "null" }] } },
            required: ["next"],
          },
        },
      },
    ],
    [
      {
        type: "object",
        properties: { children: { type: "array", items: { $ref: "#" } } },
        required: ["children"],
      },
    ],
  ])("fits %j", (schema) => {
    expect(ajv.validate(schema, jsonForSchema(schema))).toBe(true);
  });

  test.each([[null], ["text"], [{}], [{ $ref: "#/nowhere" }]])("answers null to %j", (schema) => {
    expect(jsonForSchema(schema)).toBeNull();
  });
});
