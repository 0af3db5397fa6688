import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { isTimezone, monthIn, monthStartMs } from "./zoned-month.ts";

describe("the month of a time zone", () => {
  test.each([
    ["UTC", "2026-11-30T23:59:59.999Z", "2026-11"],
    ["UTC", "2026-12-01T00:00:00.000Z", "2026-12"],
    ["Europe/Berlin", "2026-11-30T22:59:59.999Z", "2026-11"],
    ["Europe/Berlin", "2026-11-30T23:00:00.000Z", "2026-12"],
    // Summer time: midnight is two hours before that of UTC.
    ["Europe/Berlin", "2026-06-30T22:00:00.000Z", "2026-07"],
    ["America/New_York", "2027-01-01T04:59:59.999Z", "2026-12"],
    ["Asia/Kathmandu", "2026-11-30T18:15:00.000Z", "2026-12"],
  ])("in %s at %s is %s", (timezone, at, month) => {
    expect(monthIn(timezone, Date.parse(at))).toBe(month);
  });

  test.each([
    ["Europe/Berlin", "2026-11-24T12:00:00Z", "2026-10-31T23:00:00.000Z"],
    // The clock changes within this month, on the 25th.
    ["Europe/Berlin", "2026-10-31T12:00:00Z", "2026-09-30T22:00:00.000Z"],
    ["America/New_York", "2026-12-01T04:59:59Z", "2026-11-01T04:00:00.000Z"],
  ])("in %s that holds at %s began at %s", (timezone, at, start) => {
    expect(new Date(monthStartMs(timezone, Date.parse(at))).toISOString()).toBe(start);
  });

  test("begins where the one before it ends, for any moment", () => {
    const zones = fc.constantFrom("UTC", "Europe/Berlin", "America/St_Johns", "Pacific/Apia");
    const moments = fc.integer({ min: Date.UTC(2020, 0), max: Date.UTC(2040, 0) });
    fc.assert(
      fc.property(zones, moments, (timezone, atMs) => {
        const startMs = monthStartMs(timezone, atMs);
        expect(startMs).toBeLessThanOrEqual(atMs);
        expect(monthIn(timezone, startMs)).toBe(monthIn(timezone, atMs));
        expect(monthIn(timezone, startMs - 1)).not.toBe(monthIn(timezone, atMs));
      }),
      { numRuns: 50 },
    );
  });

  test("is there for the names of time zones alone", () => {
    expect([isTimezone("Europe/Berlin"), isTimezone("Europe/Nowhere")]).toEqual([true, false]);
  });
});
