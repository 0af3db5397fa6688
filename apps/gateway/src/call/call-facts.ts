import type { Clock } from "@agentcall/base";
import {
  type CallLatency,
  type CallPlan,
  type CallRecord,
  type CallUsage,
  type EndCause,
  type FallbackStep,
  fallbackStepsMax,
  type MediaStats,
  type NumberId,
  type TokenUsage,
  type UsageTerms,
  type VoiceMode,
} from "@agentcall/contract";
import type { Invite } from "../sip/sip-leg.ts";
import { CallMeter } from "./metering/call-meter.ts";
import { causeTold, endedByOf, q850CauseOf, recordStatusOf } from "./end-cause.ts";

/** A moment of a call that its record tells, in the order in which they come. */
type Milestone =
  | "ringingMs"
  | "sessionOpenMs"
  | "sessionReadyMs"
  | "firstDeltaMs"
  | "answeredMs"
  | "firstRtpOutMs";

/** How a call ended. */
export type CallEnd = {
  readonly cause: EndCause;
  readonly sipStatus: number;
  /** The other side's own; null takes the cause's. */
  readonly q850Cause: number | null;
};

const bargeInsMax = 1_000; // a figure for each; beyond this the record would only grow

/** What is known of a call while it lasts, and the record that comes of it. */
export class CallFacts {
  /** What of the call is charged. */
  readonly meter: CallMeter;
  readonly #clock: Clock;
  readonly #invite: Invite;
  readonly #startedAtMs: number;
  readonly #startMs: number;
  readonly #reached = new Map<Milestone, number>();
  readonly #bargeInStopMs: number[] = [];
  #sipCallId: string;
  #answeredAtMs: number | null = null;
  #numberId: NumberId | null = null;
  #voiceMode: VoiceMode | null = null;
  #model: string | null = null;
  #terms: UsageTerms | null = null;
  #tokenUsage: TokenUsage = noTokens;
  #toolCallCount = 0;
  readonly #fallbackSteps: FallbackStep[] = [];

  constructor(clock: Clock, invite: Invite) {
    this.meter = new CallMeter(clock, invite.direction);
    this.#clock = clock;
    this.#invite = invite;
    this.#sipCallId = invite.sipCallId;
    this.#startedAtMs = clock.nowMs();
    this.#startMs = clock.monotonicMs();
  }

  get startedAtMs(): number {
    return this.#startedAtMs;
  }

  get numberId(): NumberId | null {
    return this.#numberId;
  }

  get voiceMode(): VoiceMode | null {
    return this.#voiceMode;
  }

  get wasAnswered(): boolean {
    return this.#answeredAtMs !== null;
  }

  /** Milliseconds since the answer; negative before it was sent, as far as the INVITE. */
  sinceAnswerMs(): number {
    const sinceStartMs = this.#clock.monotonicMs() - this.#startMs;
    return Math.round(sinceStartMs - (this.#reached.get("answeredMs") ?? sinceStartMs));
  }

  /** Notes when this came for the first time, in milliseconds since the INVITE. */
  reach(milestone: Milestone): void {
    if (this.#reached.has(milestone)) return;
    this.#reached.set(milestone, roundedMs(this.#clock.monotonicMs() - this.#startMs));
    if (milestone === "answeredMs") this.#answeredAtMs = this.#clock.nowMs();
  }

  /** Of a call of ours: its INVITE has this Call-ID. */
  sentAs(sipCallId: string): void {
    this.#sipCallId = sipCallId;
  }

  belongsTo(numberId: NumberId | null, voiceMode: VoiceMode | null): void {
    this.#numberId = numberId;
    this.#voiceMode = voiceMode;
  }

  planned(plan: CallPlan): void {
    this.belongsTo(plan.numberId, plan.voiceMode);
    this.#terms = plan.usageTerms;
    this.meter.charge(plan.numberId, plan.usageTerms);
    this.#model = plan.agent.model;
  }

  bargedIn(stopMs: number): void {
    if (this.#bargeInStopMs.length < bargeInsMax) this.#bargeInStopMs.push(roundedMs(stopMs));
  }

  usedTokens(usage: TokenUsage): void {
    const sum = this.#tokenUsage;
    this.#tokenUsage = {
      inputTextTokens: sum.inputTextTokens + usage.inputTextTokens,
      inputAudioTokens: sum.inputAudioTokens + usage.inputAudioTokens,
      inputCachedTokens: sum.inputCachedTokens + usage.inputCachedTokens,
      outputTextTokens: sum.outputTextTokens + usage.outputTextTokens,
      outputAudioTokens: sum.outputAudioTokens + usage.outputAudioTokens,
      transcriptionTokens: sum.transcriptionTokens + usage.transcriptionTokens,
    };
  }

  calledTool(): void {
    this.#toolCallCount += 1;
  }

  /** The appliance's key carries the call from now on. What is returned is to be told. */
  carriedByManagedKey(): CallUsage | null {
    this.#voiceMode = "managed";
    return this.#changeTerms({ voiceMode: "managed", keyFingerprint: null });
  }

  /** The call was to be recorded, and is not. What is returned is to be told. */
  notRecorded(): CallUsage | null {
    if (this.#terms?.recorded !== true) return null;
    this.#terms = { ...this.#terms, recorded: false };
    return this.meter.stopRecording();
  }

  /** A step of the failure ladder. What is returned is to be told, null when the record holds all it can. */
  climbed(what: FallbackStep["what"], why: EndCause): FallbackStep | null {
    if (this.#fallbackSteps.length >= fallbackStepsMax) return null;
    const step = { what, why, atMs: this.#clock.nowMs() };
    this.#fallbackSteps.push(step);
    return step;
  }

  /** The record of the call if it ended now. */
  record({ cause, sipStatus, q850Cause }: CallEnd, mediaStats: MediaStats | null): CallRecord {
    const answeredMs = this.#reached.get("answeredMs") ?? null;
    const { callId, direction, from, to } = this.#invite;
    const endCause = causeTold(direction, cause);
    return {
      callId,
      direction,
      from,
      to,
      numberId: this.#numberId,
      voiceMode: this.#voiceMode,
      sipCallId: this.#sipCallId,
      status: recordStatusOf(cause, answeredMs !== null, sipStatus),
      endCause,
      endedBy: endedByOf(endCause),
      sipStatus,
      q850Cause: q850Cause ?? q850CauseOf(endCause),
      startedAtMs: this.#startedAtMs,
      answeredAtMs: this.meter.answeredAtMs ?? this.#answeredAtMs,
      endedAtMs: this.#clock.nowMs(),
      durationMs: this.meter.talkMs,
      model: this.#model,
      latency: this.#latency(),
      tokenUsage: this.#tokenUsage,
      toolCallCount: this.#toolCallCount,
      fallbackSteps: [...this.#fallbackSteps],
      mediaStats: answeredMs === null ? null : mediaStats,
    };
  }

  #changeTerms(change: Partial<UsageTerms>): CallUsage | null {
    if (this.#terms === null) return null;
    this.#terms = { ...this.#terms, ...change };
    return this.meter.changeTerms(this.#terms);
  }

  #latency(): CallLatency {
    const at = (milestone: Milestone): number | null => this.#reached.get(milestone) ?? null;
    return {
      ringingMs: at("ringingMs"),
      sessionOpenMs: at("sessionOpenMs"),
      sessionReadyMs: at("sessionReadyMs"),
      firstDeltaMs: at("firstDeltaMs"),
      answeredMs: at("answeredMs"),
      firstRtpOutMs: at("firstRtpOutMs"),
      bargeInStopMs: [...this.#bargeInStopMs],
    };
  }
}

const noTokens: TokenUsage = {
  inputTextTokens: 0,
  inputAudioTokens: 0,
  inputCachedTokens: 0,
  outputTextTokens: 0,
  outputAudioTokens: 0,
  transcriptionTokens: 0,
};

/** Tenths of a millisecond say all there is to say. */
function roundedMs(ms: number): number {
  return Math.round(ms * 10) / 10;
}
