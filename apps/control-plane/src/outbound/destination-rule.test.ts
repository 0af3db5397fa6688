import { outboundSettingsSchema } from "@agentcall/contract";
import { describe, expect, test } from "vitest";
import { callingCodeOf, refuseDestination } from "./destination-rule.ts";

const from = "+14155550100";
const wednesdayNoonMs = Date.UTC(2026, 10, 25, 12);
const minuteMs = 60_000;

function reasonFor(settings: object, to: string, nowMs = wednesdayNoonMs): string | null {
  return (
    refuseDestination(outboundSettingsSchema.parse(settings), { from, to }, nowMs)?.reason ?? null
  );
}

describe("where a call may go", () => {
  test.each<[object, string, string | null]>([
    [{}, "+14155550142", null],
    [{}, "+4930123456", "country_not_allowed"],
    [{}, "+18765550142", "prefix_blocked"], // Jamaica shares the calling code of the United States
    [{ allowedPrefixes: ["+1876555"] }, "+18765550142", null],
    [{ allowedCountries: ["49", "44"] }, "+4930123456", null],
    [{ allowedCountries: ["49"] }, "+14155550142", "country_not_allowed"],
    [{ allowedCountries: [] }, "+14155550142", "country_not_allowed"],
    [{ allowedCountries: ["49"], blockedPrefixes: ["+49900"] }, "+49900123456", "prefix_blocked"],
    [
      { allowedPrefixes: ["+49900"], blockedPrefixes: ["+49900"] },
      "+49900123456",
      "prefix_blocked",
    ],
    [{ allowedPrefixes: ["+493012"] }, "+4930123456", null],
    [{ enabled: false }, "+14155550142", "outbound_disabled"],
  ])("by %j a call to %s is refused for %s", (settings, to, reason) => {
    expect(reasonFor(settings, to)).toBe(reason);
  });

  test.each([
    ["+14155550100", "1"],
    ["+79161234567", "7"],
    ["+4930123456", "49"],
    ["+390612345", "39"],
    ["+35312345678", "353"],
    ["+882123456789", "882"],
  ])("%s has the calling code %s", (number, code) => {
    expect(callingCodeOf(number)).toBe(code);
  });
});

describe("when people may be called", () => {
  const hours = { timezone: "Europe/Berlin", days: ["wed"], from: "09:00", to: "17:30" };
  const nightly = { ...hours, from: "22:00", to: "02:00" };

  test.each<[string, object, number, string | null]>([
    ["within the hours", hours, 0, null],
    ["at their first minute", hours, -4 * 60, null],
    ["a minute before them", hours, -4 * 60 - 1, "outside_hours"],
    ["at their end", hours, 4 * 60 + 30, "outside_hours"],
    ["a minute before their end", hours, 4 * 60 + 29, null],
    ["at the same time of the next day", hours, 24 * 60, "outside_hours"],
    ["in a night that began on the day", nightly, 12 * 60, null],
    ["in the night before the day", nightly, -12 * 60, "outside_hours"],
    ["in the evening of the day", nightly, 9 * 60, null],
  ])("%s", (_, given, minutes, reason) => {
    const nowMs = wednesdayNoonMs + minutes * minuteMs;

    expect(reasonFor({ hours: given }, "+14155550142", nowMs)).toBe(reason);
  });
});
