import type { CallEvent, CallId } from "@agentcall/contract";
import type { StoredCall } from "./call-store.ts";

/**
 * The end of a call whose gateway stopped without a word: it lasted as long as it was told to have,
 * and nothing is charged beyond that.
 */
export function lostCallEnd(call: StoredCall, talkMs: number, nowMs: number): CallEvent {
  return {
    kind: "call.ended",
    eventId: `evt_lost${suffixOf(call.id)}`,
    callId: call.id,
    atMs: nowMs,
    record: {
      callId: call.id,
      direction: call.direction,
      from: call.from,
      to: call.to,
      numberId: call.numberId,
      voiceMode: call.voiceMode,
      sipCallId: call.sipCallId,
      status: call.answeredAtMs === null ? "failed" : "completed",
      endCause: "gateway_lost",
      endedBy: "system",
      sipStatus: call.answeredAtMs === null ? 503 : 200,
      q850Cause: 41, // temporary failure
      startedAtMs: call.startedAtMs,
      answeredAtMs: call.answeredAtMs,
      endedAtMs: nowMs,
      durationMs: talkMs,
      model: null,
      latency: {
        ringingMs: null,
        sessionOpenMs: null,
        sessionReadyMs: null,
        firstDeltaMs: null,
        answeredMs: null,
        firstRtpOutMs: null,
        bargeInStopMs: [],
      },
      tokenUsage: {
        inputTextTokens: 0,
        inputAudioTokens: 0,
        inputCachedTokens: 0,
        outputTextTokens: 0,
        outputAudioTokens: 0,
        transcriptionTokens: 0,
      },
      toolCallCount: 0,
      fallbackSteps: [],
      mediaStats: null,
    },
  };
}

/** The id is made from the call's, so that a second restart writes the same event. */
function suffixOf(callId: CallId): string {
  return callId.slice("call_".length);
}
