import { invariant } from "@agentcall/base";
import type { EndCause } from "@agentcall/contract";
import type { LegRefusal } from "../sip/sip-leg.ts";
import { after, beforeAnswer, ended, refuse, stay } from "./call-ending.ts";
import type { CallAction, CallDecision, CallInput, Calling, Preparing } from "./call-state.ts";
import { beginTalking, causeBeforeAnswer, startedBy } from "./decide-answer.ts";
import { causeOfRefusal, q850OfStatus } from "./callee-refusal.ts";
import { nextRung } from "./ladder.ts";

/** A call of ours is placed when the agent can be heard: nobody is called into silence. */
export function decidePreparing(state: Preparing, input: CallInput): CallDecision {
  if (input.kind === "session-ready") return callWhenReady({ ...state, ready: true });
  if (input.kind === "session-audio") return callWhenReady({ ...state, firstAudio: true });
  if (input.kind === "session-failed") return climb(state, causeBeforeAnswer(input.cause));
  if (input.kind !== "time-is-up") return beforeAnswer(state, input);
  if (input.timer !== "answer-deadline") return stay(state);
  return state.ready ? call(state) : climb(state, "answer_deadline");
}

function callWhenReady(state: Preparing): CallDecision {
  return state.ready && state.firstAudio ? call(state) : stay(state);
}

function call({ plan, rungs, firstAudio }: Preparing): CallDecision {
  invariant(plan.outbound !== null, "a call of ours has a plan of its own");
  return {
    state: { kind: "calling", plan, rungs, hasRung: false, firstAudio, failure: null },
    actions: [
      { kind: "disarm", timer: "answer-deadline" },
      { kind: "answer" },
      { kind: "arm", timer: "ring", afterMs: plan.outbound.ringTimeoutMs },
    ],
  };
}

/** Of the failure ladder only another key is of use before anybody is called. */
function climb(before: Preparing, why: EndCause): CallDecision {
  const { rung, rungs } = nextRung(before.rungs, why, "ringing");
  if (rung.kind !== "managed-key") return refuse(why);
  const { plan } = before;
  return {
    state: { ...before, rungs, ready: false, firstAudio: false },
    actions: [
      { kind: "note-step", what: "managed_key", why },
      { kind: "close-session" },
      { kind: "arm", timer: "answer-deadline", afterMs: plan.answerDeadlineMs },
      { kind: "open-session", plan, key: "managed" },
    ],
  };
}

const givenUpStatus = 487; // RFC 3261 section 21.4.25: what a CANCEL comes to

const causesOfCancel: Readonly<Partial<Record<CallInput["kind"], EndCause>>> = {
  "hang-up-asked": "api_hung_up",
  draining: "gateway_draining",
  fault: "gateway_fault",
};

/** It rings at the called party's, or is about to. */
export function decideCalling(state: Calling, input: CallInput): CallDecision {
  if (input.kind === "answered") return answered(state);
  if (input.kind === "callee-rings") return rings(state);
  if (input.kind === "callee-refused") return refused(input.refusal);
  if (input.kind === "session-audio") return stay({ ...state, firstAudio: true });
  if (input.kind === "session-failed") {
    return stay({ ...state, failure: state.failure ?? input.cause });
  }
  if (input.kind === "time-is-up" && input.timer === "ring") return giveUp("callee_no_answer");
  const cause = causesOfCancel[input.kind];
  return cause === undefined ? stay(state) : giveUp(cause);
}

function rings(state: Calling): CallDecision {
  if (state.hasRung) return stay(state);
  return { state: { ...state, hasRung: true }, actions: [{ kind: "ring" }] };
}

function answered({ plan, rungs, firstAudio, failure }: Calling): CallDecision {
  const started: readonly CallAction[] = [{ kind: "disarm", timer: "ring" }, ...startedBy(plan)];
  return after(started, beginTalking(rungs, { firstAudio, failure }));
}

function giveUp(cause: EndCause): CallDecision {
  return ended(cause, givenUpStatus, [{ kind: "bye", cause }]);
}

function refused(refusal: LegRefusal): CallDecision {
  const { sipStatus, q850Cause } = refusal;
  return ended(causeOfRefusal(refusal), sipStatus, [], q850Cause ?? q850OfStatus(sipStatus));
}
