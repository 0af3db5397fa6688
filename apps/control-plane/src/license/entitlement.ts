import {
  defaultRateCard,
  type License,
  type LicenseState,
  type Plan,
  type RateCard,
  type VoiceMode,
} from "@agentcall/contract";

/** What the appliance may do at a moment, and at which prices. */
export type Entitlement = {
  readonly plan: Plan;
  readonly state: LicenseState;
  /** The licence that is installed, whether or not it counts now. */
  readonly license: License | null;
  readonly rateCard: RateCard;
  readonly billingEndpoint: string | null;
  readonly concurrentCallsMax: number;
  /** Until when the licence counts; null without one. */
  readonly graceUntilMs: number | null;
  /** Since when the free plan has held; null on `pro`. */
  readonly freeSinceMs: number | null;
};

/** A licence with the moment at which it was installed. */
export type InstalledLicense = { readonly license: License; readonly installedAtMs: number };

const graceMs = 30 * 24 * 3_600_000; // a renewal that lies on somebody's desk stops no telephone
const freeCallsMax = 2; // minutes are counted as they pass: this bounds by how much they are overrun
const trialMsMin = 1_000; // with less nothing can be said
export const freeTalkMsPerMonth = 5 * 60_000;

/** What an installed licence, or none, means at `nowMs`. */
export function entitlementAt(installed: InstalledLicense | null, nowMs: number): Entitlement {
  if (installed === null) {
    return { ...free(null, 0), state: "none", license: null, graceUntilMs: null };
  }
  const { license, installedAtMs } = installed;
  const fromMs = Date.parse(license.validFrom);
  const untilMs = Date.parse(license.validUntil);
  const graceUntilMs = untilMs + graceMs;
  const stands = { license, graceUntilMs };
  if (nowMs < fromMs) return { ...free(license, installedAtMs), ...stands, state: "not_yet_valid" };
  if (nowMs >= graceUntilMs) {
    const freeSinceMs = Math.max(graceUntilMs, installedAtMs);
    return { ...free(license, freeSinceMs), ...stands, state: "expired" };
  }
  const state = nowMs < untilMs ? "valid" : "grace";
  if (license.plan === "free") return { ...free(license, installedAtMs), ...stands, state };
  return {
    plan: license.plan,
    state,
    ...stands,
    rateCard: license.rateCard,
    billingEndpoint: license.billingEndpoint,
    concurrentCallsMax: license.caps.concurrentCalls,
    freeSinceMs: null,
  };
}

/** Whether what is left of the free plan's talk is enough to answer a call for. */
export function hasTrialLeft(leftMs: number): boolean {
  return leftMs >= trialMsMin;
}

/** How a number is answered: on the free plan its own key stays sealed, and the appliance's is used. */
export function modeOnPlan(plan: Plan, voiceMode: VoiceMode): VoiceMode {
  return plan === "free" ? "managed" : voiceMode;
}

/** The prices and the place of billing stay those that were agreed, also when the time is over. */
function free(
  license: License | null,
  freeSinceMs: number,
): Pick<
  Entitlement,
  "plan" | "rateCard" | "billingEndpoint" | "concurrentCallsMax" | "freeSinceMs"
> {
  return {
    plan: "free",
    rateCard: license?.rateCard ?? defaultRateCard,
    billingEndpoint: license?.billingEndpoint ?? null,
    concurrentCallsMax: Math.min(freeCallsMax, license?.caps.concurrentCalls ?? freeCallsMax),
    freeSinceMs,
  };
}
