import type { TokenUsage } from "@agentcall/contract";

/** Micro-dollars a token, which is dollars a million tokens. */
type ModelPrice = {
  readonly textIn: number;
  readonly audioIn: number;
  readonly cachedIn: number;
  readonly textOut: number;
  readonly audioOut: number;
};

const full: ModelPrice = { textIn: 4, audioIn: 32, cachedIn: 0.4, textOut: 24, audioOut: 64 };

/** The provider's list prices of 2026-11, by what a model's name begins with; the longest counts. */
const listPrices: readonly (readonly [string, ModelPrice])[] = [
  [
    "gpt-realtime-2.1-mini",
    { textIn: 0.6, audioIn: 10, cachedIn: 0.3, textOut: 2.4, audioOut: 20 },
  ],
  ["gpt-realtime-2", full],
  ["gpt-realtime-1.5", { ...full, textOut: 16 }],
];

/**
 * What the provider asks for these tokens by its list prices, in micro-dollars; null for a model
 * whose price is not known. An estimate: cached tokens are taken for audio first, and transcription
 * is left out, since it is charged by the minute.
 */
export function estimatedCostMicros(model: string, usage: TokenUsage): number | null {
  const price = listPrices.find(([name]) => model.startsWith(name))?.[1];
  if (price === undefined) return null;
  const cachedAudio = Math.min(usage.inputCachedTokens, usage.inputAudioTokens);
  const cachedText = Math.min(usage.inputCachedTokens - cachedAudio, usage.inputTextTokens);
  return Math.round(
    (usage.inputAudioTokens - cachedAudio) * price.audioIn +
      (usage.inputTextTokens - cachedText) * price.textIn +
      (cachedAudio + cachedText) * price.cachedIn +
      usage.outputTextTokens * price.textOut +
      usage.outputAudioTokens * price.audioOut,
  );
}
