import type { NumberId } from "@agentcall/contract";
import { inboundConfigSchema } from "@agentcall/contract";
import { describe, expect, test } from "vitest";
import { type ApplianceFacts, numberStatus } from "./number-status.ts";
import type { RegisteredNumber } from "./number-store.ts";

const number: RegisteredNumber = {
  id: "num_1" as NumberId,
  e164: "+14155550100",
  label: null,
  trunkId: null,
  voiceMode: "managed",
  keyPreview: null,
  isKeyUnreadable: false,
  inbound: inboundConfigSchema.parse({ mode: "ai", systemPrompt: "x" }),
  outbound: null,
  createdAtMs: 0,
  updatedAtMs: 0,
};
const appliance: ApplianceFacts = {
  isVaultSealed: false,
  plan: "pro",
  isTrialExhausted: false,
  managedKey: "present",
};
const own = { voiceMode: "byok", keyPreview: "sk-...0001" } as const;
const damaged = { ...own, isKeyUnreadable: true };

describe("the status of a number", () => {
  test.each<[string, Partial<RegisteredNumber>, Partial<ApplianceFacts>, string]>([
    ["in managed mode, with the appliance's key", {}, {}, "ready"],
    ["in managed mode, without one", {}, { managedKey: "missing" }, "managed_key_missing"],
    ["in managed mode, with a damaged one", {}, { managedKey: "unreadable" }, "key_unreadable"],
    ["with a key of its own", own, { managedKey: "missing" }, "ready"],
    ["with a damaged key of its own", damaged, {}, "key_unreadable"],
    ["with a damaged one that the plan does not use", damaged, { plan: "free" }, "ready"],
    ["on a plan without keys of one's own", own, { plan: "free" }, "ready"],
    ["on the free plan without minutes", own, { isTrialExhausted: true }, "trial_exhausted"],
    ["while the vault is sealed", damaged, { isVaultSealed: true }, "vault_sealed"],
    ["without an agent", { ...damaged, inbound: null }, { isVaultSealed: true }, "no_agent"],
  ])("%s", (_, changes, facts, status) => {
    expect(numberStatus({ ...number, ...changes }, { ...appliance, ...facts })).toBe(status);
  });
});
