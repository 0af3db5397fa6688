import { describe, expect, test } from "vitest";
import { defaultRateCard, rateCardSchema } from "./rate-card.ts";

describe("the rate card", () => {
  test("costs 40 cents managed, 10 cents with one's own key and a cent for the recording", () => {
    const card = rateCardSchema.parse(defaultRateCard);

    expect(card).toEqual({
      version: "2026-11",
      managedMicrosPerMinute: 400_000,
      byokMicrosPerMinute: 100_000,
      recordingMicrosPerMinute: 10_000,
      increment: { firstSecs: 60, thenSecs: 60 },
    });
  });

  test.each([
    ["a version with a space", { version: "2026 11" }],
    ["no version", { version: "" }],
    ["half a micro-dollar", { managedMicrosPerMinute: 0.5 }],
    ["a negative price", { byokMicrosPerMinute: -1 }],
    ["more than a hundred dollars a minute", { recordingMicrosPerMinute: 100_000_001 }],
    ["an increment of nothing", { increment: { firstSecs: 0, thenSecs: 60 } }],
    ["an increment above an hour", { increment: { firstSecs: 60, thenSecs: 3_601 } }],
    ["a field that it does not know", { discount: 1 }],
  ])("refuses %s", (_what, change) => {
    const outcome = rateCardSchema.safeParse({ ...defaultRateCard, ...change });

    expect(outcome.success).toBe(false);
  });
});
