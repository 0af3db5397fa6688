import type { LedgerEntry } from "@agentcall/billing";
import type { CallId, CallUsage } from "@agentcall/contract";
import { usageEntryId } from "./entry-id.ts";
import { chargeBetween } from "./rating.ts";

/** The ledger entry of a stretch of a call, rated by the terms that it came with. */
export function usageEntryOf(applianceId: string, callId: CallId, usage: CallUsage): LedgerEntry {
  const { terms, termsFromMs, fromMs, toMs } = usage;
  return {
    entryId: usageEntryId(applianceId, terms.epoch, callId, usage.segment),
    epoch: terms.epoch,
    kind: usage.kind,
    callId,
    segment: usage.segment,
    numberId: usage.numberId,
    voiceMode: terms.voiceMode,
    direction: usage.direction,
    recorded: terms.recorded,
    rateCardVersion: terms.rateCard.version,
    keyFingerprint: terms.keyFingerprint,
    trunkId: terms.trunkId,
    bookedAtMs: usage.answeredAtMs,
    fromMs,
    toMs,
    ...chargeBetween(fromMs - termsFromMs, Math.max(termsFromMs, toMs) - termsFromMs, terms),
    clockDriftMs: usage.clockDriftMs,
    correctsEntryId: null,
    reason: null,
  };
}
