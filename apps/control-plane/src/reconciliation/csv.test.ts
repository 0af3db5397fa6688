import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { readCsv } from "./csv.ts";

describe("readCsv", () => {
  test("reads fields with and without quotes, by the line on which each record begins", () => {
    const text = 'a, b ,"c, d"\r\n\r\n1,"say ""no""\n twice",\n2,,x';

    expect(readCsv(text, ",")).toEqual([
      { line: 1, fields: ["a", "b", "c, d"] },
      { line: 3, fields: ["1", 'say "no"\n twice', ""] },
      { line: 5, fields: ["2", "", "x"] },
    ]);
  });

  test.each([
    [";", "a;b,c", ["a", "b,c"]],
    ["\t", "a\tb;c", ["a", "b;c"]],
    ["|", 'a|"b|c"', ["a", "b|c"]],
  ])("takes %j for the delimiter", (delimiter, text, fields) => {
    expect(readCsv(text, delimiter)).toEqual([{ line: 1, fields }]);
  });

  test("a byte order mark is no part of the first field", () => {
    expect(readCsv("\u{feff}a,b\n", ",")).toEqual([{ line: 1, fields: ["a", "b"] }]);
  });

  test.each([
    ["a quote that is not closed", 'a\n"b,1\nc,2\n', "quote_not_closed"],
    ["text behind a quote", 'a\n"b"x,1\nc,2\n', "text_after_quote"],
    [
      "a quote that was forgotten long ago",
      `a\n"b${"x".repeat(2_001)}"\nc,2\n`,
      "quote_not_closed",
    ],
  ])("%s costs its line and no other", (_what, text, problem) => {
    expect(readCsv(text, ",")).toEqual([
      { line: 1, fields: ["a"] },
      { line: 2, problem },
      { line: 3, fields: ["c", "2"] },
    ]);
  });

  test("reads back what was written with quotes, whatever it is", () => {
    const field = fc.string({ maxLength: 8, unit: fc.constantFrom("a", '"', ",", "\n", ";") });
    const record = fc
      .array(field, { minLength: 1, maxLength: 4 })
      .filter((fields) => fields.some((text) => text.trim() !== ""));
    fc.assert(
      fc.property(fc.array(record, { maxLength: 6 }), (records) => {
        const quote = (text: string): string => `"${text.replaceAll('"', '""')}"`;
        const text = records.map((fields) => fields.map(quote).join(",")).join("\r\n");

        const read = readCsv(text, ",").map((each) => ("fields" in each ? each.fields : each));

        expect(read).toEqual(records.map((fields) => fields.map((each) => each.trim())));
      }),
    );
  });

  test("answers, and never throws, for any text, and its lines only grow", () => {
    const text = fc.string({
      maxLength: 60,
      unit: fc.constantFrom("a", '"', ",", "\n", "\r", "\t"),
    });
    fc.assert(
      fc.property(text, (given) => {
        const lines = readCsv(given, ",").map(({ line }) => line);

        expect(lines).toEqual([...new Set(lines)].toSorted((one, other) => one - other));
        expect(lines.at(-1) ?? 1).toBeLessThanOrEqual(given.split("\n").length);
      }),
    );
  });
});
