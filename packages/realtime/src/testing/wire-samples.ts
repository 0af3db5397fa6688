import type { ResponseStatus } from "../server-event.ts";
import type { WireServerEvent } from "./wire-events.ts";

let eventCount = 0;

function eventId(): string {
  eventCount += 1;
  return `event_${String(eventCount)}`;
}

/** Server events as the provider writes them, with only what matters to a test said. */
export const wire = {
  created: (): WireServerEvent => ({
    type: "session.created",
    event_id: eventId(),
    session: { type: "realtime", model: "gpt-realtime-2.1" },
  }),
  updated: (): WireServerEvent => ({
    type: "session.updated",
    event_id: eventId(),
    session: { type: "realtime", model: "gpt-realtime-2.1" },
  }),
  error: (
    code: string,
    more: { message?: string; eventId?: string; type?: string } = {},
  ): WireServerEvent => ({
    type: "error",
    event_id: eventId(),
    error: {
      type: more.type ?? "invalid_request_error",
      code,
      message: more.message ?? "a sentence of the provider",
      param: null,
      event_id: more.eventId ?? null,
    },
  }),
  speechStarted: (audioStartMs = 0): WireServerEvent => ({
    type: "input_audio_buffer.speech_started",
    event_id: eventId(),
    item_id: "item_caller",
    audio_start_ms: audioStartMs,
  }),
  speechStopped: (): WireServerEvent => ({
    type: "input_audio_buffer.speech_stopped",
    event_id: eventId(),
    item_id: "item_caller",
    audio_end_ms: 1_000,
  }),
  committed: (itemId: string, previousItemId: string | null): WireServerEvent => ({
    type: "input_audio_buffer.committed",
    event_id: eventId(),
    item_id: itemId,
    previous_item_id: previousItemId,
  }),
  itemAdded: (itemId: string, previousItemId: string | null): WireServerEvent => ({
    type: "conversation.item.added",
    event_id: eventId(),
    previous_item_id: previousItemId,
    item: { type: "message", id: itemId, role: "assistant", status: "in_progress", content: [] },
  }),
  /** What came of a tool call, as an item of the conversation. */
  toolOutputAdded: (itemId: string, previousItemId: string): WireServerEvent => ({
    type: "conversation.item.added",
    event_id: eventId(),
    previous_item_id: previousItemId,
    item: { type: "function_call_output", id: itemId, call_id: "call_1", output: "{}" },
  }),
  /** A text of ours, as an item of the conversation. */
  textAdded: (itemId: string, previousItemId: string): WireServerEvent => ({
    type: "conversation.item.added",
    event_id: eventId(),
    previous_item_id: previousItemId,
    item: {
      type: "message",
      id: itemId,
      role: "user",
      content: [{ type: "input_text", text: "1" }],
    },
  }),
  callerSaid: (itemId: string, transcript: string, totalTokens = 0): WireServerEvent => ({
    type: "conversation.item.input_audio_transcription.completed",
    event_id: eventId(),
    item_id: itemId,
    content_index: 0,
    transcript,
    usage: {
      type: "tokens",
      input_tokens: totalTokens,
      output_tokens: 0,
      total_tokens: totalTokens,
    },
  }),
  callerPartial: (itemId: string, delta: string): WireServerEvent => ({
    type: "conversation.item.input_audio_transcription.delta",
    event_id: eventId(),
    item_id: itemId,
    content_index: 0,
    delta,
  }),
  responseCreated: (responseId: string): WireServerEvent => ({
    type: "response.created",
    event_id: eventId(),
    response: { id: responseId, status: "in_progress", output: [] },
  }),
  outputItem: (responseId: string, itemId: string): WireServerEvent => ({
    type: "response.output_item.added",
    event_id: eventId(),
    response_id: responseId,
    output_index: 0,
    item: { type: "message", id: itemId, role: "assistant", status: "in_progress", content: [] },
  }),
  audio: (responseId: string, itemId: string, audio: Uint8Array): WireServerEvent => ({
    type: "response.output_audio.delta",
    event_id: eventId(),
    response_id: responseId,
    item_id: itemId,
    output_index: 0,
    content_index: 0,
    delta: Buffer.from(audio).toString("base64"),
  }),
  audioDone: (responseId: string, itemId: string): WireServerEvent => ({
    type: "response.output_audio.done",
    event_id: eventId(),
    response_id: responseId,
    item_id: itemId,
    output_index: 0,
    content_index: 0,
  }),
  agentPartial: (responseId: string, itemId: string, delta: string): WireServerEvent => ({
    type: "response.output_audio_transcript.delta",
    event_id: eventId(),
    response_id: responseId,
    item_id: itemId,
    output_index: 0,
    content_index: 0,
    delta,
  }),
  agentSaid: (responseId: string, itemId: string, transcript: string): WireServerEvent => ({
    type: "response.output_audio_transcript.done",
    event_id: eventId(),
    response_id: responseId,
    item_id: itemId,
    output_index: 0,
    content_index: 0,
    transcript,
  }),
  functionCall: (
    responseId: string,
    callId: string,
    name: string,
    json: string,
  ): WireServerEvent => ({
    type: "response.output_item.done",
    event_id: eventId(),
    response_id: responseId,
    output_index: 0,
    item: {
      type: "function_call",
      id: `item_${callId}`,
      call_id: callId,
      name,
      arguments: json,
      status: "completed",
    },
  }),
  responseDone: (
    responseId: string,
    status: ResponseStatus = "completed",
    errorCode?: string,
  ): WireServerEvent => ({
    type: "response.done",
    event_id: eventId(),
    response: {
      id: responseId,
      status,
      output: [],
      ...(errorCode === undefined
        ? {}
        : { status_details: { type: "failed", error: { type: "server_error", code: errorCode } } }),
      usage: {
        total_tokens: 30,
        input_tokens: 20,
        output_tokens: 10,
        input_token_details: { text_tokens: 5, audio_tokens: 15, cached_tokens: 4 },
        output_token_details: { text_tokens: 3, audio_tokens: 7 },
      },
    },
  }),
} as const;
