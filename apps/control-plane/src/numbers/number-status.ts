import type { NumberStatus, Plan } from "@agentcall/contract";
import { modeOnPlan } from "../license/entitlement.ts";
import type { RegisteredNumber } from "./number-store.ts";

/** What the appliance has for all its numbers at this moment. */
export type ApplianceFacts = {
  readonly isVaultSealed: boolean;
  readonly plan: Plan;
  readonly isTrialExhausted: boolean;
  readonly managedKey: "present" | "missing" | "unreadable";
};

/** Whether the number answers its calls, or what has to be mended first. */
export function numberStatus(
  { inbound, voiceMode, isKeyUnreadable }: RegisteredNumber,
  { isVaultSealed, plan, isTrialExhausted, managedKey }: ApplianceFacts,
): NumberStatus {
  if (inbound === null) return "no_agent";
  if (isTrialExhausted) return "trial_exhausted";
  if (isVaultSealed) return "vault_sealed";
  if (modeOnPlan(plan, voiceMode) === "byok") return isKeyUnreadable ? "key_unreadable" : "ready";
  switch (managedKey) {
    case "present":
      return "ready";
    case "missing":
      return "managed_key_missing";
    case "unreadable":
      return "key_unreadable";
  }
}
