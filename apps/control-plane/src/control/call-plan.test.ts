import { Secret } from "@agentcall/base";
import { defaultRateCard, inboundConfigSchema, type NumberId } from "@agentcall/contract";
import { describe, expect, test } from "vitest";
import type { Budget } from "../budgets/budget.ts";
import type { RegisteredNumber } from "../numbers/number-store.ts";
import { CallCapacity } from "./call-capacity.ts";
import { type PlanFacts, planCall } from "./call-plan.ts";
import { callId } from "../testing/call-facts.ts";
import { trunkOf } from "../testing/trunk-facts.ts";

const number: RegisteredNumber = {
  id: "num_1" as NumberId,
  e164: "+14155550100",
  label: null,
  trunkId: null,
  voiceMode: "managed",
  keyPreview: null,
  isKeyUnreadable: false,
  inbound: inboundConfigSchema.parse({
    mode: "ai",
    systemPrompt: "Be brief.",
    maxDurationSecs: 60,
  }),
  outbound: null,
  createdAtMs: 0,
  updatedAtMs: 0,
};

const busyNumber: RegisteredNumber = {
  ...number,
  inbound: inboundConfigSchema.parse({
    mode: "ai",
    systemPrompt: "Be brief.",
    fallback: { rejectWith: 486 },
  }),
};

const full = { kind: "refused", retryAfterSecs: 10 } as const;

const withDesk: RegisteredNumber = {
  ...number,
  inbound: inboundConfigSchema.parse({
    mode: "ai",
    systemPrompt: "Be brief.",
    fallback: { forwardTo: "+14155550142", announcement: "We are closed." },
  }),
};

function trialLeft(leftMs: number): Budget {
  return { scope: "trial", used: 300_000 - leftMs, limit: 300_000, rule: "stop" };
}

const used: Budget = { scope: "number", used: 400_000, limit: 400_000, rule: "stop" };

describe("the plan of a call", () => {
  test("holds the agent, the limits and the key, and the appliance's model where the number names none", () => {
    expect(planCall(factsOf())).toEqual({
      kind: "accept",
      plan: {
        numberId: "num_1",
        voiceMode: "managed",
        usageTerms: {
          epoch: 1,
          voiceMode: "managed",
          rateCard: defaultRateCard,
          keyFingerprint: null,
          trunkId: "trunk_1",
          recorded: false,
        },
        agent: {
          instructions: "Be brief.",
          voice: "shimmer",
          language: "auto",
          firstMessage: null,
          model: "gpt-realtime-2.1",
        },
        provider: { realtimeUrl: "ws://127.0.0.1:1/v1/realtime", apiKey: "the key" },
        answerDeadlineMs: 4_000,
        maxDurationMs: 60_000,
        liveTranscript: false,
        forward: null,
        ladder: { managedKey: null, forwardTo: null, announcement: null, rejectWith: 503 },
        tools: [],
        recording: null,
        outbound: null,
      },
    });
  });

  test("of a call that is placed says how long it may ring", () => {
    expect(planCall(factsOf({ ringTimeoutMs: 30_000 }))).toMatchObject({
      plan: { outbound: { ringTimeoutMs: 30_000 } },
    });
  });

  test("holds the number's failure ladder, with the appliance's key only when that was opened for it", () => {
    const inbound = inboundConfigSchema.parse({
      mode: "ai",
      systemPrompt: "Be brief.",
      fallback: { allowManagedKey: true, forwardTo: "+14155550142", rejectWith: 486 },
      tools: [{ type: "hang_up" }],
    });

    const outcome = planCall(
      factsOf({ number: { ...number, inbound }, fallbackKey: new Secret("the other key") }),
    );

    expect(outcome).toMatchObject({
      plan: {
        ladder: {
          managedKey: "the other key",
          forwardTo: "+14155550142",
          announcement: null,
          rejectWith: 486,
        },
        tools: [{ type: "hang_up" }],
      },
    });
  });

  test.each<[string, Budget]>([
    ["as long as something of its budget is left", { ...used, used: 399_999 }],
    ["when its budget is used up and the rule is to warn", { ...used, rule: "warn" }],
  ])("is the agent's %s", (_, budget) => {
    expect(planCall(factsOf({ budgets: [budget] }))).toMatchObject({
      kind: "accept",
      plan: { forward: null, provider: { apiKey: "the key" } },
    });
  });

  test("of a call that is recorded holds its data key, and tells the caller before anything else", () => {
    const inbound = inboundConfigSchema.parse({
      mode: "ai",
      systemPrompt: "Be brief.",
      firstMessage: "Hello.",
      record: true,
      recording: { pauseSecs: 7 },
    });

    const outcome = planCall(
      factsOf({ number: { ...number, inbound }, recordingKey: new Secret("the data key") }),
    );

    expect(outcome).toMatchObject({
      plan: {
        usageTerms: { recorded: true },
        agent: { firstMessage: "This call is being recorded. Hello." },
        recording: { dataKey: "the data key", pauseMs: 7_000 },
      },
    });
  });

  test("is to hand the caller over when a budget is used up and says so, and holds no key", () => {
    const outcome = planCall(
      factsOf({
        number: withDesk,
        budgets: [{ ...used, rule: "forward" }],
        apiKey: { kind: "none" },
      }),
    );

    expect(outcome).toMatchObject({
      kind: "accept",
      plan: {
        forward: { to: "+14155550142", why: "budget_exhausted" },
        provider: { apiKey: "" },
        ladder: { managedKey: null, forwardTo: null, announcement: "We are closed." },
      },
    });
  });

  test("takes the model that the number names", () => {
    const inbound = { ...inboundConfigSchema.parse(number.inbound), model: "gpt-realtime" };

    expect(planCall(factsOf({ number: { ...number, inbound } }))).toMatchObject({
      plan: { agent: { model: "gpt-realtime" } },
    });
  });

  test.each<[string, Partial<PlanFacts>, number, string, number | null]>([
    ["of an unknown number", { number: null }, 404, "number_unknown", null],
    [
      "of a number without agent",
      { number: { ...number, inbound: null } },
      480,
      "number_without_agent",
      null,
    ],
    ["when every place is taken", { hasPlace: false }, 503, "all_calls_taken", 10],
    [
      "when every place of its number is taken",
      { hasNumberPlace: false },
      503,
      "number_calls_taken",
      10,
    ],
    [
      "when every place of its number is taken, with the status of the number's setting",
      { hasNumberPlace: false, number: busyNumber },
      486,
      "number_calls_taken",
      10,
    ],
    [
      "when the free plan's minutes are used up",
      { budgets: [{ ...trialLeft(0), rule: "stop" }] },
      480,
      "trial_exhausted",
      null,
    ],
    [
      "when the number's monthly budget is used up",
      { budgets: [used] },
      480,
      "budget_exhausted",
      null,
    ],
    [
      "when a budget is used up that hands over, and the number names nobody",
      { budgets: [{ ...used, scope: "appliance", rule: "forward" }] },
      480,
      "budget_exhausted",
      null,
    ],
    [
      "when one budget is used up that stops, beside one that hands over",
      {
        number: withDesk,
        budgets: [
          { ...used, rule: "forward" },
          { ...used, scope: "appliance" },
        ],
      },
      480,
      "budget_exhausted",
      null,
    ],
    ["without the appliance's key", { apiKey: { kind: "none" } }, 480, "managed_key_missing", null],
    ["from no trunk of ours", { trunk: null }, 403, "caller_not_allowed", null],
    ["above what its trunk may carry", { trunkPlace: full }, 503, "trunk_calls_taken", 10],
    [
      "above what its trunk may carry, with the status of its setting",
      { trunkPlace: full, trunk: trunkOf({ overLimitStatus: 486 }) },
      486,
      "trunk_calls_taken",
      10,
    ],
  ])("is a refusal %s", (_, changes, sipStatus, endCause, retryAfterSecs) => {
    expect(planCall(factsOf(changes))).toMatchObject({
      kind: "reject",
      sipStatus,
      endCause,
      retryAfterSecs,
    });
  });

  test("ends a call when the free plan's minutes do, and not later than its own limit", () => {
    expect(planCall(factsOf({ budgets: [trialLeft(1_000.5)] }))).toMatchObject({
      plan: { maxDurationMs: 1_000 },
    });
    expect(planCall(factsOf({ budgets: [trialLeft(300_000)] }))).toMatchObject({
      plan: { maxDurationMs: 60_000 },
    });
  });

  test.each([
    ["none", "key_invalid"],
    ["unreadable", "key_unreadable"],
    ["sealed", "vault_sealed"],
  ] as const)("is a refusal when the key is %s, which says so", (kind, endCause) => {
    const own = { ...number, voiceMode: "byok" as const };

    expect(planCall(factsOf({ number: own, apiKey: { kind } }))).toEqual({
      kind: "reject",
      sipStatus: 503,
      endCause,
      numberId: "num_1",
      voiceMode: "byok",
      retryAfterSecs: null,
    });
  });
});

test("the last place is given once, and is free again after its call", () => {
  const capacity = new CallCapacity(() => 1, []);

  const first = capacity.take(callId);
  const again = capacity.take(callId);
  const other = capacity.take("call_2" as typeof callId);
  capacity.release(callId);
  const later = capacity.take("call_2" as typeof callId);

  expect([first, again, other, later]).toEqual([true, true, false, true]);
  expect(capacity.callsInProgress).toBe(1);
});

test("a number's last place is given once, whatever other numbers carry, and a call that has one keeps it", () => {
  const [own, other] = ["num_1" as NumberId, "num_2" as NumberId];
  const [second, third] = ["call_2" as typeof callId, "call_3" as typeof callId];
  const capacity = new CallCapacity(() => 10, [{ id: callId, numberId: own }]);
  for (const each of [second, third]) capacity.take(each);

  const above = capacity.takeOfNumber(second, own, 1);
  const again = capacity.takeOfNumber(callId, own, 1);
  const elsewhere = capacity.takeOfNumber(second, other, 1);
  const unlimited = capacity.takeOfNumber(third, own, null);
  capacity.release(callId);
  capacity.release(third);
  const later = capacity.takeOfNumber(second, own, 1);

  expect([above, again, elsewhere, unlimited, later]).toEqual([false, true, true, true, true]);
});

function factsOf(changes: Partial<PlanFacts> = {}): PlanFacts {
  return {
    number,
    budgets: [],
    trunk: trunkOf(),
    trunkPlace: { kind: "taken" },
    hasPlace: true,
    hasNumberPlace: true,
    ringTimeoutMs: null,
    apiKey: { kind: "opened", secret: new Secret("the key"), keyVersion: 1 },
    fallbackKey: null,
    provider: {
      realtimeUrl: "ws://127.0.0.1:1/v1/realtime",
      model: "gpt-realtime-2.1",
    },
    callerContext: "",
    recordingKey: null,
    charging: { epoch: 1, rateCard: defaultRateCard, keyFingerprint: null },
    ...changes,
  };
}
