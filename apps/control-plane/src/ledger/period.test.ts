import { AppError } from "@agentcall/base";
import { describe, expect, test } from "vitest";
import { parsePeriod, periodOf } from "./period.ts";

describe("a period", () => {
  test("is a month of UTC from its first millisecond to the first of the next", () => {
    const { fromMs, untilMs } = parsePeriod("2026-12");

    expect([fromMs, untilMs]).toEqual([Date.UTC(2026, 11), Date.UTC(2027, 0)]);
    expect([fromMs - 1, fromMs, untilMs - 1, untilMs].map(periodOf)).toEqual([
      "2026-11",
      "2026-12",
      "2026-12",
      "2027-01",
    ]);
  });

  test.each([["2026"], ["2026-00"], ["2026-13"], ["2026-1"], ["26-01"], ["2026-01-01"], [""]])(
    "%j is none",
    (text) => {
      expect(() => parsePeriod(text)).toThrow(AppError);
    },
  );
});
