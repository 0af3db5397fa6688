import { type Random, seededRandom } from "@agentcall/base";
import { type UsageEvent, usageEventSchema } from "@agentcall/billing";
import {
  type CallEvent,
  type CallId,
  callIdSchema,
  defaultRateCard,
  type NumberId,
  numberIdSchema,
  type UsageTerms,
  type UsageView,
} from "@agentcall/contract";
import { type BillingServer, startBilling } from "@agentcall/practice";
import { applianceActor } from "../../apps/control-plane/src/audit/audit-log.ts";
import { nextExportAtMs } from "../../apps/control-plane/src/exports/export-schedule.ts";
import { eventsOf } from "../../apps/control-plane/src/exports/seal-batch.ts";
import { bookCorrection } from "../../apps/control-plane/src/ledger/correction.ts";
import { parsePeriod } from "../../apps/control-plane/src/ledger/period.ts";
import { chargeOf } from "../../apps/control-plane/src/ledger/rating.ts";
import { endedEvent, recordOf } from "../../apps/control-plane/src/testing/call-facts.ts";
import { OpenApp } from "../../apps/control-plane/src/testing/open-app.ts";
import { CallMeter } from "../../apps/gateway/src/call/metering/call-meter.ts";

/** A moment at which clocks, days or months change. */
export type Occasion = { readonly timezone: string; readonly atMs: number };

/** What a stretch of time has cost, by each of those who say so. */
export type Sums = {
  /** Records of calls, each rated once as a whole, and corrections as they were asked for. */
  readonly records: number;
  readonly batches: number;
  readonly billing: number;
};

type Booked = { readonly atMs: number; readonly amountMicros: number };

const hourMs = 3_600_000;
const beforeMs = 3 * hourMs;
const numberIds: readonly NumberId[] = ["num_1", "num_2"].map((id) => numberIdSchema.parse(id));

/**
 * Calls and corrections around an occasion, told late or at once, exported by a schedule of that time
 * zone to a practice billing over HTTP. Nothing is lost here: what is tried is who counts what when.
 */
export class UsageSumsWorld {
  readonly #random: Random;
  readonly #occasion: Occasion;
  readonly #house: OpenApp;
  readonly #billing: BillingServer;
  readonly #terms = new Map<CallId, UsageTerms>();
  readonly #corrections: Booked[] = [];
  #spool: CallEvent[] = [];
  #dueAtMs: number;
  #events = 0;

  private constructor(seed: number, occasion: Occasion, house: OpenApp, billing: BillingServer) {
    this.#random = seededRandom(seed);
    this.#occasion = occasion;
    this.#house = house;
    this.#billing = billing;
    this.#dueAtMs = this.#nextExport();
  }

  static async open(seed: number, occasion: Occasion): Promise<UsageSumsWorld> {
    let nowMs = (): number => 0; // billing needs the house's clock, and the house billing's address
    const clock = {
      nowMs: () => nowMs(),
      monotonicMs: () => 0,
      after: () => ({ cancel: () => undefined }),
    };
    const billing = await startBilling({ clock });
    const { url: endpoint, publicKeyPem: receiverKey } = billing;
    const house = await OpenApp.open(undefined, undefined, undefined, { endpoint, receiverKey });
    nowMs = () => house.clock.nowMs();
    await house.identity.ensureSigningKey();
    house.clock.stepWall(occasion.atMs - beforeMs - house.clock.nowMs());
    return new UsageSumsWorld(seed, occasion, house, billing);
  }

  /** Three hours before the occasion and three after it, and then the last export. */
  async live(): Promise<void> {
    const { clock } = this.#house;
    const untilMs = this.#occasion.atMs + beforeMs;
    while (clock.nowMs() < untilMs) {
      clock.advance(this.#random.below(400_000));
      if (this.#chance(0.8)) this.#call();
      if (this.#chance(0.7)) await this.#handOver();
      if (this.#chance(0.3)) await this.#correct();
      if (clock.nowMs() >= this.#dueAtMs) await this.#export();
    }
    await this.#handOver();
    await this.#export();
  }

  /** What the time from one moment up to another has cost. */
  async sums(fromMs: number, untilMs: number): Promise<Sums> {
    const within = ({ atMs }: Booked): boolean => atMs >= fromMs && atMs < untilMs;
    const records = [...(await this.#ratedRecords()), ...this.#corrections];
    const batches = (await this.#exportedEvents()).map(({ time, data }): Booked => ({
      atMs: Date.parse(time),
      amountMicros: data.amountMicros,
    }));
    return {
      records: sumOf(records.filter(within)),
      batches: sumOf(batches.filter(within)),
      billing: this.#billing.receiver.book.totals(null, fromMs, untilMs).amountMicros,
    };
  }

  /** The same of a month, and what `/v1/usage` shows for it. */
  async month(period: string): Promise<Sums & { readonly usage: number; readonly items: number }> {
    const { fromMs, untilMs } = parsePeriod(period);
    const answer = await this.#house.ask("GET", `/v1/usage?period=${period}`);
    const { total, items } = answer.json<UsageView>();
    return {
      ...(await this.sums(fromMs, untilMs)),
      usage: total.amountMicros,
      items: items.reduce((sum, { amountMicros }) => sum + amountMicros, 0),
    };
  }

  async close(): Promise<void> {
    await this.#house.close();
    await this.#billing.close();
  }

  #call(): void {
    const { clock } = this.#house;
    const callId = callIdSchema.parse(`call_${String(this.#terms.size + 1)}`);
    const isByok = this.#chance(0.5);
    const terms: UsageTerms = {
      epoch: 1,
      voiceMode: isByok ? "byok" : "managed",
      rateCard: defaultRateCard,
      keyFingerprint: isByok ? "fp1" : null,
      trunkId: null,
      recorded: this.#chance(0.5),
    };
    this.#terms.set(callId, terms);
    const direction = this.#chance(0.5) ? "inbound" : "outbound";
    const meter = new CallMeter(clock, direction);
    const numberId = numberIds[this.#random.below(2)] ?? numberIdSchema.parse("num_1");
    meter.charge(numberId, terms);
    const startedAtMs = clock.nowMs();
    clock.advance(this.#random.below(20_000));
    if (this.#chance(0.9)) meter.confirmed();
    for (let stretch = this.#random.below(4); stretch > 0; stretch -= 1) {
      clock.advance(this.#random.below(300_000));
      const usage = meter.takeStretch();
      if (usage !== null) this.#tell({ kind: "call.usage", callId, usage });
    }
    clock.advance(this.#random.below(120_000));
    const usage = meter.lastStretch() ?? undefined;
    const record = recordOf({
      ...{ callId, numberId, direction, startedAtMs, voiceMode: terms.voiceMode },
      answeredAtMs: meter.answeredAtMs,
      endedAtMs: clock.nowMs(),
      durationMs: meter.talkMs,
    });
    const event = endedEvent(record, this.#newEventId());
    if (event.kind === "call.ended") this.#spool.push({ ...event, usage });
  }

  #tell(body: Pick<Extract<CallEvent, { kind: "call.usage" }>, "kind" | "callId" | "usage">): void {
    this.#spool.push({ ...body, eventId: this.#newEventId(), atMs: this.#house.clock.nowMs() });
  }

  #newEventId(): string {
    this.#events += 1;
    return `evt_${String(this.#events)}`;
  }

  async #handOver(): Promise<void> {
    await this.#house.calls.apply({ gatewayId: "gateway-1", bootId: "boot-1" }, this.#spool);
    this.#spool = [];
  }

  /** Takes back a part of an entry of some time before. */
  async #correct(): Promise<void> {
    const { db, usage, audit, clock } = this.#house;
    const entries = (await usage.ledger.list(0, 100_000)).filter(
      ({ entryId, kind, amountMicros }) =>
        kind !== "correction" && amountMicros > 0 && !this.#corrected.has(entryId),
    );
    const entry = entries[this.#random.below(Math.max(1, entries.length))];
    if (entry === undefined) return;
    this.#corrected.add(entry.entryId);
    const correction = {
      correctsEntryId: entry.entryId,
      billedMs: 0,
      amountMicros: -(1 + this.#random.below(entry.amountMicros)),
      reason: "The line was bad.",
    };
    const atMs = clock.nowMs();
    await bookCorrection({ db, ledger: usage.ledger, audit }, correction, atMs, applianceActor);
    this.#corrections.push({ atMs, amountMicros: correction.amountMicros });
  }

  readonly #corrected = new Set<string>();

  async #export(): Promise<void> {
    const run = await this.#house.usage.exporter.run(new AbortController().signal);
    if (run.kind !== "done") throw new Error(`an export of this world is ${run.kind}`);
    this.#dueAtMs = this.#nextExport();
  }

  #nextExport(): number {
    const { timezone } = this.#occasion;
    return nextExportAtMs({ cron: "*/20 * * * *", timezone }, this.#house.clock.nowMs());
  }

  async #ratedRecords(): Promise<readonly Booked[]> {
    const rows = await this.#house.db.all(
      `SELECT id, answered_at_ms, json_extract(record, '$.durationMs') AS ms FROM call
       WHERE answered_at_ms IS NOT NULL AND record IS NOT NULL`,
    );
    return rows.map(({ id, answered_at_ms: answeredAtMs, ms }) => {
      const terms = this.#terms.get(callIdSchema.parse(id));
      if (terms === undefined) throw new Error("a call of this world has terms");
      const { amountMicros } = chargeOf(Number(ms), terms);
      return { atMs: Number(answeredAtMs), amountMicros };
    });
  }

  async #exportedEvents(): Promise<readonly UsageEvent[]> {
    const { db, usage } = this.#house;
    const batches = await usage.store.list(1_000, null);
    const sealed = await Promise.all(batches.map((batch) => eventsOf(db, batch)));
    return sealed.flatMap(({ body }) =>
      usageEventSchema.array().parse(JSON.parse(Buffer.from(body).toString("utf8"))),
    );
  }

  #chance(share: number): boolean {
    return this.#random.unit() < share;
  }
}

function sumOf(booked: readonly Booked[]): number {
  return booked.reduce((sum, { amountMicros }) => sum + amountMicros, 0);
}
