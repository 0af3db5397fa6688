import type { AppError } from "@agentcall/base";
import { exportScheduleChangeSchema } from "@agentcall/contract";
import { describe, expect, test } from "vitest";
import { checkTiming, hourly, nextExportAtMs } from "./export-schedule.ts";

function runsOf(cron: string, timezone: string, from: string, count: number): readonly string[] {
  let atMs = Date.parse(from);
  return Array.from({ length: count }, () => {
    atMs = nextExportAtMs({ cron, timezone }, atMs);
    return new Date(atMs).toISOString().replace(":00.000Z", "Z");
  });
}

describe("the schedule of exports", () => {
  test("is every hour where nothing else is said", () => {
    expect(runsOf(hourly.cron, hourly.timezone, "2026-11-24T22:30:00Z", 3)).toEqual([
      "2026-11-24T23:07Z",
      "2026-11-25T00:07Z",
      "2026-11-25T01:07Z",
    ]);
  });

  test("follows the clock of its time zone", () => {
    expect(runsOf("0 3 1 * *", "Europe/Berlin", "2026-06-15T00:00:00Z", 6)).toEqual([
      "2026-07-01T01:00Z",
      "2026-08-01T01:00Z",
      "2026-09-01T01:00Z",
      "2026-10-01T01:00Z",
      "2026-11-01T02:00Z",
      "2026-12-01T02:00Z",
    ]);
  });

  test("a moment that the clock leaves out in spring is made up for that day", () => {
    // 02:30 does not exist in Berlin on 29 March 2026.
    const [first = "", second = ""] = runsOf(
      "30 2 * * *",
      "Europe/Berlin",
      "2026-03-28T12:00:00Z",
      2,
    );

    expect(first.slice(0, 10)).toBe("2026-03-29");
    expect(second).toBe("2026-03-30T00:30Z");
  });

  test("a moment that comes twice in autumn counts once", () => {
    // 02:30 comes twice in Berlin on 25 October 2026.
    expect(runsOf("30 2 * * *", "Europe/Berlin", "2026-10-24T12:00:00Z", 2)).toEqual([
      "2026-10-25T00:30Z",
      "2026-10-26T01:30Z",
    ]);
  });

  test.each([["2026-03-07T05:00:00Z"], ["2026-10-31T05:00:00Z"]])(
    "every run lies ahead of the one before, also through a change of the clock: from %s on",
    (from) => {
      const runs = runsOf("*/20 * * * *", "America/New_York", from, 24 * 3 * 3);

      expect([...runs].sort()).toEqual(runs);
      expect(new Set(runs).size).toBe(runs.length);
    },
  );

  test.each([
    ["cron", { cron: "every hour" }],
    ["cron", { cron: "61 * * * *" }],
    ["cron", { cron: "0 0 31 2 *" }],
    ["cron", { cron: "0 0 * * * *" }],
    ["timezone", { timezone: "Mars/Olympus" }],
  ])("refuses a wrong %s: %o", (field, change) => {
    const schedule = exportScheduleChangeSchema.parse({ endpoint: null, ...change });

    expect(() => {
      checkTiming(schedule, 0);
    }).toThrow(
      expect.objectContaining({
        code: "validation_failed",
        details: { fields: { [field]: expect.any(String) as string } },
      }) as AppError,
    );
  });
});
