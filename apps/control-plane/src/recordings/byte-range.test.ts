import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { parseByteRange } from "./byte-range.ts";

describe("parseByteRange", () => {
  test.each([
    [undefined, "whole"],
    ["bytes=0-", { from: 0, to: 99 }],
    ["bytes=0-0", { from: 0, to: 0 }],
    ["bytes=10-19", { from: 10, to: 19 }],
    ["bytes=90-1000", { from: 90, to: 99 }],
    ["bytes=-1", { from: 99, to: 99 }],
    ["bytes=-1000", { from: 0, to: 99 }],
    ["bytes=99-", { from: 99, to: 99 }],
    ["bytes=100-", "not-satisfiable"],
    ["bytes=100-200", "not-satisfiable"],
    ["bytes=-0", "not-satisfiable"],
    ["bytes=20-10", "whole"],
    ["bytes=0-1,5-6", "whole"],
    ["bytes=-", "whole"],
    ["bytes=a-b", "whole"],
    ["samples=0-1", "whole"],
    ["", "whole"],
  ])("of a hundred bytes, reads %j as %j", (header, expected) => {
    expect(parseByteRange(header, 100)).toEqual(expected);
  });

  test("answers within the bounds for any text", () => {
    fc.assert(
      fc.property(fc.string(), fc.nat(), (text, totalBytes) => {
        const range = parseByteRange(`bytes=${text}`, totalBytes);

        if (typeof range === "string") return;
        expect(range.from).toBeLessThanOrEqual(range.to);
        expect(range.to).toBeLessThan(totalBytes);
      }),
    );
  });
});
