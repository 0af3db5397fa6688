import { afterAnswer, ended, hangUp, stay } from "./call-ending.ts";
import type { CallDecision, CallInput, CallState, HandingOver, SessionLink } from "./call-state.ts";
import { fallBack } from "./climb.ts";

const dialMsMax = 30_000; // six rings
const bridgedMsMax = 4 * 3_600_000; // people end their calls; a leg that nobody ended does not stay for ever

/** The caller waits for the other party. */
export function decideHandingOver(state: HandingOver, input: CallInput): CallDecision {
  if (input.kind === "refer") return referred(state, input.result);
  if (input.kind === "far-end") return farEnd(state, input.event);
  // Whoever took a REFER ends this dialog as soon as the other one stands (RFC 3515 section 2.4).
  if (input.kind === "bye" && state.stage === "referred") return ended(handedOver(state), 200, []);
  if (input.kind === "session-failed" || input.kind === "session-ready") {
    return stay({ ...state, session: sessionAfter(state.session, input) });
  }
  if (input.kind === "time-is-up" && input.timer === "refer") return dial(state);
  if (input.kind === "time-is-up" && input.timer === "dial") return notTaken(state);
  return afterAnswer(state, input);
}

/** What becomes of the agent's session while the caller waits for somebody else. */
function sessionAfter(
  session: SessionLink,
  input: Extract<CallInput, { kind: "session-failed" | "session-ready" }>,
): SessionLink {
  if (input.kind === "session-ready") {
    return session.kind === "replacing" ? { kind: "up", hasSpoken: true } : session;
  }
  return session.kind === "up" ? { kind: "lost", why: input.cause } : session;
}

function referred(state: HandingOver, result: "accepted" | "done" | "refused"): CallDecision {
  if (state.stage === "dialling") return stay(state);
  if (result === "accepted") return stay({ ...state, stage: "referred" });
  return result === "done" ? hangUp(handedOver(state)) : dial(state);
}

/** The caller's side takes no transfer, or does not say what became of it: we call the other party ourselves. */
function dial(state: HandingOver): CallDecision {
  if (state.stage === "dialling") return stay(state);
  return {
    state: { ...state, stage: "dialling" },
    actions: [
      { kind: "disarm", timer: "refer" },
      { kind: "play", what: "ringback" },
      { kind: "dial", to: state.to },
      { kind: "arm", timer: "dial", afterMs: dialMsMax },
    ],
  };
}

function farEnd(state: HandingOver, event: "answered" | "failed" | "hung-up"): CallDecision {
  if (state.stage !== "dialling") return stay(state);
  if (event !== "answered") return notTaken(state);
  return {
    state: { kind: "bridged" },
    actions: [
      { kind: "disarm", timer: "dial" },
      { kind: "close-session" },
      { kind: "bridge" },
      { kind: "arm", timer: "max-duration", afterMs: bridgedMsMax },
    ],
  };
}

/** Nobody took the call: what the ladder has left, or back to the agent who wanted to hand it over. */
function notTaken(state: HandingOver): CallDecision {
  const { session, rungs } = state;
  const released = [{ kind: "cancel-dial" }, { kind: "disarm", timer: "dial" }] as const;
  const why = session.kind === "up" ? state.why : session.why;
  if (why !== null) {
    const next = fallBack(
      { ...rungs, replacements: state.why === null ? rungs.replacements : 0 },
      why,
    );
    return { state: next.state, actions: [...released, ...next.actions] };
  }
  return {
    state: { kind: "talking", rungs, session },
    actions: [...released, { kind: "wake-session" }],
  };
}

function handedOver({ why }: HandingOver): "transferred" | "forwarded" {
  return why === null ? "transferred" : "forwarded";
}

/** The caller talks with the other party, and whoever hangs up ends it for both. */
export function decideBridged(
  state: Extract<CallState, { kind: "bridged" }>,
  input: CallInput,
): CallDecision {
  if (input.kind === "far-end") return hangUp("far_end_hung_up");
  return afterAnswer(state, input);
}
