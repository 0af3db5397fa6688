import { unreachable } from "@agentcall/base";
import type { EndCause, Ladder } from "@agentcall/contract";

/** What is left of a call's failure ladder. */
export type Rungs = {
  /** Sessions that may still take the place of one that was lost. */
  readonly replacements: number;
  /** The appliance's key is there, is allowed, and has not been tried. */
  readonly managedKey: boolean;
  readonly forwardTo: string | null;
  readonly announcement: string | null;
  readonly rejectWith: number;
};

/** What is tried next. */
type Rung =
  | { readonly kind: "replace" }
  | { readonly kind: "managed-key" }
  | { readonly kind: "forward"; readonly to: string }
  | { readonly kind: "announce" }
  /** Only before the answer: an answered call ends with words. */
  | { readonly kind: "reject" };

const replacementsMax = 3; // a provider that loses a fourth session is not having an accident

export function ladderOf(ladder: Ladder): Rungs {
  const { managedKey, forwardTo, announcement, rejectWith } = ladder;
  return {
    replacements: replacementsMax,
    managedKey: managedKey !== null,
    forwardTo,
    announcement,
    rejectWith,
  };
}

/** The next rung of the ladder after `why`, and what is left above it. A rung is stood on once. */
export function nextRung(
  rungs: Rungs,
  why: EndCause,
  phase: "ringing" | "answered",
): { readonly rung: Rung; readonly rungs: Rungs } {
  const rung = chooseRung(rungs, why, phase);
  return { rung, rungs: without(rungs, rung) };
}

function chooseRung(rungs: Rungs, why: EndCause, phase: "ringing" | "answered"): Rung {
  const { replacements, managedKey, forwardTo, announcement } = rungs;
  if (phase === "answered" && replacements > 0 && mayBeAnAccident.has(why)) {
    return { kind: "replace" };
  }
  if (managedKey && !sameWithAnyKey.has(why)) return { kind: "managed-key" };
  if (forwardTo !== null) return { kind: "forward", to: forwardTo };
  if (phase === "answered" || announcement !== null) return { kind: "announce" };
  return { kind: "reject" };
}

/** The provider took this key a moment ago: a new session is likely to come about. */
const mayBeAnAccident: ReadonlySet<EndCause> = new Set<EndCause>([
  "session_lost",
  "session_expired",
  "provider_error",
]);

/** The other key would go to the same address, and the caller would wait for the same failure. */
const sameWithAnyKey: ReadonlySet<EndCause> = new Set<EndCause>([
  "provider_unreachable",
  "provider_tls_error",
  "provider_timeout",
  "answer_deadline",
]);

function without(rungs: Rungs, rung: Rung): Rungs {
  switch (rung.kind) {
    case "replace":
      return { ...rungs, replacements: rungs.replacements - 1 };
    case "managed-key":
      return { ...rungs, managedKey: false };
    case "forward":
      return { ...rungs, managedKey: false, forwardTo: null };
    case "announce":
    case "reject":
      return rungs;
    default:
      return unreachable(rung);
  }
}
