import { AppError, invariant, type Log, type Secret } from "@agentcall/base";
import {
  type CallEvent,
  type CallId,
  type CallKey,
  type CallUsage,
  type GatewayFrame,
  type OutboundDefaults,
  type PlanOutcome,
  type ToolOutcome,
} from "@agentcall/contract";
import type { Budgets } from "../budgets/budgets.ts";
import type { CallStore, Teller } from "../calls/call-store.ts";
import { lostCallEnd } from "../calls/lost-call.ts";
import type { LiveTranscript } from "../events/live-transcript.ts";
import { modeOnPlan } from "../license/entitlement.ts";
import type { Licensing } from "../license/licensing.ts";
import { currentEpoch } from "../ledger/epoch.ts";
import { bookedTalkMs } from "../ledger/usage-book.ts";
import type { Database } from "../sqlite/database.ts";
import type { NumberStore, RegisteredNumber } from "../numbers/number-store.ts";
import { agentOf, speakingAs } from "../outbound/call-agents.ts";
import type { Trunk } from "../trunks/trunk.ts";
import type { Recordings } from "../recordings/open-recordings.ts";
import type { TrunkCapacity, TrunkPlace } from "../trunks/trunk-capacity.ts";
import type { TrunkStore } from "../trunks/trunk-store.ts";
import { openaiKeyPurpose, type Vault } from "../vault/vault.ts";
import type { CallerContext } from "./caller-context.ts";
import type { CallPlace } from "./call-place.ts";
import { CallCapacity, type CallInProgress } from "./call-capacity.ts";
import {
  type Charging,
  forwardOf,
  type KeyForCall,
  type OfferFacts,
  planCall,
  type ProviderSettings,
  refuseCall,
  rejectionFor,
} from "./call-plan.ts";
import type { ToolWebhook } from "../tools/tool-webhook.ts";
import type { CallHandlers, PartialTranscript, ToolAsked } from "./control-server.ts";
import type { KeyOpener } from "./key-opener.ts";

export type CallDeskOptions = {
  readonly db: Database;
  readonly calls: CallStore;
  readonly budgets: Budgets;
  readonly numbers: NumberStore;
  readonly trunks: TrunkStore;
  readonly trunkCapacity: TrunkCapacity;
  readonly liveTranscript: LiveTranscript;
  readonly vault: Vault;
  readonly keys: KeyOpener;
  readonly context: CallerContext;
  readonly licensing: Licensing;
  readonly recordings: Pick<Recordings, "store">;
  readonly provider: ProviderSettings;
  readonly tools: Pick<ToolWebhook, "call">;
  readonly callsMax: number;
  readonly nowMs: () => number;
  readonly log: Log;
};

const placeRetrySecs = 10; // calls last minutes: one is likely to end soon
const noKey: KeyForCall = { kind: "none" };

type CallOffer = Extract<GatewayFrame, { kind: "call.offer" }>;

/** Answers what gateways ask, and writes what they tell. */
export class CallDesk implements CallHandlers {
  readonly #options: CallDeskOptions;
  readonly #capacity: CallCapacity;

  private constructor(options: CallDeskOptions, inProgress: readonly CallInProgress[]) {
    this.#options = options;
    const { callsMax, licensing } = options;
    this.#capacity = new CallCapacity(
      () => Math.min(callsMax, licensing.entitlement().concurrentCallsMax),
      inProgress,
    );
  }

  static async open(options: CallDeskOptions): Promise<CallDesk> {
    const inProgress = await options.calls.inProgress();
    for (const { id, trunkId } of inProgress) {
      if (trunkId !== null) options.trunkCapacity.restore(id, trunkId);
    }
    return new CallDesk(options, inProgress);
  }

  get callsInProgress(): number {
    return this.#capacity.callsInProgress;
  }

  /** What the gateway carried before and does not carry now, it lost: those calls end here. */
  async onGateway(teller: Teller, liveCallIds: readonly CallId[]): Promise<void> {
    const { calls, db, nowMs } = this.#options;
    const live = new Set(liveCallIds);
    const lost = (await calls.unfinishedCalls(teller.gatewayId)).filter(({ id }) => !live.has(id));
    const ends = lost.map(async (call) =>
      lostCallEnd(call, await bookedTalkMs(db, call.id), nowMs()),
    );
    await this.onEvents(teller, await Promise.all(ends));
    for (const callId of live) this.#capacity.take(callId);
  }

  /** With a full disk no key is opened, since nobody could write that it was. */
  async onOffer(offer: CallOffer): Promise<PlanOutcome> {
    try {
      return await this.#plan(offer);
    } catch (error) {
      this.release(offer.callId);
      if (!(error instanceof AppError) || error.code !== "storage_full") throw error;
      this.#options.log.error({ callId: offer.callId }, "a call was refused: the disk is full");
      return rejectionFor("storage_full");
    }
  }

  async #plan(offer: CallOffer): Promise<PlanOutcome> {
    const { db, budgets, keys, provider, log } = this.#options;
    // Taken at once, in the order of the offers: two of the same moment do not share the last place.
    const hasPlace = this.#capacity.take(offer.callId);
    const trunk = await this.#trunkOf(offer);
    const trunkPlace = this.#takeTrunkPlace(offer.callId, trunk);
    const agent = offer.direction === "outbound" ? await agentOf(db, offer.callId) : null;
    const found =
      offer.direction === "outbound"
        ? await this.#callingNumber(offer, agent)
        : await this.#calledNumber(offer, trunk);
    const number = found === null ? null : this.#onPlan(found);
    const facts: OfferFacts = {
      trunk,
      trunkPlace,
      number,
      budgets: number === null ? [] : await budgets.of(number),
      hasPlace,
      hasNumberPlace: number === null || this.#takeNumberPlace(offer.callId, number),
      ringTimeoutMs: agent === null ? null : agent.ringTimeoutSecs * 1_000,
    };
    // No key is opened for a call that the agent does not take.
    const isAgents = refuseCall(facts) === null && forwardOf(facts) === null;
    const agents = isAgents ? number : null;
    const [apiKey, callerContext] = await Promise.all([
      agents === null ? noKey : keys.own(agents, offer.callId),
      agents === null ? "" : this.#contextOf(agents, offer),
    ]);
    const mayFallBack = agents !== null && apiKey.kind === "opened";
    const isRecorded = mayFallBack && agents.inbound?.record === true;
    const outcome = planCall({
      ...facts,
      apiKey,
      fallbackKey: mayFallBack ? await keys.fallback(agents, offer.callId) : null,
      provider,
      recordingKey: isRecorded ? await this.#recordingKey(agents, offer.callId) : null,
      charging: await this.#chargingOf(number),
      callerContext,
    });
    if (outcome.kind === "reject") this.release(offer.callId);
    log.info(
      {
        callId: offer.callId,
        trunkId: offer.trunkId,
        numberId: number?.id ?? null,
        outcome: outcome.kind,
        ...(outcome.kind === "reject" ? { endCause: outcome.endCause } : {}),
      },
      "call planned",
    );
    return outcome;
  }

  onTool(asked: ToolAsked): Promise<ToolOutcome> {
    return this.#options.tools.call(asked);
  }

  async onKey(callId: CallId, key: CallKey): Promise<Secret | null> {
    const { db, calls, numbers, keys } = this.#options;
    const { numberId, record } = await calls.byId(callId);
    if (numberId === null || record !== null) return null;
    const registered = this.#onPlan(await numbers.byId(numberId));
    const agent = await agentOf(db, callId);
    const number = agent === null ? registered : speakingAs(registered, agent);
    if (key === "managed") return keys.fallback(number, callId);
    const own = await keys.own(number, callId);
    return own.kind === "opened" ? own.secret : null;
  }

  async onEvents(teller: Teller, events: readonly CallEvent[]): Promise<void> {
    if (events.length === 0) return;
    await this.#options.calls.apply(teller, events);
    for (const event of events) {
      if (event.kind === "call.ended") this.release(event.callId);
    }
    await this.#options.budgets.booked(events);
  }

  onHeartbeat(callId: CallId, usage: CallUsage): Promise<void> {
    return this.#options.budgets.heard(callId, usage);
  }

  onPartial(partial: PartialTranscript): void {
    this.#options.liveTranscript.partial(partial);
  }

  /** A number's own key stays sealed on a plan that has none. */
  #onPlan(number: RegisteredNumber): RegisteredNumber {
    const { plan } = this.#options.licensing.entitlement();
    return { ...number, voiceMode: modeOnPlan(plan, number.voiceMode) };
  }

  /** A gateway that does not tell trunks apart tells where the call came from. */
  async #trunkOf({ trunkId, sourceAddress }: CallOffer): Promise<Trunk | null> {
    const { trunks } = this.#options;
    return trunkId === null ? trunks.byAddress(sourceAddress) : trunks.enabled(trunkId);
  }

  #takeTrunkPlace(callId: CallId, trunk: Trunk | null): TrunkPlace {
    const { trunkCapacity, nowMs } = this.#options;
    if (trunk === null) return { kind: "taken" }; // refused for another reason
    return trunkCapacity.take(callId, trunk.id, trunk.settings, nowMs());
  }

  #takeNumberPlace(callId: CallId, { id, inbound }: RegisteredNumber): boolean {
    const callsMax = inbound?.limits.maxConcurrentCalls ?? null;
    return this.#capacity.takeOfNumber(callId, id, callsMax);
  }

  /** A number that belongs to a trunk is not there for callers of another. */
  async #calledNumber({ to }: CallOffer, trunk: Trunk | null): Promise<RegisteredNumber | null> {
    const number = await this.#options.numbers.byE164(to);
    const isThere = number?.trunkId === null || number?.trunkId === trunk?.id;
    return isThere ? number : null;
  }

  /** The number that a call is placed from, with who speaks in it; null when the call is over already. */
  async #callingNumber(
    { from }: CallOffer,
    agent: OutboundDefaults | null,
  ): Promise<RegisteredNumber | null> {
    const number = await this.#options.numbers.byE164(from);
    return number === null || agent === null ? null : speakingAs(number, agent);
  }

  /** Takes a place for a call that is to be placed, as for one that is offered. */
  reserve(callId: CallId, trunk: Trunk, number: RegisteredNumber): CallPlace {
    const hasPlace = this.#capacity.take(callId);
    const trunkPlace = hasPlace
      ? this.#takeTrunkPlace(callId, trunk)
      : ({ kind: "taken" } as const);
    const isTrunkFull = trunkPlace.kind === "refused";
    const hasNumberPlace = !hasPlace || isTrunkFull || this.#takeNumberPlace(callId, number);
    if (hasPlace && !isTrunkFull && hasNumberPlace) return { kind: "taken" };
    this.release(callId);
    if (isTrunkFull) return { ...trunkPlace, endCause: "trunk_calls_taken" };
    const endCause = hasPlace ? "number_calls_taken" : "all_calls_taken";
    return { kind: "refused", endCause, retryAfterSecs: placeRetrySecs };
  }

  release(callId: CallId): void {
    this.#capacity.release(callId);
    this.#options.trunkCapacity.release(callId);
  }

  async #contextOf({ id, inbound }: RegisteredNumber, offer: CallOffer): Promise<string> {
    if (inbound === null) return "";
    const { from, to } = offer;
    // Of a call that is placed the called party is the person one knows something of.
    const known = offer.direction === "inbound" ? offer : { ...offer, from: to, to: from };
    return this.#options.context.forCall(known, { id, inbound });
  }

  async #recordingKey({ id, inbound }: RegisteredNumber, callId: CallId): Promise<Secret | null> {
    invariant(inbound !== null, "what has no agent was refused");
    const { retentionDays } = inbound.recording;
    return this.#options.recordings.store.begin(callId, { id, retentionDays });
  }

  async #chargingOf(number: RegisteredNumber | null): Promise<Charging> {
    const { db, vault, licensing } = this.#options;
    const isOwn = number?.voiceMode === "byok";
    return {
      epoch: await currentEpoch(db),
      rateCard: licensing.entitlement().rateCard,
      keyFingerprint: isOwn ? await vault.fingerprintOf(openaiKeyPurpose, number.id) : null,
    };
  }
}
