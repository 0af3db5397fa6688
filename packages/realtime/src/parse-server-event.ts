import { type JsonRecord, readCount, readRecord, readText } from "./json.ts";
import type { ProviderFault } from "./provider-refusal.ts";
import { responseStatuses, type ServerEvent } from "./server-event.ts";
import type { TokenUsage } from "./token-usage.ts";

/** The event that a frame's JSON stands for. What cannot be read is `malformed`; nothing throws. */
export function parseServerEvent(json: unknown): ServerEvent {
  const frame = readRecord(json);
  if (frame === null) return malformed("not an object");
  const type = readText(frame["type"]);
  if (type === null) return malformed("no type");
  const parse = parsers[type];
  if (parse === undefined) return { type: "other", name: type.slice(0, nameCharsMax) };
  return parse(frame) ?? malformed(type);
}

const nameCharsMax = 64; // it goes into a log line
const idCharsMax = 128; // ids of the provider have about 30; the transcript's schema takes no more than this
const callIdCharsMax = 256;
const textCharsMax = 32_000; // as the transcript's schema: beyond the longest answer of one response

function malformed(detail: string): ServerEvent {
  return { type: "malformed", detail };
}

type Parse = (frame: JsonRecord) => ServerEvent | null;

/** One parser for each type that matters. Without a prototype, so that no frame names `constructor`. */
const parsers: Readonly<Record<string, Parse | undefined>> = Object.assign(
  Object.create(null) as Record<string, Parse | undefined>,
  {
    "session.created": (frame) => {
      const expiresAtSecs = readCount(readRecord(frame["session"])?.["expires_at"]);
      return { type: "session.created", expiresAtSecs: expiresAtSecs === 0 ? null : expiresAtSecs };
    },
    "session.updated": () => ({ type: "session.updated" }),
    error: (frame) => {
      const error = readRecord(frame["error"]);
      if (error === null) return null;
      return { type: "error", fault: faultOf(error), eventId: readText(error["event_id"]) };
    },
    "input_audio_buffer.speech_started": (frame) => ({
      type: "input_audio_buffer.speech_started",
      audioStartMs: readCount(frame["audio_start_ms"]),
      itemId: readId(frame["item_id"]),
    }),
    "input_audio_buffer.speech_stopped": () => ({ type: "input_audio_buffer.speech_stopped" }),
    "input_audio_buffer.committed": (frame) => placed(frame["item_id"], frame, false),
    "conversation.item.added": (frame) => {
      const item = readRecord(frame["item"]);
      return placed(item?.["id"], frame, item !== null && isWritten(item));
    },
    "conversation.item.input_audio_transcription.delta": (frame) => {
      const itemId = readId(frame["item_id"]);
      const text = readText(frame["delta"]) ?? ""; // the type has it optional
      return itemId === null ? null : { type: "caller-transcript.delta", itemId, text: cut(text) };
    },
    "conversation.item.input_audio_transcription.completed": (frame) => {
      const itemId = readId(frame["item_id"]);
      const text = readText(frame["transcript"]);
      if (itemId === null || text === null) return null;
      const usage = transcriptionUsage(frame["usage"]);
      return { type: "caller-transcript.done", itemId, text: cut(text), usage };
    },
    "conversation.item.input_audio_transcription.failed": (frame) => {
      const itemId = readId(frame["item_id"]);
      if (itemId === null) return null;
      const fault = faultOf(readRecord(frame["error"]) ?? {});
      return { type: "caller-transcript.failed", itemId, fault };
    },
    "response.created": (frame) => {
      const responseId = readId(readRecord(frame["response"])?.["id"]);
      return responseId === null ? null : { type: "response.created", responseId };
    },
    "response.output_item.added": (frame) => {
      const responseId = readId(frame["response_id"]);
      const item = readRecord(frame["item"]);
      const itemId = readId(item?.["id"]);
      if (responseId === null || itemId === null) return null;
      const isMessage = item?.["type"] === "message";
      return { type: "response.output_item.added", responseId, itemId, isMessage };
    },
    "response.output_item.done": functionCall,
    "response.output_audio.done": (frame) => {
      const ids = idsOf(frame);
      return ids === null ? null : { type: "response.output_audio.done", ...ids };
    },
    "response.output_audio_transcript.delta": (frame) => {
      const ids = idsOf(frame);
      const text = readText(frame["delta"]);
      if (ids === null || text === null) return null;
      return { type: "agent-transcript.delta", ...ids, text: cut(text) };
    },
    "response.output_audio_transcript.done": (frame) => {
      const ids = idsOf(frame);
      const text = readText(frame["transcript"]);
      if (ids === null || text === null) return null;
      return { type: "agent-transcript.done", ...ids, text: cut(text) };
    },
    "response.done": responseDone,
  } satisfies Record<string, Parse>,
);

function placed(id: unknown, frame: JsonRecord, written: boolean): ServerEvent | null {
  const itemId = readId(id);
  if (itemId === null) return null;
  const previousItemId = readId(frame["previous_item_id"]);
  return { type: "item-placed", itemId, previousItemId, isWritten: written };
}

function isWritten(item: JsonRecord): boolean {
  if (item["type"] === "function_call_output") return true;
  const content = Array.isArray(item["content"]) ? item["content"] : [];
  return content.some((part) => writtenParts.has(readText(readRecord(part)?.["type"]) ?? ""));
}

const writtenParts: ReadonlySet<string> = new Set(["input_text", "output_text", "text"]);

/** The done item of a function call holds all of it; `function_call_arguments.done` tells it once more. */
function functionCall(frame: JsonRecord): ServerEvent | null {
  const item = readRecord(frame["item"]);
  if (item === null) return null;
  if (item["type"] !== "function_call") return { type: "other", name: "response.output_item.done" };
  const responseId = readId(frame["response_id"]);
  const callId = readText(item["call_id"]);
  const name = readText(item["name"]);
  const argumentsJson = readText(item["arguments"]);
  if (responseId === null || callId === null || name === null || argumentsJson === null)
    return null;
  if (callId.length > callIdCharsMax || item["status"] === "incomplete") {
    return { type: "other", name: "response.output_item.done" }; // cut off in the middle: not to be called
  }
  const itemId = readId(item["id"]) ?? callId.slice(0, idCharsMax);
  return { type: "function-call", responseId, itemId, callId, name, argumentsJson };
}

function responseDone(frame: JsonRecord): ServerEvent | null {
  const response = readRecord(frame["response"]);
  const responseId = readId(response?.["id"]);
  if (response === null || responseId === null) return null;
  const error = readRecord(readRecord(response["status_details"])?.["error"]);
  return {
    type: "response.done",
    responseId,
    status: responseStatuses.find((status) => status === response["status"]) ?? "incomplete",
    fault: error === null ? null : faultOf(error),
    usage: responseUsage(response["usage"]),
  };
}

function responseUsage(value: unknown): TokenUsage | null {
  const usage = readRecord(value);
  if (usage === null) return null;
  const input = readRecord(usage["input_token_details"]);
  const output = readRecord(usage["output_token_details"]);
  return {
    inputTextTokens: readCount(input?.["text_tokens"]),
    inputAudioTokens: readCount(input?.["audio_tokens"]),
    inputCachedTokens: readCount(input?.["cached_tokens"]),
    outputTextTokens: readCount(output?.["text_tokens"]),
    outputAudioTokens: readCount(output?.["audio_tokens"]),
    transcriptionTokens: 0,
  };
}

/** Null where the transcription is billed by its duration. */
function transcriptionUsage(value: unknown): TokenUsage | null {
  const usage = readRecord(value);
  if (usage?.["type"] !== "tokens") return null;
  return {
    inputTextTokens: 0,
    inputAudioTokens: 0,
    inputCachedTokens: 0,
    outputTextTokens: 0,
    outputAudioTokens: 0,
    transcriptionTokens: readCount(usage["total_tokens"]),
  };
}

function faultOf(error: JsonRecord): ProviderFault {
  return {
    type: readText(error["type"]),
    code: readText(error["code"]),
    message: readText(error["message"]) ?? "",
  };
}

function idsOf(frame: JsonRecord): { responseId: string; itemId: string } | null {
  const responseId = readId(frame["response_id"]);
  const itemId = readId(frame["item_id"]);
  return responseId === null || itemId === null ? null : { responseId, itemId };
}

function readId(value: unknown): string | null {
  return typeof value === "string" && value !== "" && value.length <= idCharsMax ? value : null;
}

function cut(text: string): string {
  return text.length > textCharsMax ? text.slice(0, textCharsMax) : text;
}
