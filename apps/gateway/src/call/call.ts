import { unreachable } from "@agentcall/base";
import type { CallPlan, EndCause, PlanOutcome } from "@agentcall/contract";
import { reasonPhraseOf, refusalStatusOf } from "./end-cause.ts";
import type { SipRefusal } from "../sip/sip-leg.ts";

/** Where a call stands. */
export type CallState =
  | { readonly kind: "arrived" }
  /** The control plane has been asked what to do. */
  | { readonly kind: "asking" }
  /** It rings at the caller's side while the session with the model is being made ready. */
  | {
      readonly kind: "ringing";
      readonly plan: CallPlan;
      readonly ready: boolean;
      readonly firstAudio: boolean;
    }
  /** The 200 is on its way to drachtio. `failure` is what befell the session meanwhile. */
  | { readonly kind: "answering"; readonly plan: CallPlan; readonly failure: EndCause | null }
  | { readonly kind: "talking" }
  /** The session is lost: the caller hears so before we hang up. */
  | { readonly kind: "apologising"; readonly cause: EndCause }
  | { readonly kind: "ended"; readonly cause: EndCause };

/** What happens to a call. */
export type CallInput =
  | { readonly kind: "invited"; readonly refusal: EndCause | null }
  | { readonly kind: "planned"; readonly outcome: PlanOutcome }
  | { readonly kind: "plan-failed" }
  | { readonly kind: "session-ready" }
  | { readonly kind: "session-audio" }
  | { readonly kind: "session-failed"; readonly cause: EndCause }
  | { readonly kind: "answered" }
  | { readonly kind: "answer-failed" }
  | { readonly kind: "cancelled" }
  | { readonly kind: "bye" }
  | { readonly kind: "ack-timeout" }
  | { readonly kind: "signalling-lost" }
  | { readonly kind: "media-lost" }
  | { readonly kind: "time-is-up"; readonly timer: CallTimer }
  | { readonly kind: "hang-up-asked" }
  | { readonly kind: "draining" }
  | { readonly kind: "fault" };

export type CallTimer = "answer-deadline" | "max-duration" | "apology";

/** What the runner is to do, in this order. */
export type CallAction =
  | { readonly kind: "ask-plan" }
  | { readonly kind: "ring" }
  | { readonly kind: "open-session"; readonly plan: CallPlan }
  | { readonly kind: "answer" }
  | { readonly kind: "start-media" }
  | { readonly kind: "apologise" }
  | { readonly kind: "close-session" }
  | { readonly kind: "arm"; readonly timer: CallTimer; readonly afterMs: number }
  | { readonly kind: "disarm"; readonly timer: CallTimer }
  | { readonly kind: "refuse"; readonly refusal: SipRefusal }
  | { readonly kind: "bye"; readonly cause: EndCause }
  /** Always the last one of a call: release what it holds and write its record. */
  | { readonly kind: "finish"; readonly cause: EndCause; readonly sipStatus: number };

type CallDecision = { readonly state: CallState; readonly actions: readonly CallAction[] };

/** How long the caller hears that something went wrong. The tones are shorter: the rest is margin. */
const apologyMs = 1_600;

/** After how long a caller may find a free line: about as long as a short call lasts. */
const retryAfterSecs = 30;

/**
 * What a call does next. Pure: no clock, no socket, no chance. Every path ends in exactly one
 * `finish`, and an ended call answers to nothing but a 200 that crossed its end.
 */
export function decideCall(state: CallState, input: CallInput): CallDecision {
  switch (state.kind) {
    case "arrived":
      return decideArrived(state, input);
    case "asking":
      return decideAsking(state, input);
    case "ringing":
      return decideRinging(state, input);
    case "answering":
      return decideAnswering(state, input);
    case "talking":
      return decideTalking(state, input);
    case "apologising":
      return decideApologising(state, input);
    case "ended":
      // The 200 was already under way when the call ended: the dialog it made is ended, too.
      return input.kind === "answered"
        ? { state, actions: [{ kind: "bye", cause: state.cause }] }
        : stay(state);
    default:
      return unreachable(state);
  }
}

function decideArrived(state: CallState, input: CallInput): CallDecision {
  if (input.kind !== "invited") return beforeAnswer(state, input);
  if (input.refusal !== null) return refuse(input.refusal);
  return { state: { kind: "asking" }, actions: [{ kind: "ask-plan" }] };
}

function decideAsking(state: CallState, input: CallInput): CallDecision {
  if (input.kind === "plan-failed") return refuse("control_plane_unreachable");
  if (input.kind !== "planned") return beforeAnswer(state, input);
  const { outcome } = input;
  if (outcome.kind === "reject") {
    const refusal = {
      status: outcome.sipStatus,
      reason: reasonPhraseOf(outcome.sipStatus),
      retryAfterSecs: outcome.retryAfterSecs,
    };
    return ended(outcome.endCause, outcome.sipStatus, [{ kind: "refuse", refusal }]);
  }
  const { plan } = outcome;
  return {
    state: { kind: "ringing", plan, ready: false, firstAudio: false },
    actions: [
      { kind: "ring" },
      { kind: "arm", timer: "answer-deadline", afterMs: plan.answerDeadlineMs },
      { kind: "open-session", plan },
    ],
  };
}

type Ringing = Extract<CallState, { kind: "ringing" }>;

function decideRinging(state: Ringing, input: CallInput): CallDecision {
  if (input.kind === "session-ready") return answerWhenReady({ ...state, ready: true });
  if (input.kind === "session-audio") return answerWhenReady({ ...state, firstAudio: true });
  if (input.kind === "session-failed") return refuse(causeBeforeAnswer(input.cause));
  if (input.kind !== "time-is-up") return beforeAnswer(state, input);
  if (input.timer !== "answer-deadline") return stay(state);
  // A session that is ready will speak soon; without one there would be dead air.
  return state.ready ? answer(state) : refuse("answer_deadline");
}

function answerWhenReady(state: Ringing): CallDecision {
  return state.ready && state.firstAudio ? answer(state) : stay(state);
}

function answer(state: Ringing): CallDecision {
  return {
    state: { kind: "answering", plan: state.plan, failure: null },
    actions: [{ kind: "disarm", timer: "answer-deadline" }, { kind: "answer" }],
  };
}

type Answering = Extract<CallState, { kind: "answering" }>;

function decideAnswering(state: Answering, input: CallInput): CallDecision {
  if (input.kind === "answered") return answered(state);
  if (input.kind === "answer-failed") return ended("gateway_fault", 500, []);
  if (input.kind === "cancelled") return ended("caller_cancelled", 487, []);
  if (input.kind === "session-failed") {
    return stay({ ...state, failure: state.failure ?? input.cause });
  }
  return afterAnswer(state, input);
}

function answered(state: Answering): CallDecision {
  const started: readonly CallAction[] = [
    { kind: "start-media" },
    { kind: "arm", timer: "max-duration", afterMs: state.plan.maxDurationMs },
  ];
  if (state.failure === null) return { state: { kind: "talking" }, actions: started };
  const apology = apologise(state.failure);
  return { state: apology.state, actions: [...started, ...apology.actions] };
}

function decideTalking(state: CallState, input: CallInput): CallDecision {
  if (input.kind === "session-failed") return apologise(input.cause);
  if (input.kind === "time-is-up" && input.timer === "max-duration") return hangUp("max_duration");
  return afterAnswer(state, input);
}

/** Our side of the dialog is still there and is ended with BYE. */
const causesOfOurBye: Readonly<Partial<Record<CallInput["kind"], EndCause>>> = {
  "media-lost": "media_timeout",
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

/** What may befall a call once the 200 has been sent. */
function afterAnswer(state: CallState, input: CallInput): CallDecision {
  const ourBye = causesOfOurBye[input.kind];
  if (ourBye !== undefined) return hangUp(ourBye);
  const theirEnd = causesOfTheirEnd[input.kind];
  return theirEnd === undefined ? stay(state) : ended(theirEnd, 200, []);
}

function apologise(cause: EndCause): CallDecision {
  return {
    state: { kind: "apologising", cause },
    actions: [
      { kind: "close-session" },
      { kind: "apologise" },
      { kind: "arm", timer: "apology", afterMs: apologyMs },
    ],
  };
}

/** The cause is known; only the caller, the time or the house can make the end come now. */
function decideApologising(
  state: Extract<CallState, { kind: "apologising" }>,
  input: CallInput,
): CallDecision {
  if (causesOfTheirEnd[input.kind] !== undefined) return ended(state.cause, 200, []);
  const endsNow = input.kind === "time-is-up" || causesOfOurBye[input.kind] !== undefined;
  return endsNow ? hangUp(state.cause) : stay(state);
}

const causesBeforeAnswer: Readonly<Partial<Record<CallInput["kind"], EndCause>>> = {
  "hang-up-asked": "api_hung_up",
  draining: "gateway_draining",
  fault: "gateway_fault",
};

/** What may befall a call before it is answered, whatever it is doing. */
function beforeAnswer(state: CallState, input: CallInput): CallDecision {
  if (input.kind === "cancelled") return ended("caller_cancelled", 487, []);
  const cause = causesBeforeAnswer[input.kind];
  return cause === undefined ? stay(state) : refuse(cause);
}

/** Before the answer a lost session is the provider's failure: there was no call to lose it in. */
function causeBeforeAnswer(cause: EndCause): EndCause {
  return cause === "session_lost" || cause === "session_expired" ? "provider_error" : cause;
}

function refuse(cause: EndCause): CallDecision {
  const status = refusalStatusOf(cause);
  const comesBack = cause === "all_calls_taken" || cause === "gateway_draining";
  const reason = reasonPhraseOf(status);
  const refusal = { status, reason, retryAfterSecs: comesBack ? retryAfterSecs : null };
  return ended(cause, status, [{ kind: "refuse", refusal }]);
}

function hangUp(cause: EndCause): CallDecision {
  return ended(cause, 200, [{ kind: "bye", cause }]);
}

function ended(cause: EndCause, sipStatus: number, actions: readonly CallAction[]): CallDecision {
  return {
    state: { kind: "ended", cause },
    actions: [...actions, { kind: "close-session" }, { kind: "finish", cause, sipStatus }],
  };
}

function stay(state: CallState): CallDecision {
  return { state, actions: [] };
}
