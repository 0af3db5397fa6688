import type { RealtimeClientEvent } from "openai/resources/realtime/realtime";
import type { SessionConfig } from "./session-config.ts";
import type { ResponseRequest, SessionAction, Talk } from "./session-state.ts";

/** A talk and what is to be done about it. */
export type TalkStep = { readonly talk: Talk; readonly actions: readonly SessionAction[] };

/**
 * Asks for a response, now or when the present one is done: the service makes one at a time and
 * refuses a second. What waits is asked for once, since the one response sees all that was added;
 * so does the one that the server makes when the caller has finished speaking.
 */
export function request(talk: Talk, wanted: ResponseRequest, config: SessionConfig): TalkStep {
  if (talk.isCallerSpeaking) return { talk, actions: [] };
  if (talk.response.kind === "idle") return send(talk, wanted, config);
  const isAlreadyWaiting = talk.waiting.some(({ kind }) => kind === wanted.kind);
  return {
    talk: isAlreadyWaiting ? talk : { ...talk, waiting: [...talk.waiting, wanted] },
    actions: [],
  };
}

/** The response is over: asks for what waited. */
export function release(talk: Talk, config: SessionConfig): TalkStep {
  const [next, ...waiting] = talk.waiting;
  const idle: Talk = { ...talk, response: { kind: "idle" } };
  return next === undefined
    ? { talk: idle, actions: [] }
    : send({ ...idle, waiting }, next, config);
}

function send(talk: Talk, wanted: ResponseRequest, config: SessionConfig): TalkStep {
  const requestCount = talk.requestCount + 1;
  const eventId = `response-${String(requestCount)}`;
  return {
    talk: {
      ...talk,
      requestCount,
      response: { kind: "requested", request: wanted, eventId, unwanted: false },
    },
    actions: [{ kind: "send", event: responseCreate(eventId, wanted, config) }],
  };
}

function responseCreate(
  eventId: string,
  wanted: ResponseRequest,
  config: SessionConfig,
): RealtimeClientEvent {
  if (wanted.kind === "continue") return { type: "response.create", event_id: eventId };
  if (wanted.kind === "resume") {
    const instructions = `${config.instructions}\n\n${resumption}`;
    return { type: "response.create", event_id: eventId, response: { instructions } };
  }
  const { firstMessage } = config;
  const task =
    firstMessage === null
      ? "Greet them now, briefly and in your own words."
      : `Say this now, word for word and nothing else: ${firstMessage}`;
  // Instructions of a response replace those of the session: the agent's own go along.
  const instructions = `${config.instructions}\n\nThe caller has just been connected. ${task}`;
  return { type: "response.create", event_id: eventId, response: { instructions } };
}

const resumption =
  "The line to the caller was interrupted for a few seconds and stands again. Say so in a few words and go on where the conversation was; ask the caller to repeat what you may have missed. Do not greet again.";
