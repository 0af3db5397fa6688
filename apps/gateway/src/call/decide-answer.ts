import { unreachable } from "@agentcall/base";
import type { CallPlan, EndCause } from "@agentcall/contract";
import { after, afterAnswer, beforeAnswer, ended, refuse, stay } from "./call-ending.ts";
import type { Answering, CallAction, CallDecision, CallInput, Ringing } from "./call-state.ts";
import { announce, fallBack, handOver } from "./climb.ts";
import { ladderOf, nextRung, type Rungs } from "./ladder.ts";

const endWarningMs = 30_000; // time to say what one called for
const firstWordMsMax = 3_000; // a caller who is answered hears something within five seconds: this and the apology's start

/** The caller is for somebody else than the agent: no session is opened. */
export function forwardAtOnce(
  plan: CallPlan,
  { to, why }: NonNullable<CallPlan["forward"]>,
): CallDecision {
  const rungs = { ...ladderOf(plan.ladder), replacements: 0, managedKey: false };
  return {
    state: { kind: "answering", plan, rungs, purpose: { kind: "forward", to, why } },
    actions: [{ kind: "ring" }, { kind: "prepare", plan }, { kind: "answer" }],
  };
}

/** It rings: the call is answered when the agent can be heard, or at the deadline, or for what the ladder says. */
export function decideRinging(state: Ringing, input: CallInput): CallDecision {
  if (input.kind === "session-ready") return answerWhenReady({ ...state, ready: true });
  if (input.kind === "session-audio") return answerWhenReady({ ...state, firstAudio: true });
  if (input.kind === "session-failed") return climb(state, causeBeforeAnswer(input.cause));
  if (input.kind !== "time-is-up") return beforeAnswer(state, input);
  if (input.timer !== "answer-deadline") return stay(state);
  // A session that is ready will speak soon; without one there would be dead air.
  return state.ready ? answerToTalk(state) : climb(state, "answer_deadline");
}

function answerWhenReady(state: Ringing): CallDecision {
  return state.ready && state.firstAudio ? answerToTalk(state) : stay(state);
}

function answerToTalk(state: Ringing): CallDecision {
  const { firstAudio } = state;
  return answer(state, { kind: "talk", firstAudio, failure: null });
}

function answer({ plan, rungs }: Ringing, purpose: Answering["purpose"]): CallDecision {
  return {
    state: { kind: "answering", plan, rungs, purpose },
    actions: [{ kind: "disarm", timer: "answer-deadline" }, { kind: "answer" }],
  };
}

/** The next step of the number's failure ladder, for a caller who still hears it ring. */
function climb(before: Ringing, why: EndCause): CallDecision {
  const { rung, rungs } = nextRung(before.rungs, why, "ringing");
  const state = { ...before, rungs };
  switch (rung.kind) {
    case "managed-key":
      return {
        state: { ...state, ready: false, firstAudio: false },
        actions: [
          { kind: "note-step", what: "managed_key", why },
          { kind: "close-session" },
          { kind: "arm", timer: "answer-deadline", afterMs: state.plan.answerDeadlineMs },
          { kind: "open-session", plan: state.plan, key: "managed" },
        ],
      };
    case "forward":
      return after(
        [{ kind: "close-session" }],
        answer(state, { kind: "forward", to: rung.to, why }),
      );
    case "announce":
      return after([{ kind: "close-session" }], answer(state, { kind: "announce", why }));
    case "replace":
    case "reject":
      return after([{ kind: "note-step", what: "rejection", why }], refuse(why, rungs.rejectWith));
    default:
      return unreachable(rung);
  }
}

/** The 200 is under way. */
export function decideAnswering(state: Answering, input: CallInput): CallDecision {
  if (input.kind === "answered") return answered(state);
  if (input.kind === "answer-failed") return ended("gateway_fault", 500, []);
  if (input.kind === "cancelled") return ended("caller_cancelled", 487, []);
  const { purpose } = state;
  if (purpose.kind !== "talk") return afterAnswer(state, input);
  if (input.kind === "session-audio") {
    return stay({ ...state, purpose: { ...purpose, firstAudio: true } });
  }
  if (input.kind === "session-failed") {
    return stay({ ...state, purpose: { ...purpose, failure: purpose.failure ?? input.cause } });
  }
  return afterAnswer(state, input);
}

function answered({ plan, rungs, purpose }: Answering): CallDecision {
  const started = startedBy(plan);
  switch (purpose.kind) {
    case "announce":
      return after(started, announce(rungs, purpose.why));
    case "forward":
      return after(
        started,
        handOver({ to: purpose.to, why: purpose.why, rungs, session: lost(purpose.why) }),
      );
    case "talk":
      return after(started, beginTalking(rungs, purpose));
    default:
      return unreachable(purpose);
  }
}

/** What begins with the answer of a call, whoever has answered. */
export function startedBy({ maxDurationMs }: CallPlan): readonly CallAction[] {
  const started: CallAction[] = [
    { kind: "start-media" },
    { kind: "arm", timer: "max-duration", afterMs: maxDurationMs },
  ];
  // A call of less than a minute would begin with its end.
  if (maxDurationMs >= 2 * endWarningMs) {
    started.push({ kind: "arm", timer: "end-warning", afterMs: maxDurationMs - endWarningMs });
  }
  return started;
}

/** The agent speaks, or what befell its session meanwhile is seen to. */
export function beginTalking(
  rungs: Rungs,
  { firstAudio, failure }: { readonly firstAudio: boolean; readonly failure: EndCause | null },
): CallDecision {
  if (failure !== null) return fallBack(rungs, failure);
  const session = { kind: "up", hasSpoken: firstAudio } as const;
  return {
    state: { kind: "talking", rungs, session },
    actions: firstAudio ? [] : [{ kind: "arm", timer: "first-word", afterMs: firstWordMsMax }],
  };
}

function lost(why: EndCause): { readonly kind: "lost"; readonly why: EndCause } {
  return { kind: "lost", why };
}

/** Before the answer a lost session is the provider's failure: there was no call to lose it in. */
export function causeBeforeAnswer(cause: EndCause): EndCause {
  return cause === "session_lost" || cause === "session_expired" ? "provider_error" : cause;
}
