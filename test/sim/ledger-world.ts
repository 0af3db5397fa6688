import { type Random, seededRandom, silentLog } from "@agentcall/base";
import {
  type CallEvent,
  type CallId,
  callIdSchema,
  defaultRateCard,
  type NumberId,
  numberIdSchema,
} from "@agentcall/contract";
import { BillingReceiver } from "@agentcall/practice";
import { Exporter } from "../../apps/control-plane/src/exports/exporter.ts";
import { chargeOf } from "../../apps/control-plane/src/ledger/rating.ts";
import { totalsOf } from "../../apps/control-plane/src/ledger/usage-totals.ts";
import {
  OutgoingHttp,
  type OutgoingOutcome,
  type OutgoingRequest,
} from "../../apps/control-plane/src/outside/outgoing-http.ts";
import { endedEvent, recordOf } from "../../apps/control-plane/src/testing/call-facts.ts";
import { OpenApp } from "../../apps/control-plane/src/testing/open-app.ts";
import { CallMeter } from "../../apps/gateway/src/call/metering/call-meter.ts";

/** A fault that is put into the house on purpose, to see that the laws notice. */
export type Mutation =
  | "none"
  /** What was sent counts as received. */
  | "watermark-early"
  /** Billing adds up what arrives in place of keeping it by its id. */
  | "receiver-adds";

const numberId: NumberId = numberIdSchema.parse("num_1");
const terms = {
  epoch: 1,
  voiceMode: "managed" as const,
  rateCard: defaultRateCard,
  keyFingerprint: null,
  trunkId: null,
  recorded: false,
};
const endpoint = "http://127.0.0.1:9/billing";
const attemptsMax = 200; // a world that is in order is done in a few

/** Calls, a gateway with a spool, the ledger, the export and billing, with faults from one seed. */
export class LedgerWorld {
  readonly #random: Random;
  readonly #mutation: Mutation;
  readonly #house: OpenApp;
  readonly #billing: BillingReceiver;
  readonly #line: LossyLine;
  #exporter: Exporter;
  /** What the gateway has told and nobody has acknowledged. */
  readonly #spool: CallEvent[] = [];
  #calls = 0;
  #events = 0;

  private constructor(seed: number, mutation: Mutation, house: OpenApp, billing: BillingReceiver) {
    this.#random = seededRandom(seed);
    this.#mutation = mutation;
    this.#house = house;
    this.#billing = billing;
    this.#line = new LossyLine(house, billing, this.#random, mutation);
    this.#exporter = this.#newExporter();
  }

  static async open(seed: number, mutation: Mutation = "none"): Promise<LedgerWorld> {
    const random = seededRandom(seed + 1_000_000);
    const late = {
      nowMs: () => 0,
      monotonicMs: () => 0,
      after: () => ({ cancel: () => undefined }),
    };
    let clock: { nowMs(): number } = late;
    const billing = new BillingReceiver({
      file: ":memory:",
      clock: { ...late, nowMs: () => clock.nowMs() },
      random,
    });
    const receiverKey = billing.publicKeyPem;
    const house = await OpenApp.open(undefined, undefined, undefined, { endpoint, receiverKey });
    clock = house.clock;
    await house.identity.ensureSigningKey();
    const format = mutation === "watermark-early" ? "openmeter" : "cloudevents";
    const settings = { cron: "7 * * * *", timezone: "UTC", endpoint, format, receiverKey };
    await house.db.tx((writer) =>
      writer.run("UPDATE export_state SET settings = ?", JSON.stringify(settings)),
    );
    return new LedgerWorld(seed, mutation, house, billing);
  }

  /** Some hours of calls, crashes and lost messages. */
  async live(turns: number): Promise<void> {
    for (let turn = 0; turn < turns; turn += 1) {
      if (this.#chance(0.7)) this.#call();
      if (this.#chance(0.2)) this.#house.clock.stepWall(this.#random.below(14_400_000) - 7_200_000);
      if (this.#chance(0.8)) await this.#handOver();
      if (this.#chance(0.2)) this.#exporter = this.#newExporter(); // the control plane was killed
      if (this.#chance(0.5)) await this.#export();
    }
  }

  /** Everything comes back: what is left is told. */
  async calmDown(): Promise<void> {
    this.#line.isCalm = true;
    while (this.#spool.length > 0) await this.#handOver();
    for (let attempt = 0; attempt < attemptsMax; attempt += 1) {
      if ((await this.#export()).kind !== "failed") return;
    }
  }

  /** The laws that do not hold; none in a house that is in order. */
  async broken(): Promise<readonly string[]> {
    const { db, usage } = this.#house;
    const entries = await usage.ledger.list(0, 1_000_000);
    const owed = sumOf(entries.map(({ amountMicros }) => amountMicros));
    const held = this.#billing.book.totals(null);
    const counted = this.#mutation === "receiver-adds" ? this.#line.addedMicros : held.amountMicros;
    const { watermark } = await usage.store.state();
    const months = await db.all("SELECT DISTINCT period FROM usage_total");
    const totals = await Promise.all(months.map(({ period }) => totalsOf(db, String(period))));
    const told = sumOf(totals.flat().map(({ amountMicros }) => amountMicros));
    const laws: readonly (readonly [string, boolean])[] = [
      ["the chain is whole", (await usage.ledger.verify()).kind === "intact"],
      ["billing holds every entry once", held.entries === entries.length],
      ["billing counts what is owed", counted === owed],
      ["the watermark is the last sequence", watermark === entries.length],
      ["calls cost what their records say", owed === (await this.#costOfRecords())],
      ["the month's sums are the ledger's", told === owed],
      ["batches sum to the ledger", (await this.#costOfBatches()) === owed],
    ];
    return laws.filter(([, holds]) => !holds).map(([law]) => law);
  }

  async close(): Promise<void> {
    await this.#house.close();
    this.#billing.close();
  }

  /** One call, measured by the real meter; some are told by their heartbeat, since the gateway died. */
  #call(): void {
    const { clock } = this.#house;
    const callId = callIdSchema.parse(`call_${String((this.#calls += 1))}`);
    const meter = new CallMeter(clock, "inbound");
    meter.charge(numberId, terms);
    if (!this.#chance(0.1)) meter.confirmed();
    for (let stretch = this.#random.below(4); stretch > 0; stretch -= 1) {
      clock.advance(this.#random.below(600_000));
      const draft = this.#chance(0.1) ? meter.stretchIfLost() : null;
      const usage = meter.takeStretch();
      if (usage !== null) this.#tell({ kind: "call.usage", callId, usage });
      if (draft !== null) {
        this.#end(callId, draft.toMs, draft); // the heartbeat is older than the stretch
        return;
      }
    }
    clock.advance(this.#random.below(120_000));
    if (this.#chance(0.1)) meter.end(30_000);
    const lost = this.#chance(0.2);
    const last = lost ? meter.stretchIfLost() : meter.lastStretch();
    this.#end(callId, meter.talkMs, last);
  }

  #end(callId: CallId, durationMs: number, usage: ReturnType<CallMeter["lastStretch"]>): void {
    const record = recordOf({ callId, numberId, durationMs });
    const event = endedEvent(record, this.#newEventId());
    if (event.kind === "call.ended") this.#spool.push({ ...event, usage: usage ?? undefined });
  }

  #tell(body: Pick<Extract<CallEvent, { kind: "call.usage" }>, "kind" | "callId" | "usage">): void {
    this.#spool.push({ ...body, eventId: this.#newEventId(), atMs: this.#house.clock.nowMs() });
  }

  #newEventId(): string {
    this.#events += 1;
    return `evt_${String(this.#events)}`;
  }

  /** The spool is told in order; what is not acknowledged is told again. */
  async #handOver(): Promise<void> {
    const some = this.#spool.slice(0, 1 + this.#random.below(20));
    if (!this.#line.isCalm && this.#chance(0.2)) return; // lost on the way
    await this.#house.calls.apply({ gatewayId: "gateway-1", bootId: "boot-1" }, some);
    if (!this.#line.isCalm && this.#chance(0.2)) return; // the acknowledgement is lost
    this.#spool.splice(0, some.length);
  }

  #export(): ReturnType<Exporter["run"]> {
    return this.#exporter.run(new AbortController().signal);
  }

  #newExporter(): Exporter {
    const { db, usage, identity, vault, stream, clock } = this.#house;
    return new Exporter({
      outbox: { publish: () => Promise.resolve() },
      db,
      settings: usage.settings,
      http: this.#line,
      signer: identity,
      applianceId: vault.applianceId,
      customer: () => "acme",
      stream,
      clock,
      log: silentLog,
    });
  }

  async #costOfRecords(): Promise<number> {
    const rows = await this.#house.db.all(
      "SELECT json_extract(record, '$.durationMs') AS ms FROM call WHERE record IS NOT NULL",
    );
    return sumOf(rows.map(({ ms }) => chargeOf(Number(ms), terms).amountMicros));
  }

  async #costOfBatches(): Promise<number> {
    const batches = await this.#house.usage.store.list(100_000, null);
    return sumOf(batches.map(({ manifest }) => manifest.amountMicros));
  }

  #chance(share: number): boolean {
    return this.#random.unit() < share;
  }
}

/** The line to billing: requests and replies are lost, come twice, or are refused for now. */
class LossyLine extends OutgoingHttp {
  isCalm = false;
  /** What a receiver would hold that adds up whatever arrives. */
  addedMicros = 0;
  readonly #billing: BillingReceiver;
  readonly #random: Random;
  readonly #mutation: Mutation;

  constructor(house: OpenApp, billing: BillingReceiver, random: Random, mutation: Mutation) {
    super({ allowedHosts: new Set(), clock: house.clock });
    this.#billing = billing;
    this.#random = random;
    this.#mutation = mutation;
  }

  override async send(request: OutgoingRequest): Promise<OutgoingOutcome> {
    const lost: OutgoingOutcome =
      this.#mutation === "watermark-early"
        ? answered(200, {})
        : { kind: "failed", reason: "timeout" };
    if (this.#befalls(0.2)) return lost;
    if (this.#befalls(0.1)) return answered(503, {});
    if (this.#befalls(0.1)) await this.#arrive(request);
    const answer = await this.#arrive(request);
    return this.#befalls(0.2) ? lost : answered(answer.status, answer.body);
  }

  async #arrive(request: OutgoingRequest): ReturnType<BillingReceiver["receive"]> {
    const body = String(request.body);
    const events = JSON.parse(body) as readonly { data: { amountMicros: number } }[];
    this.addedMicros += sumOf(events.map(({ data }) => data.amountMicros));
    return this.#billing.receive({ headers: request.headers, body });
  }

  #befalls(share: number): boolean {
    return !this.isCalm && this.#random.unit() < share;
  }
}

function answered(status: number, body: unknown): OutgoingOutcome {
  const bytes = Buffer.from(JSON.stringify(body));
  return { kind: "answered", status, body: bytes, isCut: false, retryAfterMs: null };
}

function sumOf(numbers: readonly number[]): number {
  return numbers.reduce((sum, each) => sum + each, 0);
}
