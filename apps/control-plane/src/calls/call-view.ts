import { type CallView, endCauseText, type TranscriptView } from "@agentcall/contract";
import type { StoredCall } from "./call-store.ts";
import type { Spoken } from "./conversation-store.ts";

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
    recordingReady: call.recording?.status === "ready",
    recording: call.recording,
    callerContext: null,
    metadata: { ...call.metadata },
  };
}

/** A time counts from the answer; of what was said while it rang, from the same moment backwards. */
export function viewOfTranscript(
  call: StoredCall,
  conversation: readonly Spoken[],
  summary: string | null,
): TranscriptView {
  const zeroMs = call.answeredAtMs ?? call.startedAtMs;
  const entries: TranscriptView["entries"] = [];
  const toolCalls: TranscriptView["toolCalls"] = [];
  for (const spoken of conversation) {
    const { itemId } = spoken;
    const timestamp = timeText(zeroMs + spoken.startedAtMs);
    if (spoken.kind === "turn") {
      const { speaker: role, text, interrupted } = spoken;
      entries.push({ role, text, timestamp, itemId, interrupted });
    } else {
      const { name, argumentsJson, output } = spoken;
      const afterItemId = entries.at(-1)?.itemId ?? null;
      toolCalls.push({ name, arguments: argumentsJson, output, timestamp, itemId, afterItemId });
    }
  }
  const duration = call.record === null ? null : call.record.durationMs / 1_000;
  return { entries, toolCalls, summary, duration };
}

export function timeText(ms: number): string {
  return new Date(ms).toISOString();
}

function timeTextOrNull(ms: number | null): string | null {
  return ms === null ? null : timeText(ms);
}
