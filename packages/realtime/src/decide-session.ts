import { unreachable } from "@agentcall/base";
import type { RealtimeConversationItemUserMessage } from "openai/resources/realtime/realtime";
import { classifyRefusal, type RefusalEvidence } from "./classify-refusal.ts";
import { decideEvent, newTalk } from "./decide-event.ts";
import { interrupt, receive } from "./interruption.ts";
import { release, request, type TalkStep } from "./response-requests.ts";
import type { SessionConfig } from "./session-config.ts";
import type {
  SessionAction,
  SessionInput,
  SessionState,
  SessionStep,
  SpokenLine,
} from "./session-state.ts";
import type { ServerEvent } from "./server-event.ts";
import { sessionUpdate, sessionUpdateEventId } from "./session-update.ts";

const readyWithinMs = 10_000; // connection 2 s at the worst seen, settings 0.1 s; a call gives up sooner
const malformedFramesMax = 16; // one may be an accident; this many are not the protocol

type Opening = Extract<SessionState, { kind: "opening" }>;
type Ready = Extract<SessionState, { kind: "ready" }>;
type Live = Opening | Ready;

export function newSession(config: SessionConfig): SessionState {
  return { kind: "new", config };
}

/** What a session does about what happened. Pure: the runner carries it out. */
export function decideSession(state: SessionState, input: SessionInput): SessionStep {
  switch (state.kind) {
    case "new":
      return decideNew(state, input);
    case "opening":
    case "ready":
      return decideLive(state, input);
    case "ended":
      return { state, actions: [] };
  }
}

function decideNew(
  state: Extract<SessionState, { kind: "new" }>,
  input: SessionInput,
): SessionStep {
  if (input.kind === "close") return { state: { kind: "ended" }, actions: [report("closed")] };
  if (input.kind !== "open") return { state, actions: [] };
  const trouble = { lastFault: null, malformedFrames: 0 };
  return {
    state: { kind: "opening", config: state.config, trouble },
    actions: [
      { kind: "start-timer", timer: "ready", afterMs: readyWithinMs },
      { kind: "open-transport" },
    ],
  };
}

function decideLive(state: Live, input: SessionInput): SessionStep {
  switch (input.kind) {
    case "open":
      return { state, actions: [] };
    case "opened":
      return { state, actions: [report("opened")] };
    case "event":
      return decideServerEvent(state, input.event);
    case "refused":
      return fail({ kind: "upgrade", ...input.refusal });
    case "lost":
      return fail({
        kind: "close",
        code: input.code,
        reason: input.reason,
        lastFault: state.trouble.lastFault,
        wasReady: state.kind === "ready",
      });
    case "broken":
      return fail({ kind: "broken", error: input.error, wasReady: state.kind === "ready" });
    case "timer":
      return decideTimer(state, input.timer);
    case "close":
      return end([]);
    case "audio":
    case "interrupted":
    case "tool-output":
    case "user-text":
    case "recall":
      // Before the settings stand there is no conversation that this could belong to.
      return state.kind === "ready" ? decideTalk(state, input) : { state, actions: [] };
    default:
      return unreachable(input);
  }
}

type TalkInput = Extract<
  SessionInput,
  { kind: "audio" | "interrupted" | "tool-output" | "user-text" | "recall" }
>;

const playAudio: readonly SessionAction[] = [{ kind: "pass-audio" }];

function decideTalk(state: Ready, input: TalkInput): SessionStep {
  const { talk, config } = state;
  switch (input.kind) {
    case "audio": {
      const next = receive(talk, input.delta);
      return next === null
        ? { state, actions: [] }
        : { state: { ...state, talk: next }, actions: playAudio };
    }
    case "interrupted":
      return withTalk(state, interrupt(talk, input.heard));
    case "tool-output": {
      const { callId: call_id, output } = input;
      const item = { type: "function_call_output", call_id, output } as const;
      const added = { kind: "send", event: { type: "conversation.item.create", item } } as const;
      const asked = request(talk, { kind: "continue", isRetry: false }, config);
      return withTalk(state, { talk: asked.talk, actions: [added, ...asked.actions] });
    }
    case "user-text": {
      const item = userMessage(input.text);
      const added = { kind: "send", event: { type: "conversation.item.create", item } } as const;
      const asked = request(talk, { kind: "continue", isRetry: false }, config);
      return withTalk(state, { talk: asked.talk, actions: [added, ...asked.actions] });
    }
    case "recall": {
      const added = input.lines.map(recalled);
      if (!input.speak) return { state, actions: added };
      const asked = request(talk, { kind: "resume", isRetry: false }, config);
      return withTalk(state, { talk: asked.talk, actions: [...added, ...asked.actions] });
    }
    default:
      return unreachable(input);
  }
}

/** The service takes what an assistant said as text only: audio cannot be given back to it. */
function recalled({ speaker, text }: SpokenLine): SessionAction {
  const item =
    speaker === "human"
      ? userMessage(text)
      : {
          type: "message" as const,
          role: "assistant" as const,
          content: [{ type: "output_text" as const, text }],
        };
  return { kind: "send", event: { type: "conversation.item.create", item } };
}

function userMessage(text: string): RealtimeConversationItemUserMessage {
  return { type: "message", role: "user", content: [{ type: "input_text", text }] };
}

function decideServerEvent(state: Live, event: ServerEvent): SessionStep {
  if (event.type === "malformed") return decideMalformed(state, event.detail);
  if (event.type === "error") {
    const { type, code } = event.fault;
    const known = { ...state, trouble: { ...state.trouble, lastFault: event.fault } };
    // The whole update is dropped when one field of it is refused: without it there is no session.
    const isOurSettings = event.eventId === sessionUpdateEventId;
    return isOurSettings
      ? fail({ kind: "fault", fault: { type, code, message: event.fault.message } })
      : decideWithTalk(known, event);
  }
  if (state.kind === "ready") return decideWithTalk(state, event);
  if (event.type === "session.updated") return becomeReady(state);
  if (event.type !== "session.created") return { state, actions: [] };
  return { state, actions: [{ kind: "send", event: sessionUpdate(state.config) }] };
}

function becomeReady(state: Opening): SessionStep {
  const { config, trouble } = state;
  // A caller whose line is answered hears somebody: the agent speaks first, whatever its words.
  const asked = config.greets
    ? request(newTalk, { kind: "greeting", isRetry: false }, config)
    : { talk: newTalk, actions: [] };
  return {
    state: { kind: "ready", config, trouble, talk: asked.talk },
    actions: [{ kind: "stop-timer", timer: "ready" }, report("ready"), ...asked.actions],
  };
}

function decideWithTalk(state: Live, event: ServerEvent): SessionStep {
  const decision = decideEvent(state.kind === "ready" ? state.talk : newTalk, event, state.config);
  if (decision.kind === "fail") {
    const { actions } = decision;
    return fail({ kind: "fault", fault: decision.fault }, actions);
  }
  return state.kind === "ready"
    ? withTalk(state, decision)
    : { state, actions: decision.actions.filter(({ kind }) => kind === "log") };
}

function decideMalformed(state: Live, detail: string): SessionStep {
  const malformedFrames = state.trouble.malformedFrames + 1;
  if (malformedFrames > malformedFramesMax) {
    const fault = { type: null, code: "malformed_frames", message: "" };
    return fail({ kind: "fault", fault });
  }
  return {
    state: { ...state, trouble: { ...state.trouble, malformedFrames } },
    actions: [
      { kind: "log", level: "warn", message: "a frame could not be read", fields: { detail } },
    ],
  };
}

function decideTimer(state: Live, timer: "ready" | "retry"): SessionStep {
  if (timer === "ready") {
    if (state.kind === "ready") return { state, actions: [] };
    const message = "The session was not ready in time.";
    return end([report({ kind: "failed", reason: "timeout", message })]);
  }
  if (state.kind !== "ready" || state.talk.response.kind !== "retrying") {
    return { state, actions: [] };
  }
  const { request: failed } = state.talk.response;
  const waiting = [{ ...failed, isRetry: true }, ...state.talk.waiting];
  return withTalk(state, release({ ...state.talk, waiting }, state.config));
}

function withTalk(state: Ready, step: TalkStep): SessionStep {
  return { state: { ...state, talk: step.talk }, actions: step.actions };
}

function fail(evidence: RefusalEvidence, before: readonly SessionAction[] = []): SessionStep {
  return end([...before, report({ kind: "failed", ...classifyRefusal(evidence) })]);
}

const normalClosure = 1000; // RFC 6455 §7.4.1

/** The one way out. The socket is closed before anyone is told, so that nothing is told after. */
function end(actions: readonly SessionAction[]): SessionStep {
  return {
    state: { kind: "ended" },
    actions: [
      { kind: "stop-timer", timer: "ready" },
      { kind: "stop-timer", timer: "retry" },
      { kind: "close-transport", code: normalClosure },
      ...actions,
      report("closed"),
    ],
  };
}

type Report = Extract<SessionAction, { kind: "report" }>["report"];

function report(what: "opened" | "ready" | "closed" | Report): SessionAction {
  return { kind: "report", report: typeof what === "string" ? { kind: what } : what };
}
