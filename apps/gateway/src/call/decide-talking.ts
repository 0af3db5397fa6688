import type { EndCause } from "@agentcall/contract";
import { afterAnswer, hangUp, stay } from "./call-ending.ts";
import type { CallDecision, CallInput, Talking } from "./call-state.ts";
import { fallBack, handOver } from "./climb.ts";

const resumedWordMsMax = 5_000; // the model was asked to go on: its first word takes half a second to two

/** The caller and the agent talk, or a session takes the place of the one that was lost. */
export function decideTalking(state: Talking, input: CallInput): CallDecision {
  const { session, rungs } = state;
  if (input.kind === "session-audio") return hasSpoken(state);
  if (input.kind === "session-ready") return sessionReady(state);
  if (input.kind === "session-failed") return fallBack(rungs, firstCause(state, input.cause));
  if (input.kind === "model-mute" && session.kind === "up") return fallBack(rungs, "model_mute");
  if (input.kind === "agent-hung-up") return hangUp("agent_hung_up");
  if (input.kind === "transfer-asked") return handOver({ to: input.to, why: null, rungs, session });
  return input.kind === "time-is-up" ? timeIsUp(state, input) : afterAnswer(state, input);
}

function hasSpoken(state: Talking): CallDecision {
  if (state.session.kind !== "up" || state.session.hasSpoken) return stay(state);
  return {
    state: { ...state, session: { kind: "up", hasSpoken: true } },
    actions: [{ kind: "disarm", timer: "first-word" }],
  };
}

function sessionReady(state: Talking): CallDecision {
  if (state.session.kind !== "replacing") return stay(state);
  return {
    state: { ...state, session: { kind: "up", hasSpoken: false } },
    actions: [
      { kind: "disarm", timer: "notice" },
      { kind: "disarm", timer: "replacement" },
      { kind: "arm", timer: "first-word", afterMs: resumedWordMsMax },
    ],
  };
}

/** What went wrong first is why the call goes on as it does; the second failure only follows from it. */
function firstCause({ session }: Talking, cause: EndCause): EndCause {
  return session.kind === "up" ? cause : session.why;
}

function timeIsUp(state: Talking, input: Extract<CallInput, { kind: "time-is-up" }>): CallDecision {
  const { session, rungs } = state;
  const { timer } = input;
  const isUp = session.kind === "up";
  if (timer === "first-word" && isUp && !session.hasSpoken) return fallBack(rungs, "model_mute");
  if (timer === "replacement" && !isUp) return fallBack(rungs, session.why);
  if (timer === "notice") return { state, actions: [{ kind: "play", what: "one-moment" }] };
  if (timer === "end-warning") return { state, actions: [{ kind: "warn-of-end" }] };
  return afterAnswer(state, input);
}
