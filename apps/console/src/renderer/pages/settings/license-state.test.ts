import { defaultRateCard, type LicenseView } from "@agentcall/contract";
import { expect, test } from "vitest";
import { licenseStateOf } from "./license-state.ts";

const license: NonNullable<LicenseView["license"]> = {
  format: "agentcall-license/1",
  licenseId: "lic_1",
  applianceId: "app_1",
  customer: "Harbor Hotel",
  plan: "pro",
  evaluation: false,
  rateCard: defaultRateCard,
  billingEndpoint: null,
  caps: { concurrentCalls: 10 },
  validFrom: "2026-01-01",
  validUntil: "2026-12-31",
};

test.each([
  [{ state: "none", license: null }, "waiting", "No licence"],
  [{ state: "valid" }, "good", "Valid until day 2026-12-31."],
  [{ state: "valid", evaluation: true }, "good", "Evaluation licence, valid until"],
  [{ state: "grace", graceUntil: "2027-01-30" }, "bad", "still works until day 2027-01-30"],
  [{ state: "expired" }, "bad", "Ran out on day 2026-12-31: the free plan counts now."],
  [{ state: "not_yet_valid" }, "waiting", "Counts from day 2026-01-01."],
] as const)("a licence that is %j is told as %s: %s", (change, kind, words) => {
  const view: LicenseView = {
    applianceId: "app_1",
    plan: "pro",
    evaluation: false,
    license,
    graceUntil: null,
    rateCard: defaultRateCard,
    trial: null,
    ...change,
  };

  const told = licenseStateOf(view, (at) => `day ${at}`);

  expect(told.kind).toBe(kind);
  expect(told.words).toContain(words);
});
