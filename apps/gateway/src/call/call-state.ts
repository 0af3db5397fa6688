import type { CallPlan, EndCause, FallbackStep, PlanOutcome } from "@agentcall/contract";
import type { LegRefusal, SipRefusal } from "../sip/sip-leg.ts";
import type { Rungs } from "./ladder.ts";

/** Where a call stands. */
export type CallState =
  | { readonly kind: "arrived" }
  /** The control plane has been asked what to do. */
  | { readonly kind: "asking" }
  | Ringing
  | Preparing
  | Calling
  | Answering
  | Talking
  | HandingOver
  /** The caller talks with another party; we carry the audio between them. */
  | { readonly kind: "bridged" }
  /** The call cannot go on: the caller hears so before we hang up. */
  | { readonly kind: "announcing"; readonly cause: EndCause }
  | { readonly kind: "ended"; readonly cause: EndCause };

/** It rings at the caller's side while the session with the model is being made ready. */
export type Ringing = {
  readonly kind: "ringing";
  readonly plan: CallPlan;
  readonly rungs: Rungs;
  readonly ready: boolean;
  readonly firstAudio: boolean;
};

/** A call of ours: nobody is called before the agent can speak. */
export type Preparing = {
  readonly kind: "preparing";
  readonly plan: CallPlan;
  readonly rungs: Rungs;
  readonly ready: boolean;
  readonly firstAudio: boolean;
};

/** Our INVITE is under way. */
export type Calling = {
  readonly kind: "calling";
  readonly plan: CallPlan;
  readonly rungs: Rungs;
  readonly hasRung: boolean;
  readonly firstAudio: boolean;
  /** What befell the session meanwhile. */
  readonly failure: EndCause | null;
};

/** The 200 is on its way to drachtio. */
export type Answering = {
  readonly kind: "answering";
  readonly plan: CallPlan;
  readonly rungs: Rungs;
  /** What the caller is answered for. */
  readonly purpose:
    /** `failure` is what befell the session meanwhile. */
    | {
        readonly kind: "talk";
        readonly firstAudio: boolean;
        readonly failure: EndCause | null;
      }
    | { readonly kind: "forward"; readonly to: string; readonly why: EndCause }
    | { readonly kind: "announce"; readonly why: EndCause };
};

export type Talking = {
  readonly kind: "talking";
  readonly rungs: Rungs;
  readonly session: SessionLink;
};

/** The session with the model during a call. */
export type SessionLink =
  /** `hasSpoken`: audio has come since the session is there. */
  | { readonly kind: "up"; readonly hasSpoken: boolean }
  /** Another one is being opened in its place. */
  | { readonly kind: "replacing"; readonly why: EndCause }
  | { readonly kind: "lost"; readonly why: EndCause };

/** The call is being given to another party: by REFER, and where that is refused by a second leg. */
export type HandingOver = {
  readonly kind: "handing-over";
  readonly to: string;
  /** The failure that made it necessary; null when the agent or the API asked for it. */
  readonly why: EndCause | null;
  readonly rungs: Rungs;
  readonly session: SessionLink;
  readonly stage: "referring" | "referred" | "dialling";
};

/** What happens to a call. */
export type CallInput =
  | { readonly kind: "invited"; readonly refusal: EndCause | null }
  | { readonly kind: "planned"; readonly outcome: PlanOutcome }
  | { readonly kind: "plan-failed" }
  | { readonly kind: "session-ready" }
  /** Audio that can be heard: digital silence is none. */
  | { readonly kind: "session-audio" }
  | { readonly kind: "session-failed"; readonly cause: EndCause }
  /** The caller spoke, and the model said nothing that can be heard. */
  | { readonly kind: "model-mute" }
  | { readonly kind: "answered" }
  | { readonly kind: "answer-failed" }
  /** It rings at the called party's. */
  | { readonly kind: "callee-rings" }
  /** The called party or its carrier did not take our call. */
  | { readonly kind: "callee-refused"; readonly refusal: LegRefusal }
  | { readonly kind: "cancelled" }
  | { readonly kind: "bye" }
  | { readonly kind: "ack-timeout" }
  | { readonly kind: "signalling-lost" }
  | { readonly kind: "media-lost" }
  /** The other side's description cannot be used. */
  | { readonly kind: "media-refused" }
  | { readonly kind: "time-is-up"; readonly timer: CallTimer }
  | { readonly kind: "announced" }
  /** The agent's farewell has been heard. */
  | { readonly kind: "agent-hung-up" }
  | { readonly kind: "transfer-asked"; readonly to: string }
  | { readonly kind: "refer"; readonly result: "accepted" | "done" | "refused" }
  | { readonly kind: "far-end"; readonly event: "answered" | "failed" | "hung-up" }
  | { readonly kind: "hang-up-asked" }
  | { readonly kind: "draining" }
  | { readonly kind: "fault" };

export type CallTimer =
  | "answer-deadline"
  /** The called party has been rung for long enough. */
  | "ring"
  /** The model was asked to speak, and must be heard by then. */
  | "first-word"
  | "max-duration"
  | "end-warning"
  /** A session is being replaced: the caller is told that we are still there. */
  | "notice"
  | "replacement"
  | "announcement"
  | "refer"
  | "dial";

/** What the runner is to do, in this order. */
export type CallAction =
  | { readonly kind: "ask-plan" }
  /** It rings: the caller is told so where we are the called party. */
  | { readonly kind: "ring" }
  | { readonly kind: "open-session"; readonly plan: CallPlan; readonly key: "own" | "managed" }
  /** The audio of a call that opens no session: phrases, and what goes between two legs. */
  | { readonly kind: "prepare"; readonly plan: CallPlan }
  /** Opens another session in the place of the one that is there, and tells it what was said. */
  | { readonly kind: "replace-session"; readonly key: "same" | "managed" }
  | { readonly kind: "close-session" }
  /** The model hears and says nothing for a while. */
  | { readonly kind: "rest-session" }
  /** It goes on, and learns that the caller could not be handed over. */
  | { readonly kind: "wake-session" }
  /** Sends our description: in the 200, or in the INVITE of a call of ours. */
  | { readonly kind: "answer" }
  | { readonly kind: "start-media" }
  | { readonly kind: "play"; readonly what: "one-moment" | "connecting" | "ringback" }
  /** The model is told that the call ends soon, so that it says so. */
  | { readonly kind: "warn-of-end" }
  /** Says why nobody can help; `announced` follows. */
  | { readonly kind: "announce"; readonly why: EndCause; readonly text: string | null }
  | { readonly kind: "refer"; readonly to: string }
  | { readonly kind: "dial"; readonly to: string }
  | { readonly kind: "cancel-dial" }
  /** From now on the audio goes between the two legs. */
  | { readonly kind: "bridge" }
  | { readonly kind: "note-step"; readonly what: FallbackStep["what"]; readonly why: EndCause }
  | { readonly kind: "arm"; readonly timer: CallTimer; readonly afterMs: number }
  | { readonly kind: "disarm"; readonly timer: CallTimer }
  | { readonly kind: "refuse"; readonly refusal: SipRefusal }
  | { readonly kind: "bye"; readonly cause: EndCause }
  /** Always the last one of a call: release what it holds and write its record. */
  | {
      readonly kind: "finish";
      readonly cause: EndCause;
      readonly sipStatus: number;
      /** The other side's own; null takes the cause's. */
      readonly q850Cause: number | null;
    };

export type CallDecision = {
  readonly state: CallState;
  readonly actions: readonly CallAction[];
};
