import { usageEventOf } from "@agentcall/billing";
import { aChain, anEntry } from "@agentcall/billing/testing";
import fc from "fast-check";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { namedEntry } from "../apps/control-plane/src/ledger/testing/ledger-script.ts";
import { HttpReceiver } from "../apps/control-plane/src/testing/http-receiver.ts";
import { OpenApp } from "../apps/control-plane/src/testing/open-app.ts";
import { cloudEventsBatch, openMeterBatch } from "./support/ingest-schemas.ts";

let house: OpenApp;
let openMeter: HttpReceiver;

beforeEach(async () => {
  openMeter = await HttpReceiver.open();
  openMeter.usually = 204;
  house = await OpenApp.open(undefined, undefined, undefined, {
    endpoint: openMeter.url,
    receiverKey: null,
  });
  await house.identity.ensureSigningKey();
});

afterEach(async () => {
  await house.close();
  await openMeter.close();
});

/** What arrives when a call and a correction of it are exported, parsed. */
async function sentBatch(): Promise<readonly Record<string, unknown>[]> {
  const body = { endpoint: openMeter.url, format: "openmeter" };
  await house.ask("PUT", "/v1/usage/schedule", { as: "admin", body });
  const entry = namedEntry("a", 60);
  await house.db.tx((writer) => house.usage.ledger.append(writer, [entry], 0));
  const correction = { entryId: entry.entryId, amountMicros: -1, reason: "The line was bad." };
  await house.ask("POST", "/v1/usage/corrections", { as: "admin", body: correction });
  await house.usage.exporter.run(new AbortController().signal);
  return JSON.parse(openMeter.received[0]?.body ?? "[]") as Record<string, unknown>[];
}

describe("a batch as OpenMeter's ingest gets it", () => {
  test("is what its published schema takes, and CloudEvents 1.0, by its content type too", async () => {
    const batch = await sentBatch();

    expect(openMeter.received[0]?.headers["content-type"]).toBe(
      "application/cloudevents-batch+json; charset=utf-8",
    );
    expect(batch.map(({ data }) => (data as { kind: string }).kind)).toEqual([
      "final",
      "correction",
    ]);
    expect([openMeterBatch(batch), openMeterBatch.errors]).toEqual([true, null]);
    expect([cloudEventsBatch(batch), cloudEventsBatch.errors]).toEqual([true, null]);
    expect((await house.usage.store.state()).watermark).toBe(2);
  });

  test.each<readonly [string, object]>([
    ["no subject", { subject: undefined }],
    ["an empty subject", { subject: "" }],
    ["no id", { id: undefined }],
    ["a number for its id", { id: 1 }],
    ["a source that is no reference", { source: "the box" }],
    ["a time that is no time", { time: "yesterday" }],
    ["another content type", { datacontenttype: "text/csv" }],
    ["a text for its data", { data: "1" }],
  ])("would be refused with %s", async (_what, change) => {
    const [event] = await sentBatch();

    const changed: unknown = JSON.parse(JSON.stringify([{ ...event, ...change }]));
    expect(openMeterBatch(changed)).toBe(false);
  });

  test.each<readonly [string, object]>([
    ["another version", { specversion: "0.3" }],
    ["an attribute in capitals", { correctsEntry: "ent_1" }],
    ["its data twice", { data_base64: "AAAA" }],
  ])("would be no CloudEvent with %s", async (_what, change) => {
    const [event] = await sentBatch();

    expect(cloudEventsBatch([{ ...event, ...change }])).toBe(false);
  });
});

test("the event of any entry is what both schemas take", () => {
  const name = fc.string({ minLength: 1, maxLength: 64 });
  const entry = fc.record({
    callId: name,
    numberId: name,
    voiceMode: fc.constantFrom("managed" as const, "byok" as const),
    direction: fc.constantFrom("inbound" as const, "outbound" as const),
    recorded: fc.boolean(),
    keyFingerprint: fc.option(name),
    trunkId: fc.option(name),
    bookedAtMs: fc.integer({ min: 0, max: Date.UTC(2100, 0) }),
    billedMs: fc.integer({ min: -31_622_400_000, max: 31_622_400_000 }),
    amountMicros: fc.integer({ min: -9_000_000_000_000, max: 9_000_000_000_000 }),
    reason: fc.option(fc.string({ maxLength: 500 })),
  });
  const [place] = aChain(1);
  if (place === undefined) throw new Error("a chain of one has one");
  fc.assert(
    fc.property(entry, name, (changes, customer) => {
      const { sequence, hash } = place;
      const owner = { applianceId: "box", customer };
      const event = usageEventOf({ ...anEntry(changes), sequence, hash }, owner);

      const batch: unknown = JSON.parse(JSON.stringify([event]));
      expect([openMeterBatch(batch), cloudEventsBatch(batch)]).toEqual([true, true]);
    }),
  );
});
