import { unreachable } from "@agentcall/base";
import { reasonOfFault } from "./classify-refusal.ts";
import { completeItem, markCancelled } from "./interruption.ts";
import type { ProviderFault } from "./provider-refusal.ts";
import { release } from "./response-requests.ts";
import type { ServerEvent } from "./server-event.ts";
import type { SessionConfig } from "./session-config.ts";
import type { SessionReport } from "./session-report.ts";
import type { ResponseRequest, SessionAction, Talk } from "./session-state.ts";
import { dropTexts, finishText, growText, placeItem } from "./spoken-texts.ts";

const retryAfterMs = 1_000; // a rate limit counts by the minute and frees a little every second

/** What a server event means for a conversation: it goes on, or the session has failed. */
type EventDecision =
  | { readonly kind: "go-on"; readonly talk: Talk; readonly actions: readonly SessionAction[] }
  | {
      readonly kind: "fail";
      readonly fault: ProviderFault;
      /** What still has to be told before. */
      readonly actions: readonly SessionAction[];
    };

export const newTalk: Talk = {
  response: { kind: "idle" },
  waiting: [],
  cancelledResponseIds: [],
  current: null,
  past: [],
  previousItemIds: new Map(),
  writtenItemIds: new Map(),
  texts: new Map(),
  isCallerSpeaking: false,
  requestCount: 0,
};

export function decideEvent(talk: Talk, event: ServerEvent, config: SessionConfig): EventDecision {
  switch (event.type) {
    case "session.created":
    case "session.updated":
    case "other":
    case "malformed":
      return goOn(talk);
    case "error":
      return decideFault(talk, event);
    case "input_audio_buffer.speech_started":
      return speechStarted(talk, event);
    case "input_audio_buffer.speech_stopped":
      return goOn({ ...talk, isCallerSpeaking: false }, report({ kind: "speech-stopped" }));
    case "item-placed":
      return goOn(placeItem(talk, event));
    case "caller-transcript.delta":
      return told(growText(talk, { ...event, speaker: "human", responseId: null }));
    case "caller-transcript.done": {
      const spoken = finishText(talk, { ...event, speaker: "human" });
      return goOn(spoken.talk, ...spoken.reports.map(report), ...usageReports(event.usage));
    }
    case "caller-transcript.failed":
      return goOn(
        finishText(talk, { itemId: event.itemId, speaker: "human", text: "" }).talk,
        log("warn", "a transcription failed", event.fault),
      );
    case "response.created":
      return responseCreated(talk, event.responseId);
    case "response.output_item.added":
      return event.isMessage && !isCancelled(talk, event.responseId)
        ? goOn(
            talk,
            report({ kind: "item-started", responseId: event.responseId, itemId: event.itemId }),
          )
        : goOn(talk);
    case "response.output_audio.done":
      return goOn(
        completeItem(talk, event.itemId),
        report({ kind: "item-audio-done", itemId: event.itemId }),
      );
    case "agent-transcript.delta":
      return isCancelled(talk, event.responseId)
        ? goOn(talk)
        : told(growText(talk, { ...event, speaker: "ai" }));
    case "agent-transcript.done":
      return told(finishText(talk, { ...event, speaker: "ai" }));
    case "function-call":
      // The caller spoke over it: the model will ask again if it still wants this.
      return isCancelled(talk, event.responseId)
        ? goOn(talk)
        : goOn(talk, report(toolCallOf(talk, event)));
    case "response.done":
      return responseDone(talk, event, config);
    default:
      return unreachable(event);
  }
}

/** An `error` alone ends nothing, unless its code says that no response will ever come. */
function decideFault(talk: Talk, event: Extract<ServerEvent, { type: "error" }>): EventDecision {
  const { fault, eventId } = event;
  if (benignCodes.has(fault.code ?? "") || fault.message.includes("already shorter than")) {
    return goOn(...putBack(talk, eventId, fault), log("debug", "a harmless race", fault));
  }
  const reason = reasonOfFault(fault);
  if (reason !== null && reason !== "rate_limited") return { kind: "fail", fault, actions: [] };
  const { response } = talk;
  if (response.kind === "requested" && response.eventId === eventId) {
    return retryOrFail(talk, response.request, fault, []);
  }
  return goOn(talk, log("warn", "the provider told an error", fault));
}

/** Two sides act at once, and the later one is told so. */
const benignCodes: ReadonlySet<string> = new Set([
  "response_cancel_not_active",
  "conversation_already_has_active_response",
  "input_audio_buffer_commit_empty",
  "unsupported_content_type", // "Only model output audio messages can be truncated"
  "item_truncate_invalid_item_id",
  "item_delete_invalid_item_id",
  "item_not_found",
]);

/** Our request met a response that the server had begun by itself: it is asked for when that is done. */
function putBack(
  talk: Talk,
  eventId: string | null,
  fault: ProviderFault,
): [Talk, ...SessionAction[]] {
  const { response } = talk;
  if (fault.code !== "conversation_already_has_active_response" || eventId === null) return [talk];
  if (response.kind === "requested" && response.eventId === eventId) {
    // We have not heard of the other response, so that nothing tells its end: the timer asks again.
    return [{ ...talk, response: { kind: "retrying", request: response.request } }, retryLater];
  }
  if (response.kind !== "active" || response.eventId !== eventId) return [talk];
  const { responseId, request } = response;
  const active = { kind: "active", responseId, request: continued, eventId: null } as const;
  return [{ ...talk, response: active, waiting: [request, ...talk.waiting] }];
}

const retryLater: SessionAction = { kind: "start-timer", timer: "retry", afterMs: retryAfterMs };

const continued: ResponseRequest = { kind: "continue", isRetry: false };

/**
 * The server cancels the response by itself; what still comes of it is not wanted. It answers by
 * itself, too, when the caller has finished: what waited to be asked for is part of that answer.
 */
function speechStarted(
  before: Talk,
  { audioStartMs, itemId }: Extract<ServerEvent, { type: "input_audio_buffer.speech_started" }>,
): EventDecision {
  const { response } = before;
  const talk: Talk = { ...before, isCallerSpeaking: true, waiting: [] };
  const told = report({ kind: "speech-started", audioStartMs, itemId });
  switch (response.kind) {
    case "idle":
      return goOn(talk, told);
    case "retrying":
      return goOn({ ...talk, response: { kind: "idle" } }, stopRetry, told);
    case "requested":
      return goOn({ ...talk, response: { ...response, unwanted: true } }, told);
    case "active":
      return goOn(markCancelled(talk, response.responseId), told);
    default:
      return unreachable(response);
  }
}

const stopRetry: SessionAction = { kind: "stop-timer", timer: "retry" };

function responseCreated(talk: Talk, responseId: string): EventDecision {
  const { response } = talk;
  const started = report({ kind: "response-started", responseId });
  if (response.kind !== "requested") {
    // The server's own response sees all that was added before: nothing else has to be asked for.
    const waiting = talk.waiting.filter(({ kind }) => kind !== "continue");
    const active = { kind: "active", responseId, request: continued, eventId: null } as const;
    return goOn({ ...talk, waiting, response: active }, stopRetry, started);
  }
  const { request, eventId, unwanted } = response;
  const created: Talk = { ...talk, response: { kind: "active", responseId, request, eventId } };
  if (!unwanted) return goOn(created, started);
  // A cancel before this moment would have done nothing.
  const cancel = { type: "response.cancel", response_id: responseId } as const;
  return goOn(markCancelled(created, responseId), { kind: "send", event: cancel }, started);
}

function responseDone(
  talk: Talk,
  event: Extract<ServerEvent, { type: "response.done" }>,
  config: SessionConfig,
): EventDecision {
  const { responseId, status, usage } = event;
  const rest = dropTexts(talk, responseId);
  const told = [
    ...rest.reports.map(report),
    report({ kind: "response-done", responseId, status, usage }),
    ...usageReports(usage),
  ];
  const { response } = rest.talk;
  const isPresent = response.kind === "active" && response.responseId === responseId;
  if (status === "failed") {
    const fault = event.fault ?? { type: null, code: null, message: "" };
    const reason = reasonOfFault(fault);
    if (reason !== null && reason !== "rate_limited") return { kind: "fail", fault, actions: told };
    if (isPresent && !isCancelled(talk, responseId)) {
      return retryOrFail(rest.talk, response.request, fault, told);
    }
  }
  if (!isPresent) return goOn(rest.talk, ...told);
  const next = release(rest.talk, config);
  return goOn(next.talk, ...told, ...next.actions);
}

/** A response failed while the socket is healthy: the caller would hear silence. It is tried once more. */
function retryOrFail(
  talk: Talk,
  request: ResponseRequest,
  fault: ProviderFault,
  before: readonly SessionAction[],
): EventDecision {
  if (request.isRetry) return { kind: "fail", fault, actions: before };
  return goOn(
    { ...talk, response: { kind: "retrying", request } },
    ...before,
    log("warn", "a response failed and is asked for again", fault),
    retryLater,
  );
}

function isCancelled(talk: Talk, responseId: string): boolean {
  return talk.cancelledResponseIds.includes(responseId);
}

function toolCallOf(
  talk: Talk,
  event: Extract<ServerEvent, { type: "function-call" }>,
): SessionReport {
  const { itemId, callId, name, argumentsJson } = event;
  const previousItemId = talk.previousItemIds.get(itemId) ?? null;
  return { kind: "tool-call", itemId, previousItemId, callId, name, argumentsJson };
}

function usageReports(
  usage: Extract<ServerEvent, { type: "response.done" }>["usage"],
): SessionAction[] {
  return usage === null ? [] : [report({ kind: "usage", ...usage })];
}

function told(step: {
  readonly talk: Talk;
  readonly reports: readonly SessionReport[];
}): EventDecision {
  return goOn(step.talk, ...step.reports.map(report));
}

function goOn(talk: Talk, ...actions: readonly SessionAction[]): EventDecision {
  return { kind: "go-on", talk, actions };
}

function report(what: SessionReport): SessionAction {
  return { kind: "report", report: what };
}

/** Codes only: the provider's sentences may quote a key or what was said. */
function log(level: "debug" | "warn", message: string, fault: ProviderFault): SessionAction {
  return { kind: "log", level, message, fields: { type: fault.type, code: fault.code } };
}
