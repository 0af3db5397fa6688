import type { BookedEntry } from "@agentcall/billing";
import type { LedgerEntryView, TokenUsage, UsageView } from "@agentcall/contract";
import { timeText } from "../calls/call-view.ts";
import { estimatedCostMicros } from "./provider-prices.ts";
import type { TokenTotal } from "./token-totals.ts";
import type { UsageTotal } from "./usage-totals.ts";

type Sums = UsageView["total"];

/** A month's use as the API shows it. `numberOf` names a number that still exists. */
export function viewOfUsage(
  period: string,
  totals: readonly UsageTotal[],
  tokens: readonly TokenTotal[],
  numberOf: (numberId: string) => string | null,
): UsageView {
  return {
    period,
    total: sumsOf(totals),
    items: totals.map((total) => {
      const { numberId, voiceMode } = total;
      const own = tokens.filter(
        (each) => each.numberId === numberId && each.voiceMode === voiceMode,
      );
      return {
        numberId,
        number: numberOf(numberId),
        voiceMode,
        ...sumsOf([total]),
        tokenUsage: own.map(({ tokenUsage }) => tokenUsage).reduce(addTokens, noTokens),
        estimatedProviderCostMicros: costOf(own),
      };
    }),
  };
}

export function viewOfEntry(entry: BookedEntry): LedgerEntryView {
  const { entryId, bookedAtMs, ...rest } = entry;
  return { ...rest, id: entryId, bookedAt: timeText(bookedAtMs) };
}

/** Micro-dollars in words: never instead of the number. */
function moneyText(micros: number): string {
  const cents = (Math.abs(micros) / 1_000_000).toFixed(6).replace(/(\.\d\d\d*?)0+$/, "$1");
  return `${micros < 0 ? "-" : ""}$${cents}`;
}

function sumsOf(totals: readonly UsageTotal[]): Sums {
  const sum = (of: (total: UsageTotal) => number): number =>
    totals.reduce((sofar, total) => sofar + of(total), 0);
  const billedMs = sum((total) => total.billedMs);
  const amountMicros = sum((total) => total.amountMicros);
  return {
    calls: sum((total) => total.calls),
    billedSeconds: Math.round(billedMs / 1_000),
    billedMinutes: billedMs / 60_000,
    amountMicros,
    amount: moneyText(amountMicros),
  };
}

function costOf(tokens: readonly TokenTotal[]): number | null {
  let micros = 0;
  for (const { model, tokenUsage } of tokens) {
    const cost = estimatedCostMicros(model, tokenUsage);
    if (cost === null) return null;
    micros += cost;
  }
  return micros;
}

const noTokens: TokenUsage = {
  inputTextTokens: 0,
  inputAudioTokens: 0,
  inputCachedTokens: 0,
  outputTextTokens: 0,
  outputAudioTokens: 0,
  transcriptionTokens: 0,
};

function addTokens(one: TokenUsage, other: TokenUsage): TokenUsage {
  return {
    inputTextTokens: one.inputTextTokens + other.inputTextTokens,
    inputAudioTokens: one.inputAudioTokens + other.inputAudioTokens,
    inputCachedTokens: one.inputCachedTokens + other.inputCachedTokens,
    outputTextTokens: one.outputTextTokens + other.outputTextTokens,
    outputAudioTokens: one.outputAudioTokens + other.outputAudioTokens,
    transcriptionTokens: one.transcriptionTokens + other.transcriptionTokens,
  };
}
