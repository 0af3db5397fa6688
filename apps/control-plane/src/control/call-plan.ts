import { invariant, type Secret } from "@agentcall/base";
import type { CallPlan, EndCause, InboundConfig, PlanOutcome, RateCard } from "@agentcall/contract";
import { type Budget, verdictOf } from "../budgets/budget.ts";
import { disclosedFirstMessage } from "../recordings/disclosure.ts";
import { withContext } from "./caller-context.ts";
import type { RegisteredNumber } from "../numbers/number-store.ts";
import type { Trunk } from "../trunks/trunk.ts";
import type { TrunkPlace } from "../trunks/trunk-capacity.ts";
import type { Found } from "../vault/vault.ts";

/** What is known when a gateway asks what to do with a call. */
export type OfferFacts = {
  /** With the voice mode that the appliance's plan allows it. */
  readonly number: RegisteredNumber | null;
  /** What the call would be charged to: of its number, of the appliance, and the free plan's minutes. */
  readonly budgets: readonly Budget[];
  /** The trunk that the call came by; null where it is none of ours, or switched off. */
  readonly trunk: Trunk | null;
  readonly trunkPlace: TrunkPlace;
  /** Whether the appliance may carry one more call. */
  readonly hasPlace: boolean;
  /** Whether the number may have one more call. */
  readonly hasNumberPlace: boolean;
  /** How long it may ring at the called party's; null for a call that came to us. */
  readonly ringTimeoutMs: number | null;
};

/** The same once the key was opened. */
export type PlanFacts = OfferFacts & {
  /** The key of the number's mode, opened for this call, or why there is none. */
  readonly apiKey: KeyForCall;
  /** The appliance's key, opened because the number allows it in place of its own; else null. */
  readonly fallbackKey: Secret | null;
  readonly provider: ProviderSettings;
  readonly charging: Charging;
  /** Base64, for the recording of this call; null where it is not recorded. */
  readonly recordingKey: Secret | null;
  /** What the agent is told of its caller; empty: nothing. */
  readonly callerContext: string;
};

/** What is charged by at this moment. */
export type Charging = {
  readonly epoch: number;
  readonly rateCard: RateCard;
  /** Of the number's own key; null in managed mode. */
  readonly keyFingerprint: string | null;
};

/** A key for one call. A sealed vault opens none, and the provider may refuse a client secret for it. */
export type KeyForCall =
  Found | { readonly kind: "sealed" } | { readonly kind: "refused"; readonly endCause: EndCause };

export type ProviderSettings = {
  /** Such as `wss://api.openai.com/v1/realtime`. */
  readonly realtimeUrl: string;
  /** For numbers that name none. */
  readonly model: string;
};

const storageRetryAfterSecs = 60; // somebody has to make room
const retryAfterSecs = 10; // calls last minutes: one is likely to end soon

/** Why a call is refused without asking for its key; null when it is not. */
export function refuseCall(facts: OfferFacts): Rejection | null {
  const { number, trunk, trunkPlace } = facts;
  if (trunk === null) return rejection(facts, 403, "caller_not_allowed");
  if (trunkPlace.kind === "refused") {
    const { overLimitStatus } = trunk.settings;
    return rejection(facts, overLimitStatus, "trunk_calls_taken", trunkPlace.retryAfterSecs);
  }
  if (number === null) return rejection(facts, 404, "number_unknown");
  if (number.inbound === null) return rejection(facts, 480, "number_without_agent");
  const verdict = verdictOf(facts.budgets);
  if (verdict.kind !== "go" && forwardOf(facts) === null) {
    return rejection(facts, 480, verdict.endCause);
  }
  if (!facts.hasPlace) {
    return rejection(facts, 503, "all_calls_taken", retryAfterSecs);
  }
  if (!facts.hasNumberPlace) {
    const { rejectWith } = number.inbound.fallback;
    return rejection(facts, rejectWith, "number_calls_taken", retryAfterSecs);
  }
  return null;
}

/** To whom a call goes whose budget is used up, when that is the rule and the number names somebody. */
export function forwardOf(facts: OfferFacts): CallPlan["forward"] {
  const { number, budgets, ringTimeoutMs } = facts;
  if (ringTimeoutMs !== null) return null; // nobody is called only to be handed over
  const verdict = verdictOf(budgets);
  const to = number?.inbound?.fallback.forwardTo ?? null;
  return verdict.kind === "forward" && to !== null ? { to, why: verdict.endCause } : null;
}

/** Decides what to do with a call. The key in it is for this call alone. */
export function planCall(facts: PlanFacts): PlanOutcome {
  const refusal = refuseCall(facts);
  if (refusal !== null) return refusal;
  const { number, provider, apiKey, fallbackKey } = facts;
  invariant(number !== null && number.inbound !== null, "what has no agent was refused");
  const forward = forwardOf(facts);
  if (forward === null && apiKey.kind !== "opened") return withoutKey(facts, apiKey);
  const { inbound } = number;
  const { forwardTo, announcement, rejectWith } = inbound.fallback;
  return {
    kind: "accept",
    plan: {
      numberId: number.id,
      voiceMode: number.voiceMode,
      usageTerms: {
        ...facts.charging,
        voiceMode: number.voiceMode,
        trunkId: facts.trunk?.id ?? null,
        recorded: facts.recordingKey !== null,
      },
      agent: {
        instructions: withContext(inbound.systemPrompt, facts.callerContext),
        voice: inbound.voice,
        language: inbound.language,
        firstMessage:
          facts.recordingKey === null ? inbound.firstMessage : disclosedFirstMessage(inbound),
        model: inbound.model ?? provider.model,
      },
      provider: {
        realtimeUrl: provider.realtimeUrl,
        apiKey: apiKey.kind === "opened" ? apiKey.secret.reveal() : "",
      },
      answerDeadlineMs: inbound.answerDeadlineMs,
      maxDurationMs: Math.min(inbound.maxDurationSecs * 1_000, trialLeftMsOf(facts)),
      liveTranscript: inbound.liveTranscript,
      forward,
      ladder: {
        managedKey: fallbackKey?.reveal() ?? null,
        forwardTo: forward === null ? forwardTo : null,
        announcement,
        rejectWith,
      },
      tools: inbound.tools,
      recording: recordingPlanOf(inbound, facts.recordingKey),
      outbound: facts.ringTimeoutMs === null ? null : { ringTimeoutMs: facts.ringTimeoutMs },
    },
  };
}

function trialLeftMsOf({ budgets }: OfferFacts): number {
  const trial = budgets.find(({ scope }) => scope === "trial");
  return trial === undefined ? Infinity : Math.floor(trial.limit - trial.used);
}

function recordingPlanOf(
  { recording }: InboundConfig,
  dataKey: Secret | null,
): CallPlan["recording"] {
  if (dataKey === null) return null;
  const { pauseOnDtmf, pauseSecs } = recording;
  return { dataKey: dataKey.reveal(), pauseMs: pauseOnDtmf ? pauseSecs * 1_000 : null };
}

function withoutKey(
  facts: OfferFacts,
  key: Exclude<KeyForCall, { readonly kind: "opened" }>,
): Rejection {
  switch (key.kind) {
    case "refused":
      return rejection(facts, 503, key.endCause);
    case "sealed":
      return rejection(facts, 503, "vault_sealed");
    case "unreadable":
      return rejection(facts, 503, "key_unreadable");
    case "none":
      return facts.number?.voiceMode === "managed"
        ? rejection(facts, 480, "managed_key_missing")
        : rejection(facts, 503, "key_invalid");
  }
}

/** A refusal before anything is known of the call's number. */
export function rejectionFor(endCause: EndCause): Rejection {
  return {
    kind: "reject",
    sipStatus: 503,
    endCause,
    numberId: null,
    voiceMode: null,
    retryAfterSecs: storageRetryAfterSecs,
  };
}

type Rejection = Extract<PlanOutcome, { kind: "reject" }>;

function rejection(
  { number }: OfferFacts,
  sipStatus: number,
  endCause: Rejection["endCause"],
  waitSecs: number | null = null,
): Rejection {
  return {
    kind: "reject",
    sipStatus,
    endCause,
    numberId: number?.id ?? null,
    voiceMode: number?.voiceMode ?? null,
    retryAfterSecs: waitSecs,
  };
}
