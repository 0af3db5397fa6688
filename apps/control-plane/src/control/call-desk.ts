import type { Log } from "@agentcall/base";
import {
  type CallEvent,
  type CallId,
  endCauseText,
  type FallbackStep,
  type GatewayFrame,
  type PlanOutcome,
} from "@agentcall/contract";
import { applianceActor, type AuditLog } from "../audit/audit-log.ts";
import type { ManagedKey } from "../byok/managed-key.ts";
import type { CallStore, Teller } from "../calls/call-store.ts";
import { lostCallEnd } from "../calls/lost-call.ts";
import type { EventStream } from "../events/event-stream.ts";
import { modeOnPlan } from "../license/entitlement.ts";
import type { Licensing } from "../license/licensing.ts";
import { currentEpoch } from "../ledger/epoch.ts";
import { bookedTalkMs } from "../ledger/usage-book.ts";
import type { Database } from "../sqlite/database.ts";
import type { NumberStore, RegisteredNumber } from "../numbers/number-store.ts";
import { type Found, openaiKeyPurpose, type Vault } from "../vault/vault.ts";
import { CallCapacity } from "./call-capacity.ts";
import { type Charging, type KeyForCall, planCall, type ProviderSettings } from "./call-plan.ts";
import type { ControlHandlers, PartialTranscript } from "./control-server.ts";

export type CallDeskOptions = {
  readonly db: Database;
  readonly audit: AuditLog;
  readonly calls: CallStore;
  readonly numbers: NumberStore;
  readonly stream: EventStream;
  readonly vault: Vault;
  readonly managedKey: ManagedKey;
  readonly licensing: Licensing;
  readonly provider: ProviderSettings;
  readonly callsMax: number;
  readonly nowMs: () => number;
  readonly log: Log;
};

/** Answers what gateways ask, writes what they tell, and passes it on to whoever listens. */
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
    const { numbers, licensing, provider, log } = this.#options;
    const number = this.#onPlan(await numbers.byE164(offer.to));
    const trial = await licensing.trial();
    // Taken at once: two offers in the same moment do not share the last place.
    const hasPlace = this.#capacity.take(offer.callId);
    const apiKey = await this.#openKey(number, offer.callId);
    const fallback =
      mayFallBack(number) && apiKey.kind === "opened"
        ? await this.#openManaged(number, offer.callId)
        : null;
    const outcome = planCall({
      number,
      trialLeftMs: trial === null ? null : trial.includedMs - trial.usedMs,
      sourceAddress: offer.sourceAddress,
      hasPlace,
      apiKey,
      fallbackKey: fallback?.kind === "opened" ? fallback.secret : null,
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

  async onEvents(teller: Teller, events: readonly CallEvent[]): Promise<void> {
    if (events.length === 0) return;
    for (const event of await this.#options.calls.apply(teller, events)) this.#tell(event);
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
  #onPlan(number: RegisteredNumber | null): RegisteredNumber | null {
    const { plan } = this.#options.licensing.entitlement();
    return number === null ? null : { ...number, voiceMode: modeOnPlan(plan, number.voiceMode) };
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

  /** Opens the key of the number's mode for one call, and writes down that it did. */
  async #openKey(number: RegisteredNumber | null, callId: CallId): Promise<KeyForCall> {
    if (number === null) return { kind: "none" };
    const { vault } = this.#options;
    if (vault.door.isSealed) return { kind: "sealed" };
    if (number.voiceMode === "managed") return this.#openManaged(number, callId);
    const found = await vault.find(openaiKeyPurpose, number.id);
    await this.#auditOpening("byok-key.opened", number, callId, found);
    return found;
  }

  async #openManaged(number: RegisteredNumber, callId: CallId): Promise<Found> {
    const found = await this.#options.managedKey.find();
    await this.#auditOpening("managed-key.opened", number, callId, found);
    return found;
  }

  async #auditOpening(
    action: string,
    { id }: RegisteredNumber,
    callId: CallId,
    found: Found,
  ): Promise<void> {
    const { db, audit } = this.#options;
    const opened = found.kind === "opened";
    const detail = { callId, opened, keyVersion: opened ? found.keyVersion : null };
    await db.tx((writer) => audit.append(writer, applianceActor, action, id, detail));
  }

  #tell(event: CallEvent): void {
    const { stream, log } = this.#options;
    const { callId } = event;
    switch (event.kind) {
      case "call.started": {
        const { numberId, from, to, direction } = event;
        stream.publish("call.inbound", { callId, numberId, from, to, direction });
        return;
      }
      case "call.ringing":
        stream.publish("call.ringing", { callId });
        return;
      case "call.answered":
        stream.publish("call.status", { callId, status: "in-progress" });
        return;
      case "call.turn": {
        const { itemId, speaker, text, interrupted } = event.turn;
        stream.publish("transcript.partial", {
          callId,
          itemId,
          role: speaker,
          text,
          interrupted,
          final: true,
        });
        return;
      }
      case "call.usage":
        return; // told by /v1/usage
      case "call.fallback":
        void this.#tellFallback(callId, event.step);
        return;
      case "call.ended": {
        const { status, endedBy, endCause, durationMs } = event.record;
        log.info({ callId, status, endedBy, endCause, durationMs }, "call ended");
        stream.publish("call.status", { callId, status, endedBy, endCause, durationMs });
        return;
      }
    }
  }

  /** A step that speaks of a number's own key is told by the key's fingerprint. Never rejects. */
  async #tellFallback(callId: CallId, { what, why }: FallbackStep): Promise<void> {
    const { calls, vault, stream, log } = this.#options;
    log.warn({ callId, what, why }, "a call climbed its failure ladder");
    try {
      const { numberId, voiceMode } = await calls.byId(callId);
      if (numberId === null || voiceMode !== "byok") return;
      const fingerprint = await vault.fingerprintOf(openaiKeyPurpose, numberId);
      if (fingerprint === null) return;
      stream.publish("byok.key.failing", {
        callId,
        numberId,
        fingerprint,
        cause: why,
        message: endCauseText[why],
        step: what,
      });
    } catch (error) {
      log.error({ callId, err: error }, "a failing key could not be told");
    }
  }
}

/** A number with a key of its own falls back to the appliance's only where it explicitly allows it. */
function mayFallBack(number: RegisteredNumber | null): number is RegisteredNumber {
  return number?.voiceMode === "byok" && number.inbound?.fallback.allowManagedKey === true;
}
