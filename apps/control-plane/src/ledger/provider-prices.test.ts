import type { TokenUsage } from "@agentcall/contract";
import { describe, expect, test } from "vitest";
import { estimatedCostMicros } from "./provider-prices.ts";

const usage: TokenUsage = {
  inputTextTokens: 1_000,
  inputAudioTokens: 2_000,
  inputCachedTokens: 0,
  outputTextTokens: 100,
  outputAudioTokens: 500,
  transcriptionTokens: 900,
};

describe("the provider's cost", () => {
  test.each([
    ["gpt-realtime-2.1", 0, 4_000 + 64_000 + 2_400 + 32_000],
    ["gpt-realtime-2.1", 2_500, 500 * 4 + 2_500 * 0.4 + 2_400 + 32_000],
    ["gpt-realtime-2.1-mini", 0, 600 + 20_000 + 240 + 10_000],
    ["gpt-realtime-1.5", 0, 4_000 + 64_000 + 1_600 + 32_000],
  ])("of %s with %i tokens cached is %d micro-dollars", (model, cached, micros) => {
    expect(estimatedCostMicros(model, { ...usage, inputCachedTokens: cached })).toBe(micros);
  });

  test("of a model without a list price is not known", () => {
    expect(estimatedCostMicros("another", usage)).toBeNull();
  });
});
