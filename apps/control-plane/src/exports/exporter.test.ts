import { silentLog } from "@agentcall/base";
import { TestClock } from "@agentcall/base/testing";
import { type BillingServer, startBilling } from "@agentcall/practice";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { applianceActor } from "../audit/audit-log.ts";
import { namedEntry } from "../ledger/testing/ledger-script.ts";
import { OpenApp } from "../testing/open-app.ts";
import type { ExportRun } from "./exporter.ts";

const hourMs = 3_600_000;

let clock: TestClock;
let billing: BillingServer;
let house: OpenApp;
let refused: Set<string>;

beforeEach(async () => {
  clock = new TestClock();
  refused = new Set();
  billing = await startBilling({
    clock,
    log: silentLog,
    rejects: ({ id }) => (refused.has(id) ? "the customer is unknown" : null),
  });
  const { url: endpoint, publicKeyPem: receiverKey } = billing;
  house = await OpenApp.open(undefined, undefined, undefined, { endpoint, receiverKey });
  await house.identity.ensureSigningKey();
});

afterEach(async () => {
  await house.close();
  await billing.close();
});

async function append(...names: readonly string[]): Promise<void> {
  const entries = names.map((name) => namedEntry(name, 60));
  await house.db.tx((writer) => house.usage.ledger.append(writer, entries, clock.nowMs()));
}

function run(): Promise<ExportRun> {
  return house.usage.exporter.run(new AbortController().signal);
}

async function where(): Promise<readonly unknown[]> {
  const { watermark } = await house.usage.store.state();
  const batches = await house.usage.store.list(100, null);
  const states = batches.map(({ manifest, state }) => [manifest.number, state.kind]);
  return [watermark, states.sort(([one], [other]) => Number(one) - Number(other))];
}

const held = (): readonly number[] => {
  const { entries, amountMicros } = billing.receiver.book.totals(null);
  return [entries, amountMicros];
};

describe("Exporter", () => {
  test("tells billing every entry, and the watermark stands at the last", async () => {
    await append("a", "b");
    const first = await run();
    await append("c");
    const second = await run();

    expect([first, second]).toEqual([{ kind: "done" }, { kind: "done" }]);
    expect(held()).toEqual([3, 180_000]);
    expect(await where()).toEqual([
      3,
      [
        [1, "acknowledged"],
        [2, "acknowledged"],
      ],
    ]);
  });

  test("without new entries there is nothing to tell", async () => {
    await append("a");
    await run();

    expect(await run()).toEqual({ kind: "done" });
    expect((await where())[1]).toEqual([[1, "acknowledged"]]);
  });

  test.each([["lose-request"], ["lose-reply"], ["half-reply"], ["fail-5xx"]] as const)(
    "after %s the same batch is told again, and counts once",
    async (fault) => {
      await append("a", "b");
      billing.faults.add(fault);

      const failed = await run();
      const between = await where();
      const again = await run();

      expect(failed.kind).toBe("failed");
      expect(between).toEqual([0, [[1, "sealed"]]]);
      expect(again).toEqual({ kind: "done" });
      expect([held(), await where()]).toEqual([
        [2, 120_000],
        [2, [[1, "acknowledged"]]],
      ]);
    },
  );

  test("a request that arrives twice counts once", async () => {
    await append("a");
    billing.faults.add("twice");

    expect(await run()).toEqual({ kind: "done" });
    expect(held()).toEqual([1, 60_000]);
  });

  test("what is appended after the sealing waits for the next batch", async () => {
    await append("a");
    billing.faults.add("fail-5xx");
    await run();
    await append("b");
    await run();

    expect(await where()).toEqual([
      2,
      [
        [1, "acknowledged"],
        [2, "acknowledged"],
      ],
    ]);
  });

  test("a 4xx parks the batch with the reason, until a person says otherwise", async () => {
    await append("a");
    billing.faults.add("refuse-4xx");

    const stopped = await run();
    const later = await run();
    const [parked] = await house.usage.store.list(1, null);
    await house.usage.admin.unpark(applianceActor);
    const again = await run();

    expect([stopped, later]).toEqual(Array(2).fill({ kind: "stopped", why: "parked" }));
    expect(parked).toMatchObject({ lastProblem: "http_422", attempts: 1 });
    expect(again).toEqual({ kind: "done" });
    expect(held()).toEqual([1, 60_000]);
  });

  test("entries that billing rejects are named, and the rest moves on", async () => {
    const { entryId } = namedEntry("b", 60);
    refused.add(entryId);
    await append("a", "b", "c");

    await run();

    const [batch] = await house.usage.store.list(1, null);
    expect(await house.usage.store.rejections(batch?.manifest.batchId ?? "")).toEqual([
      { entryId, reason: "the customer is unknown" },
    ]);
    expect([held(), (await where())[0]]).toEqual([[2, 120_000], 3]);
  });

  test("billing that has lost batches gets them again", async () => {
    for (const name of ["a", "b", "c"]) {
      await append(name);
      await run();
    }
    const { applianceId } = house.vault;
    billing.receiver.book.forgetFrom(applianceId, 1, 2);
    await append("d");

    expect(await run()).toEqual({ kind: "done" });
    expect(billing.receiver.book.head(applianceId, 1)?.number).toBe(4);
    expect([held(), (await where())[0]]).toEqual([[4, 240_000], 4]);
  });

  test("a copy of the appliance is a fork that stops, and a new epoch goes on with nothing lost or doubled", async () => {
    await append("a");
    await run();
    await append("b");
    await run(); // as the other machine
    await restoreBefore(2);
    await append("c");

    const forked = await run();
    const still = await run();
    await house.usage.admin.beginEpoch(applianceActor);
    const after = await run();

    expect([forked, still]).toEqual(Array(2).fill({ kind: "stopped", why: "fork" }));
    expect(after).toEqual({ kind: "done" });
    expect(held()).toEqual([3, 180_000]);
    expect((await house.usage.store.state()).epoch).toBe(2);
  });

  test("a failure of a day tells somebody, once, and the next success is the end of it", async () => {
    const told: string[] = [];
    house.stream.listen(({ event }) => told.push(event));
    await append("a");
    for (let hour = 0; hour <= 30; hour += 1) {
      billing.faults.add("fail-5xx");
      await run();
      house.clock.advance(hourMs);
      clock.advance(hourMs);
    }
    const failing = await house.usage.store.state();
    await run();

    expect(told).toEqual(["usage.export.failing", "usage.export.delivered"]);
    expect(failing).toMatchObject({ alerted: true, watermark: 0 });
    expect(await house.usage.store.state()).toMatchObject({ alerted: false, failingSinceMs: null });
  });

  test("a receiver that is away is tried again", async () => {
    await append("a");
    await billing.close();

    expect(await run()).toEqual({ kind: "failed", reason: "unreachable", waitMs: 0 });
    expect(await where()).toEqual([0, [[1, "sealed"]]]);
  });

  test("without an endpoint batches are sealed and wait to be fetched", async () => {
    await house.ask("PUT", "/v1/usage/schedule", { body: { endpoint: null }, as: "admin" });
    await append("a");
    await run();
    await append("b");

    expect(await run()).toEqual({ kind: "done" });
    expect(await where()).toEqual([
      0,
      [
        [1, "sealed"],
        [2, "sealed"],
      ],
    ]);
  });
});

/** The database comes back from a backup that was made before this batch. */
async function restoreBefore(number: number): Promise<void> {
  await house.db.tx(async (writer) => {
    await writer.run("DROP TRIGGER export_batch_is_not_removed");
    await writer.run("DROP TRIGGER watermark_only_grows");
    const gone = "(SELECT batch_id FROM export_batch WHERE number >= ?)";
    await writer.run(`DELETE FROM export_delivery WHERE batch_id IN ${gone}`, number);
    await writer.run("DELETE FROM export_batch WHERE number >= ?", number);
    await writer.run("UPDATE export_state SET watermark = ?", number - 1);
  });
}
