import { unreachable } from "@agentcall/base";
import { beforeAnswer, decideAnnouncing, ended, refuse, stay } from "./call-ending.ts";
import type { CallDecision, CallInput, CallState } from "./call-state.ts";
import { decideAnswering, decideRinging, forwardAtOnce } from "./decide-answer.ts";
import { decideCalling, decidePreparing } from "./decide-calling.ts";
import { decideBridged, decideHandingOver } from "./decide-handover.ts";
import { decideTalking } from "./decide-talking.ts";
import { reasonPhraseOf } from "./end-cause.ts";
import { ladderOf } from "./ladder.ts";

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
    case "preparing":
      return decidePreparing(state, input);
    case "calling":
      return decideCalling(state, input);
    case "answering":
      return decideAnswering(state, input);
    case "talking":
      return decideTalking(state, input);
    case "handing-over":
      return decideHandingOver(state, input);
    case "bridged":
      return decideBridged(state, input);
    case "announcing":
      return decideAnnouncing(state, input);
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
  if (plan.forward !== null) return forwardAtOnce(plan, plan.forward);
  const isOurs = plan.outbound !== null;
  return {
    state: {
      kind: isOurs ? "preparing" : "ringing",
      plan,
      rungs: ladderOf(plan.ladder),
      ready: false,
      firstAudio: false,
    },
    actions: [
      ...(isOurs ? [] : [{ kind: "ring" } as const]),
      { kind: "arm", timer: "answer-deadline", afterMs: plan.answerDeadlineMs },
      { kind: "open-session", plan, key: "own" },
    ],
  };
}
