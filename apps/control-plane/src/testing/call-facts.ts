import type {
  AgentToolCall,
  CallEvent,
  CallId,
  CallRecord,
  NumberId,
  Turn,
} from "@agentcall/contract";

export const callId = "call_1" as CallId;
export const startedAtMs = Date.UTC(2026, 10, 24, 12);

/** A call that was answered after two seconds and lasted a minute. */
export function recordOf(changes: Partial<CallRecord> = {}): CallRecord {
  return {
    callId,
    direction: "inbound",
    from: "+14155550199",
    to: "+14155550100",
    numberId: null,
    voiceMode: "managed",
    sipCallId: "a@127.0.0.1",
    status: "completed",
    endCause: "caller_hung_up",
    endedBy: "caller",
    sipStatus: 200,
    q850Cause: 16,
    startedAtMs,
    answeredAtMs: startedAtMs + 2_000,
    endedAtMs: startedAtMs + 62_000,
    durationMs: 60_000,
    model: "gpt-realtime-2.1",
    latency: {
      ringingMs: 20,
      sessionOpenMs: 300,
      sessionReadyMs: 400,
      firstDeltaMs: 900,
      answeredMs: 2_000,
      firstRtpOutMs: 2_020,
      bargeInStopMs: [],
    },
    tokenUsage: {
      inputTextTokens: 1,
      inputAudioTokens: 2,
      inputCachedTokens: 0,
      outputTextTokens: 3,
      outputAudioTokens: 4,
      transcriptionTokens: 5,
    },
    toolCallCount: 0,
    fallbackSteps: [],
    mediaStats: null,
    ...changes,
  };
}

export function turnOf(changes: Partial<Turn> = {}): Turn {
  return {
    itemId: "item_1",
    previousItemId: null,
    speaker: "ai",
    text: "Hello.",
    startedAtMs: 0,
    heardMs: 500,
    interrupted: false,
    ...changes,
  };
}

/** Told by its gateway in the call `of`. */
export function turnEvent(
  turn: Turn,
  eventId: string,
  of: { readonly callId?: CallId; readonly sequence?: number } = {},
): CallEvent {
  const { sequence = null } = of;
  return {
    kind: "call.turn",
    eventId,
    callId: of.callId ?? callId,
    atMs: startedAtMs,
    turn,
    sequence,
  };
}

export function toolEvent(
  changes: Partial<AgentToolCall>,
  eventId: string,
  of: CallId = callId,
): CallEvent {
  const toolCall = {
    itemId: "tool_1",
    previousItemId: null,
    name: "find_order",
    argumentsJson: '{"id":7}',
    output: null,
    startedAtMs: 0,
    ...changes,
  };
  return { kind: "call.tool", eventId, callId: of, atMs: startedAtMs, toolCall };
}

type Started = Extract<CallEvent, { kind: "call.started" }>;

export function startedEvent(changes: Partial<Started> = {}): Started {
  return {
    kind: "call.started",
    eventId: "evt_1",
    callId,
    atMs: startedAtMs,
    direction: "inbound",
    from: "+14155550199",
    to: "+14155550100",
    numberId: null as NumberId | null,
    voiceMode: "managed",
    sipCallId: "a@127.0.0.1",
    trunkId: null,
    metadata: {},
    ...changes,
  };
}

export function endedEvent(record: CallRecord = recordOf(), eventId = "evt_9"): CallEvent {
  return {
    kind: "call.ended",
    eventId,
    callId: record.callId,
    atMs: record.endedAtMs,
    record,
  };
}
