import { defaultRateCard } from "@agentcall/contract";
import { describe, expect, test } from "vitest";
import { aLicense } from "../testing/licenses.ts";
import { entitlementAt, modeOnPlan } from "./entitlement.ts";

const fromMs = Date.UTC(2026, 0, 1);
const untilMs = Date.UTC(2027, 0, 1);
const dayMs = 24 * 3_600_000;
const installedAtMs = Date.UTC(2026, 1, 1);
const license = aLicense({
  rateCard: { ...defaultRateCard, version: "gold", byokMicrosPerMinute: 90_000 },
  billingEndpoint: "https://billing.example/v1/usage",
  caps: { concurrentCalls: 30 },
  validFrom: new Date(fromMs).toISOString(),
  validUntil: new Date(untilMs).toISOString(),
});

describe("what an appliance may do", () => {
  test("without a licence is the free plan at the usual prices", () => {
    expect(entitlementAt(null, fromMs)).toEqual({
      plan: "free",
      state: "none",
      license: null,
      rateCard: defaultRateCard,
      billingEndpoint: null,
      concurrentCallsMax: 2,
      graceUntilMs: null,
      freeSinceMs: 0,
    });
  });

  test("with a licence is what the licence says", () => {
    expect(entitlementAt({ license, installedAtMs }, untilMs - 1)).toEqual({
      plan: "pro",
      state: "valid",
      license,
      rateCard: license.rateCard,
      billingEndpoint: "https://billing.example/v1/usage",
      concurrentCallsMax: 30,
      graceUntilMs: untilMs + 30 * dayMs,
      freeSinceMs: null,
    });
  });

  test.each([
    [fromMs - 1, "not_yet_valid", "free", installedAtMs],
    [fromMs, "valid", "pro", null],
    [untilMs - 1, "valid", "pro", null],
    [untilMs, "grace", "pro", null],
    [untilMs + 30 * dayMs - 1, "grace", "pro", null],
    [untilMs + 30 * dayMs, "expired", "free", untilMs + 30 * dayMs],
  ])("at %i is %s, with the plan %s", (nowMs, state, plan, freeSinceMs) => {
    const entitlement = entitlementAt({ license, installedAtMs }, nowMs);

    expect(entitlement).toMatchObject({ state, plan, freeSinceMs });
    expect(entitlement.rateCard.version).toBe("gold");
  });

  test("with a licence for the free plan counts its minutes from when it was installed", () => {
    const free = { license: { ...license, plan: "free" as const }, installedAtMs };

    expect(entitlementAt(free, installedAtMs)).toMatchObject({
      plan: "free",
      state: "valid",
      concurrentCallsMax: 2,
      freeSinceMs: installedAtMs,
    });
  });
});

test("a number with a key of its own is answered as managed on the free plan, and only there", () => {
  expect(modeOnPlan("free", "byok")).toBe("managed");
  expect(modeOnPlan("pro", "byok")).toBe("byok");
  expect(modeOnPlan("pro", "managed")).toBe("managed");
});
