import { type CallView, endCauseText, type TranscriptView, type Turn } from "@agentcall/contract";
import type { StoredCall } from "./call-store.ts";

/** A call as the API shows it. */
export function viewOfCall(call: StoredCall): CallView {
  const { record } = call;
  return {
    id: call.id,
    numberId: call.numberId,
    direction: call.direction,
    from: call.from,
    to: call.to,
    status: call.status,
    voiceMode: call.voiceMode,
    model: record?.model ?? null,
    startedAt: timeText(call.startedAtMs),
    answeredAt: timeTextOrNull(call.answeredAtMs),
    endedAt: timeTextOrNull(call.endedAtMs),
    durationMs: record?.durationMs ?? null,
    endedBy: record?.endedBy ?? null,
    hangupCause:
      record === null
        ? null
        : {
            cause: record.endCause,
            message: endCauseText[record.endCause],
            sipStatus: record.sipStatus,
            q850Cause: record.q850Cause,
          },
    latency: record?.latency ?? null,
    tokenUsage: record?.tokenUsage ?? null,
    mediaStats: record?.mediaStats ?? null,
    toolCallCount: record?.toolCallCount ?? 0,
    fallbackSteps: (record?.fallbackSteps ?? []).map(({ what, why, atMs }) => ({
      what,
      why,
      message: endCauseText[why],
      at: timeText(atMs),
    })),
    recordingReady: false,
    callerContext: null,
    metadata: { ...call.metadata },
  };
}

/** A turn's time counts from the answer; what was said while it rang, from the same moment backwards. */
export function viewOfTranscript(
  call: StoredCall,
  turns: readonly Turn[],
  summary: string | null,
): TranscriptView {
  const zeroMs = call.answeredAtMs ?? call.startedAtMs;
  return {
    entries: turns.map(({ itemId, speaker, text, startedAtMs, interrupted }) => ({
      role: speaker,
      text,
      timestamp: timeText(zeroMs + startedAtMs),
      itemId,
      interrupted,
    })),
    summary,
    duration: call.record === null ? null : call.record.durationMs / 1_000,
  };
}

export function timeText(ms: number): string {
  return new Date(ms).toISOString();
}

function timeTextOrNull(ms: number | null): string | null {
  return ms === null ? null : timeText(ms);
}
