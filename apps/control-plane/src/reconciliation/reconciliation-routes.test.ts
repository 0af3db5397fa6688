import type {
  CallId,
  CallUsage,
  NumberId,
  ReconciliationImportView,
  ReconciliationView,
  TrunkId,
} from "@agentcall/contract";
import { defaultRateCard } from "@agentcall/contract";
import { type BillingServer, startBilling } from "@agentcall/practice";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { parsePeriod } from "../ledger/period.ts";
import { namedEntry } from "../ledger/testing/ledger-script.ts";
import { endedEvent, recordOf, startedEvent } from "../testing/call-facts.ts";
import { OpenApp } from "../testing/open-app.ts";
import { reconcile } from "./reconciler.ts";

const noon = Date.UTC(2026, 10, 24, 12);
const numberId = "num_1" as NumberId;
const november = { from: "2026-11-01T00:00:00Z", until: "2026-12-01T00:00:00Z" };

let house: OpenApp;

beforeEach(async () => {
  house = await OpenApp.open();
  await house.identity.ensureSigningKey();
});

afterEach(async () => {
  await house.close();
});

/** A call of so many seconds, by its gateway's word. */
async function call(
  name: string,
  startedAtMs: number,
  talkSecs: number,
  trunkId: TrunkId | null = null,
): Promise<void> {
  const callId = `call_${name}` as CallId;
  const answeredAtMs = startedAtMs + 2_000;
  const durationMs = talkSecs * 1_000;
  const record = recordOf({
    callId,
    numberId,
    sipCallId: `${name}@box`,
    startedAtMs,
    answeredAtMs,
    endedAtMs: answeredAtMs + durationMs,
    durationMs,
  });
  const usage: CallUsage = {
    segment: 0,
    kind: "final",
    numberId,
    direction: "inbound",
    terms: {
      epoch: 1,
      voiceMode: "managed",
      rateCard: defaultRateCard,
      keyFingerprint: null,
      trunkId: null,
      recorded: false,
    },
    answeredAtMs,
    termsFromMs: 0,
    fromMs: 0,
    toMs: durationMs,
    clockDriftMs: 0,
  };
  const event = endedEvent(record, `evt_${name}`);
  const told = event.kind === "call.ended" ? { ...event, usage } : event;
  const place = { callId, trunkId, sipCallId: `${name}@box`, atMs: startedAtMs };
  const started = startedEvent({ ...place, eventId: `evt_s${name}` });
  await house.calls.apply({ gatewayId: "gateway-1", bootId: "boot-1" }, [started, told]);
}

/** A call that rang for eight seconds. */
async function unansweredCall(name: string, startedAtMs: number): Promise<void> {
  const callId = `call_${name}` as CallId;
  const times = { startedAtMs, answeredAtMs: null, endedAtMs: startedAtMs + 8_000, durationMs: 0 };
  const event = endedEvent(recordOf({ callId, ...times }), `evt_${name}`);
  await house.calls.apply({ gatewayId: "gateway-1", bootId: "boot-1" }, [event]);
}

const columns = { startedAt: "start", from: "from", to: "to", duration: "secs" };

function importCdr(
  lines: readonly string[],
  changes: object = {},
  headers: Readonly<Record<string, string>> = {},
): ReturnType<OpenApp["ask"]> {
  const csv = ["start,from,to,secs", ...lines].join("\n");
  const body = { csv, columns, ...november, ...changes };
  return house.ask("POST", "/v1/usage/reconciliation/cdr", { as: "admin", body, headers });
}

async function report(query = ""): Promise<ReconciliationView> {
  const path = `/v1/usage/reconciliation?period=2026-11${query}`;
  return (await house.ask("GET", path, { as: "viewer" })).json();
}

function line(atMs: number, secs: number, from = "+14155550199"): string {
  return `${new Date(atMs).toISOString()},${from},+14155550100,${String(secs)}`;
}

describe("GET /v1/usage/reconciliation", () => {
  test("without anything imported is the ledger against billing, and refuses what is no month", async () => {
    await call("a", noon, 61);

    expect(await report()).toMatchObject({
      period: "2026-11",
      tolerance: { durationToleranceMs: 1_000 },
      billing: {
        ledger: { entries: 1, billedMs: 120_000, amountMicros: 800_000 },
        acknowledged: { entries: 0 },
        differences: [{ reason: "not_sealed", entries: 1, amountMicros: 800_000 }],
        receiver: null,
      },
      carrier: null,
      provider: null,
    });
    for (const query of ["period=2026-13", "durationToleranceMs=x", "matchWindowMs=-1"]) {
      const answer = await house.ask("GET", `/v1/usage/reconciliation?${query}`);
      expect(answer.statusCode).toBe(422);
    }
  });

  test("without a period is this month", async () => {
    const now = await house.ask("GET", "/v1/usage/reconciliation");

    expect(now.json()).toMatchObject({ period: "2026-01", billing: { ledger: { entries: 0 } } });
  });

  test("tells each call that the carrier has written down otherwise, and why", async () => {
    await call("a", noon, 47);
    await call("b", noon + 600_000, 47);
    await call("c", noon + 1_200_000, 47);
    await importCdr([
      line(noon, 47),
      line(noon + 600_000, 60),
      line(noon + 1_800_000, 5, "+14155550777"),
    ]);

    const { carrier } = await report();

    expect(carrier).toMatchObject({
      callsNotCovered: 0,
      ours: { calls: 3, talkMs: 141_000 },
      theirs: { rows: 3, durationMs: 112_000 },
      differenceMs: -29_000,
      byReason: [
        { reason: "within_tolerance", count: 1, differenceMs: 0 },
        { reason: "rounding", count: 1, differenceMs: 13_000 },
        { reason: "missing_at_carrier", count: 1, differenceMs: -47_000 },
        { reason: "missing_in_ledger", count: 1, differenceMs: 5_000 },
      ],
      differences: [
        { reason: "rounding", callId: "call_b", line: 3, ourMs: 47_000, theirMs: 60_000 },
        { reason: "missing_at_carrier", callId: "call_c", line: null, theirMs: null },
        { reason: "missing_in_ledger", callId: null, line: 4, from: "+14155550777" },
      ],
      differencesLeftOut: 0,
    });
  });

  test("what is equal is a matter of the tolerance that is asked for", async () => {
    await call("a", noon, 47);
    await importCdr([line(noon + 120_000, 51)]);

    const reasons = async (query: string): Promise<unknown> =>
      (await report(query)).carrier?.byReason.map(({ reason }) => reason);

    expect(await reasons("")).toEqual(["unexplained"]);
    expect(await reasons("&durationToleranceMs=4000")).toEqual(["clock_offset"]);
    expect(await reasons("&durationToleranceMs=4000&clockToleranceMs=200000")).toEqual([
      "within_tolerance",
    ]);
    expect(await reasons("&matchWindowMs=60000")).toEqual([
      "missing_at_carrier",
      "missing_in_ledger",
    ]);
  });

  test("a call that no file covers is not missing at the carrier", async () => {
    await call("a", noon, 47);
    await call("b", noon + 86_400_000, 47);
    await call("c", noon + 3_600_000, 47, "trunk_1" as TrunkId);
    await call("d", noon + 3_600_000, 47, "trunk_2" as TrunkId);
    await importCdr([], { from: "2026-11-25T00:00:00Z" });
    await importCdr([], { trunkId: "trunk_1" });

    const { carrier } = await report();

    expect(carrier?.callsNotCovered).toBe(2);
    expect(carrier?.differences.map(({ callId }) => callId)).toEqual(["call_c", "call_b"]);
  });

  test("a local time that comes twice, a Call-ID and an unanswered call are what they are", async () => {
    const twice = Date.UTC(2026, 10, 1, 6, 30);
    await call("a", twice, 47);
    await call("b", noon, 47);
    await unansweredCall("c", noon + 3_600_000);
    await importCdr(["11/01/2026 01:30:00,+14155550199,+14155550100,47"], {
      timeForm: "mdy",
      timezone: "America/New_York",
    });
    const csv = `start,from,to,secs,id\n${line(noon + 1_000_000, 47, "x")},b@box\n`;
    await importCdr([], { csv, columns: { ...columns, sipCallId: "id" } });

    expect((await report()).carrier?.byReason).toEqual([
      { reason: "within_tolerance", count: 1, differenceMs: 0 },
      { reason: "unanswered", count: 1, differenceMs: 0 },
      { reason: "clock_offset", count: 1, differenceMs: 0 },
    ]);
  });

  test("more calls than are compared at once are refused", async () => {
    await call("a", noon, 47);
    await importCdr([line(noon, 47), line(noon, 48)]);
    const period = parsePeriod("2026-11");
    const { tolerance } = await report();

    await expect(reconcile(house.usage, period, tolerance, 1)).rejects.toMatchObject({
      code: "conflict",
      reason: "too_many_records",
    });
    expect((await reconcile(house.usage, period, tolerance, 2)).carrier?.theirs.rows).toBe(2);
  });

  test("a call at the edge of the month finds its record beyond it, and counts in one month", async () => {
    const december = Date.UTC(2026, 11);
    await call("last", december - 3_000, 10);
    await importCdr([line(december + 4_000, 10)], { until: "2026-12-02T00:00:00Z" });

    const next = await house.ask("GET", "/v1/usage/reconciliation?period=2026-12");

    expect((await report()).carrier).toMatchObject({
      ours: { calls: 1 },
      theirs: { rows: 1 },
      differenceMs: 0,
    });
    expect(next.json()).toMatchObject({ carrier: { ours: { calls: 0 }, theirs: { rows: 0 } } });
  });

  test("tells by key and day where the provider has counted other tokens", async () => {
    await call("a", noon, 47);
    const dayStart = Date.UTC(2026, 10, 24) / 1_000;
    const usage = (inputTokens: number, outputTokens: number): object => ({
      keys: [{ apiKeyId: "key_a", key: "managed" }],
      pages: [
        {
          data: [
            {
              start_time: dayStart,
              end_time: dayStart + 86_400,
              results: [
                { api_key_id: "key_a", input_tokens: inputTokens, output_tokens: outputTokens },
                { api_key_id: "key_other", input_tokens: 50 },
              ],
            },
          ],
        },
      ],
    });
    const bring = async (body: object): Promise<number> => {
      const path = "/v1/usage/reconciliation/provider-usage";
      house.clock.advance(1_000);
      return (await house.ask("POST", path, { as: "admin", body })).statusCode;
    };

    expect([await bring(usage(3, 7)), await bring(usage(3, 7))]).toEqual([201, 409]);
    expect((await report()).provider).toEqual({
      days: [
        {
          day: "2026-11-24",
          key: "managed",
          ours: { inputTokens: 3, outputTokens: 7 },
          theirs: { inputTokens: 3, outputTokens: 7 },
          differenceTokens: 0,
          reason: "within_tolerance",
        },
      ],
      otherTokens: 50,
      tokensNotCovered: 0,
    });

    await bring(usage(3, 70)); // the provider's later word counts
    expect((await report()).provider?.days).toMatchObject([
      { differenceTokens: 63, reason: "unexplained" },
    ]);
  });
});

describe("the ledger against billing", () => {
  let billing: BillingServer;

  beforeEach(async () => {
    billing = await startBilling({ clock: house.clock });
    const { publicKeyPem: receiverKey } = billing;
    const body = { endpoint: null, receiverKey };
    await house.ask("PUT", "/v1/usage/schedule", { as: "admin", body });
  });

  afterEach(async () => {
    await billing.close();
  });

  async function append(name: string): Promise<void> {
    await house.db.tx((writer) =>
      house.usage.ledger.append(writer, [namedEntry(name, 60)], house.clock.nowMs()),
    );
  }

  /** Seals what is open; with an acknowledgement by the receiver's file. */
  async function seal(isAcknowledged: boolean): Promise<void> {
    await house.ask("POST", "/v1/usage/exports", { as: "admin" });
    if (!isAcknowledged) return;
    const [batch] = await house.usage.store.list(1, null);
    const path = `/v1/usage/exports/${batch?.manifest.batchId ?? ""}/file`;
    const file = await house.ask("GET", path, { as: "admin" });
    const pem = (await house.identity.publicKeyPem()) ?? "";
    const { body } = await billing.receiver.receiveFile(file.body, pem);
    await house.ask("POST", "/v1/usage/exports/acknowledgements", { as: "admin", body });
  }

  test("each entry stands where it is: acknowledged, on its way, or not yet sealed", async () => {
    for (const name of ["a", "b"]) await append(name);
    await seal(true);
    await append("c");
    await seal(false);
    await append("d");

    expect((await report()).billing).toEqual({
      ledger: { entries: 4, billedMs: 240_000, amountMicros: 240_000 },
      acknowledged: { entries: 2, billedMs: 120_000, amountMicros: 120_000 },
      differences: [
        { reason: "not_sealed", entries: 1, billedMs: 60_000, amountMicros: 60_000 },
        { reason: "not_acknowledged", entries: 1, billedMs: 60_000, amountMicros: 60_000 },
      ],
      receiver: {
        epoch: 1,
        toSequence: 2,
        holdsMicros: 120_000,
        expectedMicros: 120_000,
        differenceMicros: 0,
      },
    });
  });

  test("what billing has refused is told, and is not expected of it", async () => {
    for (const name of ["a", "b"]) await append(name);
    await seal(true);
    await house.db.tx(async (writer) => {
      const [batch] = await house.usage.store.list(1, null);
      const batchId = batch?.manifest.batchId ?? "";
      const { entryId } = namedEntry("a", 60);
      await writer.run("INSERT INTO export_rejection VALUES (?, ?, 'x')", batchId, entryId);
    });
    await append("c");
    await seal(false);
    await house.db.tx((writer) =>
      writer.run("UPDATE export_delivery SET state = 'parked' WHERE state = 'sealed'"),
    );

    expect((await report()).billing).toMatchObject({
      acknowledged: { entries: 1 },
      differences: [
        { reason: "parked", entries: 1 },
        { reason: "rejected", entries: 1, amountMicros: 60_000 },
      ],
      receiver: { holdsMicros: 120_000, expectedMicros: 60_000, differenceMicros: 60_000 },
    });
  });
});

describe("imports", () => {
  test("tell each bad line by its number, and keep the others", async () => {
    const answer = await importCdr([line(noon, 47), "yesterday,a,b,5", line(noon, 1)]);

    expect(answer.statusCode).toBe(201);
    expect(answer.json<ReconciliationImportView>()).toMatchObject({
      kind: "carrier",
      trunkId: null,
      from: "2026-11-01T00:00:00.000Z",
      rows: 2,
      badRows: 1,
      problems: [{ line: 3, problem: "startedAt_not_a_time" }],
    });
  });

  test("of one file are one: by its Idempotency-Key it is answered again, else refused", async () => {
    const lines = [line(noon, 47)];
    const first = await importCdr(lines, {}, { "idempotency-key": "k1" });
    const again = await importCdr(lines, {}, { "idempotency-key": "k1" });
    const twice = await importCdr(lines);

    const { id } = first.json<ReconciliationImportView>();
    expect(again.json()).toEqual(first.json());
    expect(twice.statusCode).toBe(409);
    expect(twice.json()).toMatchObject({
      error: { code: "conflict", reason: "already_imported", details: { id } },
    });
  });

  test("are listed newest first, taken back with all their records, and stand in the audit", async () => {
    const { id } = (await importCdr([line(noon, 47)])).json<ReconciliationImportView>();
    house.clock.advance(1_000);
    await importCdr([line(noon, 48)]);
    const path = "/v1/usage/reconciliation/imports";

    const page = await house.ask("GET", `${path}?limit=1`, { as: "viewer" });
    const deleted = await house.ask("DELETE", `${path}/${id}`, { as: "admin" });
    const twice = await house.ask("DELETE", `${path}/${id}`, { as: "admin" });
    const list = await house.ask("GET", path, { as: "viewer" });

    expect(page.json<{ nextCursor: unknown }>().nextCursor).not.toBeNull();
    expect([deleted.statusCode, twice.statusCode]).toEqual([204, 404]);
    expect(list.json<{ items: { id: string }[] }>().items.map((each) => each.id)).not.toContain(id);
    expect((await report()).carrier?.theirs).toEqual({ rows: 1, durationMs: 48_000 });
    expect((await house.audit.list(3, null)).map(({ action }) => action)).toEqual([
      "reconciliation-import.deleted",
      "reconciliation-import.created",
      "reconciliation-import.created",
    ]);
  });

  test("more lines than one statement takes are all there", async () => {
    const lines = Array.from({ length: 2_500 }, (_, index) => line(noon + index * 1_000, 1));

    expect((await importCdr(lines)).json()).toMatchObject({ rows: 2_500 });
    expect((await report()).carrier).toMatchObject({
      theirs: { rows: 2_500 },
      differencesLeftOut: 1_500,
    });
  });

  test.each<readonly [string, string, readonly string[], object]>([
    ["a file of which no line can be read", "csv", ["yesterday,a,b,5"], {}],
    ["a column that is not there", "columns.to", [], { columns: { ...columns, to: "called" } }],
    ["a file that covers no time", "until", [], { until: november.from }],
    ["a time without a zone", "from", [], { from: "2026-11-01 00:00:00" }],
    ["another delimiter", "delimiter", [], { delimiter: "/" }],
    ["what is no trunk", "trunkId", [], { trunkId: "carrier" }],
  ])("refuse %s", async (_what, field, lines, changes) => {
    const answer = await importCdr(lines, changes);

    expect(answer.statusCode).toBe(422);
    expect(
      Object.keys(answer.json<{ error: { details: { fields: object } } }>().error.details.fields),
    ).toEqual([field]);
  });

  test("refuse a file beyond the size that is taken at once", async () => {
    const answer = await importCdr([line(noon, 1).repeat(300_000)]);

    expect(answer.statusCode).toBe(413);
  });
});
