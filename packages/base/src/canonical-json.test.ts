import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { canonicalJson, type CanonicalValue } from "./canonical-json.ts";

describe("canonicalJson", () => {
  test("sorts the names of every object and writes no spaces", () => {
    const value = { b: [3, { z: null, a: true }], a: "€", "\u20ac": 1, "\r": 2 };

    expect(canonicalJson(value)).toBe('{"\\r":2,"a":"€","b":[3,{"a":true,"z":null}],"€":1}');
  });

  test("writes a value that was written and read again in the same way", () => {
    fc.assert(
      fc.property(fc.jsonValue(), (value) => {
        const text = canonicalJson(value as CanonicalValue);

        expect(canonicalJson(JSON.parse(text) as CanonicalValue)).toBe(text);
      }),
    );
  });

  test.each([Number.NaN, Number.POSITIVE_INFINITY])("refuses %d", (value) => {
    expect(() => canonicalJson([value])).toThrow("JSON has no such number");
  });
});
