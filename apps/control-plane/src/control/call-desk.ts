import type { Log, Secret } from "@agentcall/base";
import {
  type CallEvent,
  type CallId,
  type CallKey,
  type GatewayFrame,
  type PlanOutcome,
} from "@agentcall/contract";
import type { CallStore, Teller } from "../calls/call-store.ts";
import { lostCallEnd } from "../calls/lost-call.ts";
import type { EventStream } from "../events/event-stream.ts";
import { modeOnPlan } from "../license/entitlement.ts";
import type { Licensing } from "../license/licensing.ts";
import { currentEpoch } from "../ledger/epoch.ts";
import { bookedTalkMs } from "../ledger/usage-book.ts";
import type { Database } from "../sqlite/database.ts";
import type { NumberStore, RegisteredNumber } from "../numbers/number-store.ts";
import { openaiKeyPurpose, type Vault } from "../vault/vault.ts";
import { CallCapacity } from "./call-capacity.ts";
import {
  type Charging,
  type KeyForCall,
  type OfferFacts,
  planCall,
  type ProviderSettings,
  refuseCall,
} from "./call-plan.ts";
import type { ControlHandlers, PartialTranscript } from "./control-server.ts";
import type { KeyOpener } from "./key-opener.ts";

export type CallDeskOptions = {
  readonly db: Database;
  readonly calls: CallStore;
  readonly numbers: NumberStore;
  readonly stream: EventStream;
  readonly vault: Vault;
  readonly keys: KeyOpener;
  readonly licensing: Licensing;
  readonly provider: ProviderSettings;
  readonly callsMax: number;
  readonly nowMs: () => number;
  readonly log: Log;
};

const noKey: KeyForCall = { kind: "none" };

/** Answers what gateways ask, and writes what they tell. */
export class CallDesk implements ControlHandlers {
  readonly #options: CallDeskOptions;
  readonly #capacity: CallCapacity;

  private constructor(options: CallDeskOptions, inProgress: readonly CallId[]) {
    this.#options = options;
    const { callsMax, licensing } = options;
    this.#capacity = new CallCapacity(
      () => Math.min(callsMax, licensing.entitlement().concurrentCallsMax),
      inProgress,
    );
  }

  static async open(options: CallDeskOptions): Promise<CallDesk> {
    return new CallDesk(options, await options.calls.inProgress());
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

  async onOffer(offer: Extract<GatewayFrame, { kind: "call.offer" }>): Promise<PlanOutcome> {
    const { numbers, keys, licensing, provider, log } = this.#options;
    const found = await numbers.byE164(offer.to);
    const number = found === null ? null : this.#onPlan(found);
    const trial = await licensing.trial();
    // Taken at once: two offers in the same moment do not share the last place.
    const hasPlace = this.#capacity.take(offer.callId);
    const facts: OfferFacts = {
      number,
      trialLeftMs: trial === null ? null : trial.includedMs - trial.usedMs,
      sourceAddress: offer.sourceAddress,
      hasPlace,
    };
    // No key is opened for a call that is refused anyway.
    const isRefused = number === null || refuseCall(facts) !== null;
    const apiKey: KeyForCall = isRefused ? noKey : await keys.own(number, offer.callId);
    const mayFallBack = !isRefused && apiKey.kind === "opened";
    const outcome = planCall({
      ...facts,
      apiKey,
      fallbackKey: mayFallBack ? await keys.fallback(number, offer.callId) : null,
      provider,
      charging: await this.#chargingOf(number),
    });
    if (outcome.kind === "reject") this.#capacity.release(offer.callId);
    log.info(
      {
        callId: offer.callId,
        numberId: number?.id ?? null,
        outcome: outcome.kind,
        ...(outcome.kind === "reject" ? { endCause: outcome.endCause } : {}),
      },
      "call planned",
    );
    return outcome;
  }

  async onKey(callId: CallId, key: CallKey): Promise<Secret | null> {
    const { calls, numbers, keys } = this.#options;
    const { numberId, record } = await calls.byId(callId);
    if (numberId === null || record !== null) return null;
    const number = this.#onPlan(await numbers.byId(numberId));
    if (key === "managed") return keys.fallback(number, callId);
    const own = await keys.own(number, callId);
    return own.kind === "opened" ? own.secret : null;
  }

  async onEvents(teller: Teller, events: readonly CallEvent[]): Promise<void> {
    if (events.length === 0) return;
    await this.#options.calls.apply(teller, events);
    for (const event of events) {
      if (event.kind === "call.ended") this.#capacity.release(event.callId);
    }
  }

  onPartial({ callId, itemId, speaker, text, sequence }: PartialTranscript): void {
    this.#options.stream.publish("transcript.partial", {
      callId,
      itemId,
      role: speaker,
      text,
      sequence,
      final: false,
    });
  }

  /** A number's own key stays sealed on a plan that has none. */
  #onPlan(number: RegisteredNumber): RegisteredNumber {
    const { plan } = this.#options.licensing.entitlement();
    return { ...number, voiceMode: modeOnPlan(plan, number.voiceMode) };
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
