import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { type WallTime, ZoneTime } from "./zone-time.ts";

function at(text: string): WallTime {
  const [year = 0, month = 0, day = 0, hour = 0, minute = 0, second = 0] = text
    .split(/[-: ]/)
    .map(Number);
  return { year, month, day, hour, minute, second };
}

function meant(timezone: string, text: string): readonly string[] {
  return new ZoneTime(timezone)
    .instantsOf(at(text))
    .map((atMs) => new Date(atMs).toISOString().slice(0, 16));
}

describe("ZoneTime", () => {
  test.each([
    ["UTC", "2026-11-24 13:00:00", ["2026-11-24T13:00"]],
    ["Europe/Berlin", "2026-11-24 13:00:00", ["2026-11-24T12:00"]],
    ["Europe/Berlin", "2026-07-24 13:00:00", ["2026-07-24T11:00"]],
    ["America/New_York", "2026-11-30 23:30:00", ["2026-12-01T04:30"]],
    ["Asia/Kathmandu", "2026-11-24 13:00:00", ["2026-11-24T07:15"]],
  ])("a clock in %s that shows %s means %j", (timezone, text, moments) => {
    expect(meant(timezone, text)).toEqual(moments);
  });

  test.each([
    ["Europe/Berlin", "2026-10-25 02:30:00", ["2026-10-25T00:30", "2026-10-25T01:30"]],
    ["America/New_York", "2026-11-01 01:30:00", ["2026-11-01T05:30", "2026-11-01T06:30"]],
    ["Australia/Lord_Howe", "2026-04-05 01:45:00", ["2026-04-04T14:45", "2026-04-04T15:15"]],
  ])("the hour that comes twice in %s means two moments", (timezone, text, moments) => {
    expect(meant(timezone, text)).toEqual(moments);
  });

  test.each([
    ["Europe/Berlin", "2026-03-29 02:30:00"],
    ["America/New_York", "2026-03-08 02:30:00"],
    ["Europe/Berlin", "2026-02-30 12:00:00"],
    ["Europe/Berlin", "2026-13-01 12:00:00"],
    ["Europe/Berlin", "2026-01-01 24:00:00"],
    ["Europe/Berlin", "2026-01-01 12:60:00"],
    ["Europe/Berlin", "2026-01-01 12:00:60"],
  ])("what no clock in %s shows means none: %s", (timezone, text) => {
    expect(meant(timezone, text)).toEqual([]);
  });

  test("of a zone that there is not is none", () => {
    expect(() => new ZoneTime("Mars/Olympus")).toThrow(RangeError);
  });

  test.each([
    ["Europe/Berlin"],
    ["America/New_York"],
    ["Australia/Lord_Howe"],
    ["America/St_Johns"],
    ["Pacific/Apia"],
  ])("every moment is among those that its reading means, in %s", (timezone) => {
    const zone = new ZoneTime(timezone);
    const format = new Intl.DateTimeFormat("sv-SE", {
      timeZone: timezone,
      dateStyle: "short",
      timeStyle: "medium",
    });
    const seconds = fc.integer({
      min: Date.UTC(2015, 0) / 1_000,
      max: Date.UTC(2030, 0) / 1_000,
    });
    fc.assert(
      fc.property(seconds, (secs) => {
        expect(zone.instantsOf(at(format.format(secs * 1_000)))).toContain(secs * 1_000);
      }),
      { numRuns: 300 },
    );
  });
});
