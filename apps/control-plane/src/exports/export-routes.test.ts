import { generateKeyPairSync } from "node:crypto";
import { readBatchFile } from "@agentcall/billing";
import type {
  ExportBatchView,
  ExportScheduleView,
  LedgerEntryView,
  UsageView,
} from "@agentcall/contract";
import { type BillingServer, startBilling } from "@agentcall/practice";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { namedEntry } from "../ledger/testing/ledger-script.ts";
import { OpenApp } from "../testing/open-app.ts";

let house: OpenApp;
let billing: BillingServer;

beforeEach(async () => {
  house = await OpenApp.open();
  await house.identity.ensureSigningKey();
  billing = await startBilling({ clock: house.clock });
});

afterEach(async () => {
  await house.close();
  await billing.close();
});

async function append(...names: readonly string[]): Promise<void> {
  const entries = names.map((name) => namedEntry(name, 60));
  await house.db.tx((writer) => house.usage.ledger.append(writer, entries, 0));
}

describe("/v1/usage", () => {
  test("is the month's use by number and mode, with money in micro-dollars", async () => {
    await append("a", "b");

    const usage = (await house.ask("GET", "/v1/usage?period=2026-11")).json<UsageView>();

    expect(usage).toMatchObject({
      period: "2026-11",
      total: {
        calls: 2,
        billedSeconds: 120,
        billedMinutes: 2,
        amountMicros: 120_000,
        amount: "$0.12",
      },
      items: [{ numberId: "num_1", number: null, voiceMode: "managed", calls: 2 }],
    });
  });

  test("names a number while it is there", async () => {
    const body = { number: "+14155550100" };
    const { id } = (await house.ask("POST", "/v1/numbers", { body })).json<{ id: string }>();
    const entry = { ...namedEntry("a", 60), numberId: id };
    await house.db.tx((writer) => house.usage.ledger.append(writer, [entry], 0));

    const usage = (await house.ask("GET", "/v1/usage?period=2026-11")).json<UsageView>();

    expect(usage.items).toMatchObject([{ numberId: id, number: "+14155550100" }]);
  });

  test("without a period is this month, and refuses what is none", async () => {
    const now = (await house.ask("GET", "/v1/usage")).json<UsageView>();
    const wrong = await house.ask("GET", "/v1/usage?period=2026-13");

    expect(now).toMatchObject({ period: "2026-01", items: [] });
    expect(wrong.statusCode).toBe(422);
  });
});

describe("/v1/usage/ledger", () => {
  test("lists entries from where one left off", async () => {
    await append("a", "b", "c");
    const page = async (
      since: string,
    ): Promise<{ items: LedgerEntryView[]; nextCursor: unknown }> =>
      (await house.ask("GET", `/v1/usage/ledger?limit=2&since=${since}`)).json();

    const first = await page("0");
    const second = await page(String(first.nextCursor));

    expect(first.items.map(({ sequence }) => sequence)).toEqual([1, 2]);
    expect(second).toMatchObject({ items: [{ sequence: 3 }], nextCursor: null });
    expect((await house.ask("GET", "/v1/usage/ledger?since=-1")).statusCode).toBe(422);
  });
});

describe("/v1/usage/exports", () => {
  test("a run by hand seals at once, and says what", async () => {
    await append("a");

    const run = await house.ask("POST", "/v1/usage/exports", { as: "admin" });
    const again = await house.ask("POST", "/v1/usage/exports", { as: "admin" });
    const list = await house.ask("GET", "/v1/usage/exports");

    expect([run.statusCode, again.statusCode]).toEqual([201, 201]);
    expect(run.json()).toMatchObject({
      queued: true,
      batch: { epoch: 1, number: 1, fromSequence: 1, toSequence: 1, state: "sealed" },
    });
    expect(again.json()).toEqual({ queued: true, batch: null });
    expect(list.json<{ items: ExportBatchView[] }>().items).toHaveLength(1);
  });

  test("batches are listed newest first, page by page, each with what billing has not taken", async () => {
    for (const name of ["a", "b"]) {
      await append(name);
      await house.ask("POST", "/v1/usage/exports", { as: "admin" });
      house.clock.advance(1_000);
    }
    const [, first] = await house.usage.store.list(2, null);
    const batchId = first?.manifest.batchId ?? "";
    const { entryId } = namedEntry("a", 60);
    await house.db.tx((writer) =>
      writer.run("INSERT INTO export_rejection VALUES (?, ?, 'unknown')", batchId, entryId),
    );
    type Page = { items: ExportBatchView[]; nextCursor: string | null };
    const page = async (query: string): Promise<Page> =>
      (await house.ask("GET", `/v1/usage/exports?limit=1${query}`)).json<Page>();

    const newest = await page("");
    const oldest = await page(`&cursor=${newest.nextCursor ?? ""}`);

    expect(newest.items).toMatchObject([{ number: 2, rejected: [] }]);
    expect(oldest).toMatchObject({
      items: [{ number: 1, rejected: [{ entryId, reason: "unknown" }] }],
      nextCursor: null,
    });
  });

  test("a batch goes to a site's billing as a file, and comes back as an acknowledgement", async () => {
    await append("a", "b");
    const { publicKeyPem: receiverKey } = billing;
    await house.ask("PUT", "/v1/usage/schedule", {
      as: "admin",
      body: { endpoint: null, receiverKey },
    });
    await house.ask("POST", "/v1/usage/exports", { as: "admin" });
    const [batch] = await house.usage.store.list(1, null);
    const id = batch?.manifest.batchId ?? "";

    const file = await house.ask("GET", `/v1/usage/exports/${id}/file`, { as: "admin" });
    const pem = (await house.identity.publicKeyPem()) ?? "";
    const { body: acknowledgement } = await billing.receiver.receiveFile(file.body, pem);
    const twice = await billing.receiver.receiveFile(file.body, pem);
    const path = "/v1/usage/exports/acknowledgements";
    const altered = await house.ask("POST", path, {
      as: "admin",
      body: { ...(acknowledgement as object), signature: "AAAA" },
    });
    const imported = await house.ask("POST", path, { as: "admin", body: acknowledgement });

    expect(file.headers["content-disposition"]).toMatch(/usage-.+-1-1\.ndjson/);
    expect(readBatchFile(file.body)?.lines).toHaveLength(2);
    expect(twice.body).toEqual(acknowledgement);
    expect([altered.statusCode, imported.statusCode]).toEqual([422, 200]);
    expect(imported.json()).toMatchObject({ state: "acknowledged" });
    expect((await house.usage.store.state()).watermark).toBe(2);
    expect(billing.receiver.book.totals(null).amountMicros).toBe(120_000);
  });

  test.each([
    ["no JSON", { acknowledgement: "yes", signature: "x" }, 422],
    ["no batch", { acknowledgement: "{}", signature: "x" }, 422],
    ["another batch", { acknowledgement: '{"batchId":"exp_1"}', signature: "x" }, 404],
  ])("an acknowledgement of %s is refused", async (_what, body, status) => {
    const { publicKeyPem: receiverKey } = billing;
    const change = { endpoint: null, receiverKey };
    await house.ask("PUT", "/v1/usage/schedule", { as: "admin", body: change });

    const answer = await house.ask("POST", "/v1/usage/exports/acknowledgements", {
      as: "admin",
      body,
    });

    expect(answer.statusCode).toBe(status);
  });

  test("an acknowledgement cannot be believed before the receiver's key is known", async () => {
    const answer = await house.ask("POST", "/v1/usage/exports/acknowledgements", {
      as: "admin",
      body: { acknowledgement: "{}", signature: "x" },
    });

    expect(answer.statusCode).toBe(409);
  });

  test("a batch is a table too, and one that is not there is not found", async () => {
    await append("a");
    await house.ask("POST", "/v1/usage/exports", { as: "admin" });
    const [batch] = await house.usage.store.list(1, null);
    const id = batch?.manifest.batchId ?? "";

    const csv = await house.ask("GET", `/v1/usage/exports/${id}/file?format=csv`, { as: "admin" });
    const one = await house.ask("GET", `/v1/usage/exports/${id}`);
    const none = await house.ask("GET", "/v1/usage/exports/exp_none");

    expect(csv.headers["content-type"]).toContain("text/csv");
    expect(csv.body).toContain(namedEntry("a", 60).entryId);
    expect([one.statusCode, none.statusCode]).toEqual([200, 404]);
  });

  test("a new epoch is begun by an admin, and stands in the audit", async () => {
    const begun = await house.ask("POST", "/v1/usage/exports/epoch", { as: "admin" });
    const [entry] = await house.audit.list(1, null);

    expect(begun.json()).toEqual({ epoch: 2 });
    expect(entry).toMatchObject({ action: "usage-epoch.begun", detail: { epoch: 2 } });
  });
});

describe("/v1/usage/schedule", () => {
  const change = (body: unknown): ReturnType<OpenApp["ask"]> =>
    house.ask("PUT", "/v1/usage/schedule", { as: "admin", body });

  test("is every hour to where the licence says, before somebody changes it", async () => {
    const schedule = (await house.ask("GET", "/v1/usage/schedule")).json<ExportScheduleView>();

    expect(schedule).toMatchObject({
      cron: "7 * * * *",
      timezone: "UTC",
      format: "cloudevents",
      epoch: 1,
      watermark: 0,
      backlog: 0,
      halted: null,
    });
  });

  test("keeps its credential to itself", async () => {
    const body = { endpoint: "https://billing.example/v1", format: "openmeter" };
    const set = await change({ ...body, credential: "om_practice_token" });
    const kept = await change({ ...body, cron: "0 3 * * *", timezone: "Europe/Berlin" });
    const removed = await change({ ...body, credential: null });
    const audit = JSON.stringify(await house.audit.list(10, null));

    expect(
      [set, kept, removed].map((answer) => answer.json<ExportScheduleView>().hasCredential),
    ).toEqual([true, true, false]);
    expect(kept.json()).toMatchObject({ nextRunAt: "2026-01-01T02:00:00.000Z" });
    expect([set.body, kept.body, audit].join()).not.toContain("om_practice_token");
  });

  const { publicKey: rsa } = generateKeyPairSync("rsa", {
    modulusLength: 2_048,
    publicKeyEncoding: { type: "spki", format: "pem" },
    privateKeyEncoding: { type: "pkcs8", format: "pem" },
  });
  test.each([
    ["cron", { cron: "never and ever", endpoint: null }],
    ["timezone", { timezone: "Mars", endpoint: null }],
    ["endpoint", { endpoint: "http://billing.example", format: "openmeter" }],
    ["endpoint", { endpoint: "https://10.0.0.1", format: "openmeter" }],
    ["receiverKey", { endpoint: "https://billing.example", receiverKey: "AAAA" }],
    ["receiverKey", { endpoint: "https://billing.example", receiverKey: rsa }],
    ["receiverKey", { endpoint: "https://billing.example" }],
  ])("refuses a wrong %s", async (field, body) => {
    const answer = await change(body);

    expect(answer.statusCode).toBe(422);
    expect(
      Object.keys(answer.json<{ error: { details: { fields: object } } }>().error.details.fields),
    ).toEqual([field]);
  });

  test("tells why nothing is sent", async () => {
    await append("a");
    await house.db.tx((writer) => writer.run("UPDATE export_state SET forked = 1"));

    expect((await house.ask("GET", "/v1/usage/schedule")).json()).toMatchObject({
      halted: "fork",
      backlog: 1,
    });
  });
});
