import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { parseRAck, parseRSeq } from "./rack.ts";

describe("parseRAck", () => {
  test("reads the number of the response, and the number and method of the request", () => {
    expect(parseRAck("777  123192099 INVITE")).toEqual({
      rseq: 777,
      cseq: { number: 123_192_099, method: "INVITE" },
    });
  });

  test.each(["", "777", "777 INVITE", "777 1", "0 1 INVITE", "x 1 INVITE", "1 2 INVITE more"])(
    "refuses %j",
    (text) => {
      expect(parseRAck(text)).toBeNull();
    },
  );

  test("answers, and never throws, for any text", () => {
    fc.assert(
      fc.property(fc.string(), (text) => {
        expect(() => parseRAck(text)).not.toThrow();
      }),
    );
  });
});

describe("parseRSeq", () => {
  test.each([
    ["1", 1],
    ["4294967295", 2 ** 32 - 1],
    ["4294967296", null],
    ["0", null],
    ["-1", null],
    ["1.5", null],
  ])("reads %s as %s", (text, number) => {
    expect(parseRSeq(text)).toBe(number);
  });
});
