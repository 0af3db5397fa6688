import {
  type CallId,
  callPlanSchema,
  defaultRateCard,
  type PlanOutcome,
} from "@agentcall/contract";
import { beforeEach, describe, expect, test } from "vitest";
import { CallKeys } from "./call-keys.ts";

const callId = "call_1" as CallId;
const otherCallId = "call_2" as CallId;

let keys: CallKeys;

beforeEach(() => {
  keys = new CallKeys();
});

describe("the keys of calls", () => {
  test("are not in the plan that goes about", () => {
    const planned = keys.checkIn(callId, accept("key-own", "key-managed"));

    expect(JSON.stringify(planned)).not.toContain("key-");
    expect(keys.held).toBe(2);
  });

  test("are taken by their tickets, each once, and no other call's", () => {
    const { own, managed } = tickets(callId, accept("key-own", "key-managed"));
    keys.checkIn(otherCallId, accept("key-other", null));

    expect(keys.take(own)?.reveal()).toBe("key-own");
    expect(keys.take(own)).toBeNull();
    expect(keys.take(managed)?.reveal()).toBe("key-managed");
    expect(keys.held).toBe(1);
  });

  test("are forgotten with their call", () => {
    const { own } = tickets(callId, accept("key-own", "key-managed"));

    keys.forget(callId);

    expect(keys.take(own)).toBeNull();
    expect(keys.held).toBe(0);
  });

  test("of a call that is refused are none", () => {
    const refused: PlanOutcome = {
      kind: "reject",
      sipStatus: 503,
      endCause: "all_calls_taken",
      numberId: null,
      voiceMode: null,
      retryAfterSecs: 10,
    };

    expect(keys.checkIn(callId, refused)).toBe(refused);
    expect(keys.held).toBe(0);
  });
});

function tickets(id: CallId, outcome: PlanOutcome): { own: string; managed: string } {
  const planned = keys.checkIn(id, outcome);
  if (planned.kind === "reject") throw new Error("it was accepted");
  const { provider, ladder } = planned.plan;
  return { own: provider.apiKey, managed: ladder.managedKey ?? "" };
}

function accept(apiKey: string, managedKey: string | null): PlanOutcome {
  return {
    kind: "accept",
    plan: callPlanSchema.parse({
      numberId: "num_1",
      voiceMode: "byok",
      usageTerms: {
        epoch: 1,
        voiceMode: "managed",
        rateCard: defaultRateCard,
        keyFingerprint: null,
        trunkId: null,
        recorded: false,
      },
      agent: {
        instructions: "",
        voice: "marin",
        language: "auto",
        firstMessage: null,
        model: "gpt-realtime-2.1",
      },
      provider: { realtimeUrl: "ws://127.0.0.1:1/v1/realtime", apiKey },
      answerDeadlineMs: 4_000,
      maxDurationMs: 60_000,
      liveTranscript: false,
      ladder: { managedKey, forwardTo: null, announcement: null, rejectWith: 503 },
      tools: [],
      recording: null,
    }),
  };
}
