import { AppError, type Clock, type Log, newId, type Random } from "@agentcall/base";
import {
  type AiCall,
  type CallEvent,
  type CallId,
  callIdSchema,
  type EndCause,
  endCauseText,
  type OutboundDefaults,
  outboundDefaultsSchema,
  type OutboundSettings,
  parseE164,
} from "@agentcall/contract";
import type { Actor, AuditLog } from "../audit/audit-log.ts";
import { verdictOf } from "../budgets/budget.ts";
import type { Budgets } from "../budgets/budgets.ts";
import type { ManagedKey } from "../byok/managed-key.ts";
import type { CallStore, StoredCall, Teller } from "../calls/call-store.ts";
import { lostCallEnd } from "../calls/lost-call.ts";
import type { CallPlace } from "../control/call-place.ts";
import type { Licensing } from "../license/licensing.ts";
import { numberStatus } from "../numbers/number-status.ts";
import type { NumberStore, RegisteredNumber } from "../numbers/number-store.ts";
import type { Database, SqlReader, SqlWriter } from "../sqlite/database.ts";
import type { Trunk } from "../trunks/trunk.ts";
import type { TrunkStore } from "../trunks/trunk-store.ts";
import type { VaultDoor } from "../vault/vault-door.ts";
import { keepAgent, speakingAs } from "./call-agents.ts";
import { refuseDestination } from "./destination-rule.ts";
import type { Dialler } from "./dialler.ts";
import type { OutboundRules } from "./outbound-rules.ts";

export type OutboundCallsOptions = {
  readonly db: Database;
  readonly audit: AuditLog;
  readonly calls: CallStore;
  readonly numbers: NumberStore;
  readonly budgets: Pick<Budgets, "of">;
  readonly trunks: Pick<TrunkStore, "enabled" | "firstWithServer">;
  readonly licensing: Licensing;
  readonly managedKey: Pick<ManagedKey, "presence">;
  readonly vault: { readonly door: VaultDoor };
  readonly rules: OutboundRules;
  readonly desk: {
    /** Takes a place for the call on the trunk, the number and the appliance. */
    reserve(callId: CallId, trunk: Trunk, number: RegisteredNumber): CallPlace;
    release(callId: CallId): void;
  };
  /** The one with the fewest calls; null where none is there, or all are being stopped. */
  readonly dialler: () => Dialler | null;
  readonly clock: Clock;
  readonly random: Random;
  readonly log: Log;
};

const dayMs = 24 * 3_600_000;
const limitRetrySecs = 30; // about as long as a short call lasts

/** Places calls: every rule is looked at before anything is begun. */
export class OutboundCalls {
  readonly #options: OutboundCallsOptions;

  constructor(options: OutboundCallsOptions) {
    this.#options = options;
  }

  /**
   * Places a call and resolves when a gateway has it. Throws `not_found`, `no_saved_agent`,
   * `destination_not_allowed`, `usage_exhausted`, `no_trunk`, `call_limit_reached`, `vault_sealed`
   * and `voice_ai_unavailable`.
   */
  async place(asked: AiCall, actor: Actor): Promise<StoredCall> {
    const { calls, rules, random, log, desk } = this.#options;
    const number = await this.#numberOf(asked.from);
    const agent = agentFor(asked, number.outbound);
    const settings = await rules.current();
    this.#checkDestination(settings, number.e164, asked.to);
    await this.#checkNumber(speakingAs(number, agent));
    const trunk = await this.#trunkOf(number);
    const dialler = this.#dialler();
    const callId = callIdSchema.parse(newId("call", random));
    this.#reserve(callId, trunk, speakingAs(number, agent));
    const call = { callId, from: number.e164, to: asked.to, trunkId: trunk.id };
    const begun = { ...call, number, agent, metadata: asked.metadata, settings, actor };
    await this.#begin(dialler.teller, begun).catch((error: unknown) => {
      desk.release(callId);
      throw error;
    });
    if (!dialler.send({ kind: "call.dial", ...call, metadata: asked.metadata })) {
      await this.#lose(callId, dialler.teller);
      throw unavailable("The gateway left before it had the call.");
    }
    const { gatewayId } = dialler.teller;
    log.info({ callId, numberId: number.id, trunkId: trunk.id, gatewayId }, "a call is placed");
    return calls.byId(callId);
  }

  /** Throws `destination_not_allowed` where a call in progress may not be handed to this number. */
  async checkTransfer({ from, to, direction }: StoredCall, target: string): Promise<void> {
    if (parseE164(target) === null) return; // an address of one's own network costs nothing
    const ours = direction === "inbound" ? to : from;
    this.#checkDestination(await this.#options.rules.current(), ours, target);
  }

  async #numberOf(from: string): Promise<RegisteredNumber> {
    const { numbers } = this.#options;
    const number = parseE164(from) === null ? await numbers.byId(from) : await numbers.byE164(from);
    if (number === null) throw new AppError("not_found", "There is no such number.");
    return number;
  }

  #checkDestination(settings: OutboundSettings, from: string, to: string): void {
    const refusal = refuseDestination(settings, { from, to }, this.#options.clock.nowMs());
    if (refusal === null) return;
    const { reason, message } = refusal;
    throw new AppError("destination_not_allowed", message, { reason });
  }

  /** Whether there is a key, and money or minutes left. */
  async #checkNumber(number: RegisteredNumber): Promise<void> {
    const { budgets, licensing, managedKey, vault } = this.#options;
    const verdict = verdictOf(await budgets.of(number));
    if (verdict.kind !== "go") throw exhausted(verdict.endCause);
    const status = numberStatus(number, {
      isTrialExhausted: false, // a budget like the others
      isVaultSealed: vault.door.isSealed,
      plan: licensing.entitlement().plan,
      managedKey: await managedKey.presence(),
    });
    if (status === "vault_sealed") throw new AppError(status, endCauseText.vault_sealed);
    if (status === "managed_key_missing" || status === "key_unreadable") {
      throw unavailable(endCauseText[status], status);
    }
  }

  async #trunkOf({ trunkId }: RegisteredNumber): Promise<Trunk> {
    const { trunks } = this.#options;
    const trunk = trunkId === null ? await trunks.firstWithServer() : await trunks.enabled(trunkId);
    const servers = trunk?.settings.servers.length ?? 0;
    if (trunk === null || (servers === 0 && trunk.settings.outboundProxy === null)) {
      throw new AppError("no_trunk", "No enabled trunk with a server is there for this number.");
    }
    return trunk;
  }

  #dialler(): Dialler {
    const dialler = this.#options.dialler();
    if (dialler === null) throw unavailable("No gateway is connected that could place the call.");
    return dialler;
  }

  #reserve(callId: CallId, trunk: Trunk, number: RegisteredNumber): void {
    const place = this.#options.desk.reserve(callId, trunk, number);
    if (place.kind === "refused") throw limitReached(place.endCause, place.retryAfterSecs);
  }

  /** The call, who speaks in it and who asked for it: written together, within the limits of a day. */
  async #begin(
    teller: Teller,
    begun: {
      readonly callId: CallId;
      readonly from: string;
      readonly to: string;
      readonly trunkId: Trunk["id"];
      readonly number: RegisteredNumber;
      readonly agent: OutboundDefaults;
      readonly metadata: Readonly<Record<string, string>>;
      readonly settings: OutboundSettings;
      readonly actor: Actor;
    },
  ): Promise<void> {
    const { db, calls, audit, clock, random } = this.#options;
    const { callId, from, to, trunkId, number, agent, metadata, settings, actor } = begun;
    const nowMs = clock.nowMs();
    const started: CallEvent = {
      kind: "call.started",
      eventId: newId("evt", random),
      callId,
      atMs: nowMs,
      direction: "outbound",
      from,
      to,
      numberId: number.id,
      voiceMode: number.voiceMode,
      sipCallId: "",
      trunkId,
      metadata: { ...metadata },
    };
    await db.tx(async (writer) => {
      await checkLimits(writer, settings, number.id, nowMs);
      await calls.applyIn(writer, teller, [started]);
      await keepAgent(writer, callId, agent);
      await audit.append(writer, actor, "call.placed", callId, {
        numberId: number.id,
        to,
        trunkId,
      });
    });
  }

  /** A call that no gateway has ends at once. */
  async #lose(callId: CallId, teller: Teller): Promise<void> {
    const { calls, clock, desk } = this.#options;
    await calls.apply(teller, [lostCallEnd(await calls.byId(callId), 0, clock.nowMs())]);
    desk.release(callId);
  }
}

/** What is asked for takes the place of what is saved. Throws `no_saved_agent`. */
function agentFor(asked: AiCall, saved: OutboundDefaults | null): OutboundDefaults {
  const { systemPrompt, voice, language, firstMessage, maxDurationSecs } = asked;
  const { liveTranscript, record, ringTimeoutSecs, useSavedAgent } = asked;
  const isOwn = systemPrompt !== undefined && !useSavedAgent;
  if (!isOwn && saved === null) {
    throw new AppError("no_saved_agent", "This number has no saved agent for its calls.");
  }
  const named = { systemPrompt, voice, language, firstMessage, maxDurationSecs };
  return outboundDefaultsSchema.parse({
    ...(isOwn ? {} : saved),
    ...withoutUndefined({ ...named, liveTranscript, record, ringTimeoutSecs }),
  });
}

function withoutUndefined(fields: Readonly<Record<string, unknown>>): Record<string, unknown> {
  return Object.fromEntries(Object.entries(fields).filter(([, value]) => value !== undefined));
}

/** Throws `call_limit_reached` where one more call would be one too many. */
async function checkLimits(
  writer: SqlWriter,
  { applianceLimits, numberLimits }: OutboundSettings,
  numberId: string,
  nowMs: number,
): Promise<void> {
  const whose = [
    { limits: numberLimits, of: numberId, name: "number" },
    { limits: applianceLimits, of: null, name: "appliance" },
  ] as const;
  for (const { limits, of, name } of whose) {
    const { now, day } = await counted(writer, of, nowMs - dayMs);
    if (limits.maxConcurrentCalls !== null && now >= limits.maxConcurrentCalls) {
      throw limitReached(`${name}_calls`, limitRetrySecs);
    }
    if (limits.maxCallsPerDay !== null && day >= limits.maxCallsPerDay) {
      throw limitReached(`${name}_calls_per_day`, null);
    }
  }
}

/** The calls of a number, or of all, that were placed and are not over, and those since a moment. */
async function counted(
  reader: SqlReader,
  numberId: string | null,
  sinceMs: number,
): Promise<{ readonly now: number; readonly day: number }> {
  const row = await reader.get(
    `SELECT count(*) FILTER (WHERE record IS NULL) AS now,
       count(*) FILTER (WHERE started_at_ms > ?1) AS day
     FROM call WHERE direction = 'outbound' AND (record IS NULL OR started_at_ms > ?1)
       AND (?2 IS NULL OR number_id = ?2)`,
    sinceMs,
    numberId,
  );
  return { now: Number(row?.["now"]), day: Number(row?.["day"]) };
}

function limitReached(reason: string, retryAfterSecs: number | null): AppError {
  return new AppError("call_limit_reached", "As many calls as are allowed have been placed.", {
    reason,
    ...(retryAfterSecs === null ? {} : { details: { retryAfterSecs } }),
  });
}

function exhausted(reason: EndCause): AppError {
  return new AppError("usage_exhausted", endCauseText[reason], { reason });
}

function unavailable(message: string, reason?: string): AppError {
  return new AppError("voice_ai_unavailable", message, reason === undefined ? {} : { reason });
}
