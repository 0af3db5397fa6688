import { describe, expect, test } from "vitest";
import { type Budget, levelOf, verdictOf } from "./budget.ts";

const budget: Budget = { scope: "number", used: 0, limit: 1_000_000, rule: "stop" };
const usedUp: Budget = { ...budget, used: 1_000_000 };

describe("a budget", () => {
  test.each([
    [0, 0],
    [799_999, 0],
    [800_000, 80],
    [999_999, 80],
    [1_000_000, 100],
    [1_400_000, 100],
  ])("of which %i of a million are used stands at %i", (used, level) => {
    expect(levelOf({ ...budget, used })).toBe(level);
  });

  test("of nothing is used up from the start, and corrections below nothing leave one unused", () => {
    expect(levelOf({ ...budget, limit: 0 })).toBe(100);
    expect(levelOf({ ...budget, used: -1 })).toBe(0);
  });
});

describe("the verdict over budgets", () => {
  test.each<[string, readonly Budget[], ReturnType<typeof verdictOf>]>([
    ["none", [], { kind: "go" }],
    ["one that is not used up", [{ ...usedUp, used: 999_999 }], { kind: "go" }],
    ["a used one that only warns", [{ ...usedUp, rule: "warn" }], { kind: "go" }],
    ["a used one that stops", [usedUp], { kind: "reject", endCause: "budget_exhausted" }],
    [
      "a used one that forwards",
      [{ ...usedUp, rule: "forward" }],
      { kind: "forward", endCause: "budget_exhausted" },
    ],
    [
      "one that forwards and one that stops",
      [
        { ...usedUp, rule: "forward" },
        { ...usedUp, scope: "appliance" },
      ],
      { kind: "reject", endCause: "budget_exhausted" },
    ],
    [
      "the free plan's minutes",
      [{ ...usedUp, scope: "trial" }],
      { kind: "reject", endCause: "trial_exhausted" },
    ],
  ])("of %s", (_what, budgets, verdict) => {
    expect(verdictOf(budgets)).toEqual(verdict);
  });
});
