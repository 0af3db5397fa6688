import { unreachable } from "@agentcall/base";
import type { EndCause } from "@agentcall/contract";
import { after } from "./call-ending.ts";
import type { CallAction, CallDecision, HandingOver } from "./call-state.ts";
import { nextRung, type Rungs } from "./ladder.ts";

const noticeMs = 3_000; // longer silence than this makes people ask whether anybody is there
const replacementMsMax = 8_000; // a new session takes 1 to 3 s; a caller does not wait much longer
const announcementMsMax = 40_000; // the longest announcement takes half a minute
const referMsMax = 10_000; // to hear of a transfer that was taken: a caller hears nobody meanwhile

/** The next step of the number's failure ladder, for a caller who is on the line. */
export function fallBack(before: Rungs, why: EndCause): CallDecision {
  const { rung, rungs } = nextRung(before, why, "answered");
  switch (rung.kind) {
    case "replace":
      return replace(rungs, why, [
        { kind: "note-step", what: "session_replaced", why },
        { kind: "replace-session", key: "same" },
      ]);
    case "managed-key":
      return replace(rungs, why, [
        { kind: "note-step", what: "managed_key", why },
        { kind: "replace-session", key: "managed" },
      ]);
    case "forward":
      return after(
        [{ kind: "close-session" }],
        handOver({ to: rung.to, why, rungs, session: { kind: "lost", why } }),
      );
    case "announce":
    case "reject":
      return announce(rungs, why);
    default:
      return unreachable(rung);
  }
}

function replace(rungs: Rungs, why: EndCause, actions: readonly CallAction[]): CallDecision {
  return {
    state: { kind: "talking", rungs, session: { kind: "replacing", why } },
    actions: [
      ...actions,
      { kind: "disarm", timer: "first-word" },
      { kind: "arm", timer: "notice", afterMs: noticeMs },
      { kind: "arm", timer: "replacement", afterMs: replacementMsMax },
    ],
  };
}

/** The caller hears why nobody can help, and then we hang up. */
export function announce(rungs: Rungs, why: EndCause): CallDecision {
  return {
    state: { kind: "announcing", cause: why },
    actions: [
      { kind: "note-step", what: "announcement", why },
      { kind: "close-session" },
      ...disarmed,
      { kind: "announce", why, text: rungs.announcement },
      { kind: "arm", timer: "announcement", afterMs: announcementMsMax },
    ],
  };
}

const disarmed: readonly CallAction[] = (
  ["first-word", "notice", "replacement", "end-warning", "refer", "dial"] as const
).map((timer) => ({ kind: "disarm", timer }));

/** The caller is given to another party. */
export function handOver(
  call: Pick<HandingOver, "to" | "why" | "rungs" | "session">,
): CallDecision {
  const step: readonly CallAction[] =
    call.why === null
      ? [{ kind: "rest-session" }]
      : [{ kind: "note-step", what: "forward", why: call.why }];
  return {
    state: { kind: "handing-over", stage: "referring", ...call },
    actions: [
      ...step,
      ...disarmed,
      { kind: "play", what: "connecting" },
      { kind: "refer", to: call.to },
      { kind: "arm", timer: "refer", afterMs: referMsMax },
    ],
  };
}
