import { invariant } from "@agentcall/base";
import type { RateCard, VoiceMode } from "@agentcall/contract";

/** What a stretch of a call costs by these. */
export type RatedBy = {
  readonly rateCard: RateCard;
  readonly voiceMode: VoiceMode;
  readonly recorded: boolean;
};

/** Time as it is charged, and its price. */
export type Charge = { readonly billedMs: number; readonly amountMicros: number };

/**
 * How long `talkMs` counts: nothing is nothing, then the first increment whole, then each started
 * one. This is the one place where time is rounded.
 */
export function billedMsOf(talkMs: number, { increment }: RateCard): number {
  invariant(Number.isSafeInteger(talkMs) && talkMs >= 0, "talk time is a whole number of ms");
  if (talkMs === 0) return 0;
  const firstMs = increment.firstSecs * 1_000;
  const thenMs = increment.thenSecs * 1_000;
  return firstMs + Math.ceil(Math.max(0, talkMs - firstMs) / thenMs) * thenMs;
}

/** What `talkMs` of one call cost from its beginning. Money is rounded once, down, to the micro-dollar. */
export function chargeOf(talkMs: number, { rateCard, voiceMode, recorded }: RatedBy): Charge {
  const billedMs = billedMsOf(talkMs, rateCard);
  const modeMicros =
    voiceMode === "byok" ? rateCard.byokMicrosPerMinute : rateCard.managedMicrosPerMinute;
  const microsPerMinute = modeMicros + (recorded ? rateCard.recordingMicrosPerMinute : 0);
  return { billedMs, amountMicros: Math.floor(((billedMs / 1_000) * microsPerMinute) / 60) };
}

/**
 * What the stretch from `fromMs` to `toMs` adds: the difference of two sums from the beginning, so
 * that one or a hundred stretches cost the same to the micro-dollar. Negative when `toMs` lies
 * before `fromMs`: what was told too early is taken back.
 */
export function chargeBetween(fromMs: number, toMs: number, ratedBy: RatedBy): Charge {
  const before = chargeOf(fromMs, ratedBy);
  const after = chargeOf(toMs, ratedBy);
  return {
    billedMs: after.billedMs - before.billedMs,
    amountMicros: after.amountMicros - before.amountMicros,
  };
}
