import { describe, expect, test } from "vitest";
import { monthName, monthOf, monthsUntil } from "./months.ts";

describe("the months of the ledger", () => {
  test("are those of UTC, also at a month's edge", () => {
    expect(monthOf(Date.parse("2026-10-31T23:59:59.999Z"))).toBe("2026-10");
    expect(monthOf(Date.parse("2026-11-01T00:00:00.000Z"))).toBe("2026-11");
  });

  test("go back over the turn of a year", () => {
    expect(monthsUntil("2026-02", 4)).toEqual(["2026-02", "2026-01", "2025-12", "2025-11"]);
  });

  test("have a name", () => {
    expect(monthName("2026-11")).toContain("2026");
  });
});
