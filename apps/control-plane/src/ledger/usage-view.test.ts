import type { NumberId, TokenUsage } from "@agentcall/contract";
import { describe, expect, test } from "vitest";
import type { TokenTotal } from "./token-totals.ts";
import type { UsageTotal } from "./usage-totals.ts";
import { viewOfUsage } from "./usage-view.ts";

const numberId = "num_1" as NumberId;

const none: TokenUsage = {
  inputTextTokens: 0,
  inputAudioTokens: 0,
  inputCachedTokens: 0,
  outputTextTokens: 0,
  outputAudioTokens: 0,
  transcriptionTokens: 0,
};

function aTotal(changes: Partial<UsageTotal> = {}): UsageTotal {
  return {
    numberId,
    voiceMode: "byok",
    calls: 1,
    talkMs: 61_000,
    billedMs: 120_000,
    amountMicros: 200_000,
    ...changes,
  };
}

function someTokens(model: string, changes: Partial<TokenTotal> = {}): TokenTotal {
  const tokenUsage = { ...none, inputAudioTokens: 1_000, outputAudioTokens: 100 };
  return { numberId, voiceMode: "byok", model, tokenUsage, ...changes };
}

function view(
  totals: readonly UsageTotal[],
  tokens: readonly TokenTotal[] = [],
): ReturnType<typeof viewOfUsage> {
  return viewOfUsage("2026-11", totals, tokens, () => "+14155550100");
}

describe("a month's use", () => {
  test("adds up its numbers, and names them while they are there", () => {
    const { total, items } = view([aTotal(), aTotal({ voiceMode: "managed", calls: 2 })]);

    expect(total).toEqual({
      calls: 3,
      billedSeconds: 240,
      billedMinutes: 4,
      amountMicros: 400_000,
      amount: "$0.40",
    });
    expect(items.map(({ number, voiceMode }) => [number, voiceMode])).toEqual([
      ["+14155550100", "byok"],
      ["+14155550100", "managed"],
    ]);
  });

  test("has the tokens of its own mode, of every model, and what the provider may ask for them", () => {
    const ofOther = someTokens("gpt-realtime-2.1", { voiceMode: "managed" });
    const ofOtherNumber = someTokens("gpt-realtime-2.1", { numberId: "num_2" });

    const { items } = view(
      [aTotal()],
      [someTokens("gpt-realtime-2.1"), someTokens("gpt-realtime-2.1-mini"), ofOther, ofOtherNumber],
    );

    expect(items).toMatchObject([
      {
        tokenUsage: { ...none, inputAudioTokens: 2_000, outputAudioTokens: 200 },
        estimatedProviderCostMicros: 1_000 * 32 + 100 * 64 + 1_000 * 10 + 100 * 20,
      },
    ]);
  });

  test("with a model whose price is not known has no estimate, and without any tokens one of nothing", () => {
    const unknown = view([aTotal()], [someTokens("gpt-realtime-2.1"), someTokens("another")]);

    expect(unknown.items[0]?.estimatedProviderCostMicros).toBeNull();
    expect(view([aTotal()]).items[0]?.estimatedProviderCostMicros).toBe(0);
  });

  test.each([
    [0, "$0.00"],
    [10_000, "$0.01"],
    [123_456, "$0.123456"],
    [120_000_000, "$120.00"],
    [-410_000, "-$0.41"],
  ])("%i micro-dollars are %s", (amountMicros, amount) => {
    expect(view([aTotal({ amountMicros })]).total.amount).toBe(amount);
  });
});
