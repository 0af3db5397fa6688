import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { parseSessionExpires, writeSessionExpires } from "./session-expires.ts";

describe("parseSessionExpires", () => {
  test.each([
    ["90;refresher=uac", { intervalSecs: 90, refresher: "uac" }],
    ["1800 ; Refresher = UAS", { intervalSecs: 1_800, refresher: "uas" }],
    ["1800;x=y;refresher=uas;z", { intervalSecs: 1_800, refresher: "uas" }],
    ["1800", { intervalSecs: 1_800, refresher: null }],
    ["0;refresher=proxy", { intervalSecs: 0, refresher: null }],
  ] as const)("reads %j", (text, expires) => {
    expect(parseSessionExpires(text)).toEqual(expires);
  });

  test.each(["", "soon", "-90", "90, 1800", "1234567890", "90 refresher=uac"])(
    "refuses %j",
    (text) => {
      expect(parseSessionExpires(text)).toBeNull();
    },
  );

  test("reads what it writes", () => {
    const refreshers = fc.constantFrom("uac" as const, "uas" as const, null);
    fc.assert(
      fc.property(fc.nat(999_999_999), refreshers, (intervalSecs, refresher) => {
        const expires = { intervalSecs, refresher };
        expect(parseSessionExpires(writeSessionExpires(expires))).toEqual(expires);
      }),
    );
  });

  test("answers, and never throws, for any text", () => {
    fc.assert(
      fc.property(fc.string(), (text) => {
        expect(() => parseSessionExpires(text)).not.toThrow();
      }),
    );
  });
});
