import { type EndCause, endCauseText } from "@agentcall/contract";
import type { CallAction, CallDecision, CallInput, CallState } from "./call-state.ts";
import { reasonPhraseOf, refusalStatusOf } from "./end-cause.ts";

/** After how long a caller may find a free line: about as long as a short call lasts. */
const retryAfterSecs = 30;
const notAcceptableHere = 488;

/** Our side of the dialog is still there and is ended with BYE. */
const causesOfOurBye: Readonly<Partial<Record<CallInput["kind"], EndCause>>> = {
  "media-lost": "media_timeout",
  "media-refused": "no_common_codec",
  "hang-up-asked": "api_hung_up",
  draining: "gateway_draining",
  fault: "gateway_fault",
};

/** The dialog has ended already. */
const causesOfTheirEnd: Readonly<Partial<Record<CallInput["kind"], EndCause>>> = {
  bye: "caller_hung_up",
  "ack-timeout": "ack_timeout",
  "signalling-lost": "signalling_lost",
};

const causesBeforeAnswer: Readonly<Partial<Record<CallInput["kind"], EndCause>>> = {
  "hang-up-asked": "api_hung_up",
  draining: "gateway_draining",
  fault: "gateway_fault",
};

/** What may befall a call before it is answered, whatever it is doing. */
export function beforeAnswer(state: CallState, input: CallInput): CallDecision {
  if (input.kind === "cancelled") return ended("caller_cancelled", 487, []);
  const cause = causesBeforeAnswer[input.kind];
  return cause === undefined ? stay(state) : refuse(cause);
}

/** What may befall a call once the 200 has been sent, whatever it is doing. */
export function afterAnswer(state: CallState, input: CallInput): CallDecision {
  const ourBye = causesOfOurBye[input.kind];
  if (ourBye !== undefined) return hangUp(ourBye);
  const theirEnd = causesOfTheirEnd[input.kind];
  if (theirEnd !== undefined) return ended(theirEnd, 200, []);
  const isTimeUp = input.kind === "time-is-up" && input.timer === "max-duration";
  return isTimeUp ? hangUp("max_duration") : stay(state);
}

/** The cause is known; only the caller, the time or the house can make the end come now. */
export function decideAnnouncing(
  state: Extract<CallState, { kind: "announcing" }>,
  input: CallInput,
): CallDecision {
  if (causesOfTheirEnd[input.kind] !== undefined) return ended(state.cause, 200, []);
  const isSaid = input.kind === "announced" || input.kind === "time-is-up";
  return isSaid || causesOfOurBye[input.kind] !== undefined ? hangUp(state.cause) : stay(state);
}

/** Refuses a call that is not answered, with the cause's own status or another. */
export function refuse(cause: EndCause, sipStatus = refusalStatusOf(cause)): CallDecision {
  const comesBack = cause === "all_calls_taken" || cause === "gateway_draining";
  const reason = reasonPhraseOf(sipStatus);
  const refusal = {
    status: sipStatus,
    reason,
    retryAfterSecs: comesBack ? retryAfterSecs : null,
    // A 488 alone does not tell an admin on the other side what to change.
    ...(sipStatus === notAcceptableHere ? { warning: endCauseText[cause] } : {}),
  };
  return ended(cause, sipStatus, [{ kind: "refuse", refusal }]);
}

export function hangUp(cause: EndCause): CallDecision {
  return ended(cause, 200, [{ kind: "bye", cause }]);
}

export function ended(
  cause: EndCause,
  sipStatus: number,
  actions: readonly CallAction[],
  q850Cause: number | null = null,
): CallDecision {
  return {
    state: { kind: "ended", cause },
    actions: [
      ...actions,
      { kind: "close-session" },
      { kind: "finish", cause, sipStatus, q850Cause },
    ],
  };
}

export function stay(state: CallState): CallDecision {
  return { state, actions: [] };
}

/** Does these first. */
export function after(
  actions: readonly CallAction[],
  { state, actions: then }: CallDecision,
): CallDecision {
  return { state, actions: [...actions, ...then] };
}
