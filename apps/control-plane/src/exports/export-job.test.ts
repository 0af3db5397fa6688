import { type BillingServer, startBilling } from "@agentcall/practice";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { eventually } from "../../../../test/support/eventually.ts";
import { namedEntry } from "../ledger/testing/ledger-script.ts";
import { OpenApp } from "../testing/open-app.ts";

const hourMs = 3_600_000;
const minutePast = 7 * 60_000; // at the full hour everybody calls

let house: OpenApp;
let billing: BillingServer;

beforeEach(async () => {
  let nowMs = (): number => 0; // billing needs the house's clock, and the house billing's address
  billing = await startBilling({
    clock: {
      nowMs: () => nowMs(),
      monotonicMs: () => 0,
      after: () => ({ cancel: () => undefined }),
    },
  });
  const { url: endpoint, publicKeyPem: receiverKey } = billing;
  house = await OpenApp.open(undefined, undefined, undefined, { endpoint, receiverKey });
  nowMs = () => house.clock.nowMs();
  await house.identity.ensureSigningKey();
});

afterEach(async () => {
  await house.close();
  await billing.close();
});

async function append(name: string): Promise<void> {
  await house.db.tx((writer) => house.usage.ledger.append(writer, [namedEntry(name, 60)], 0));
}

/** Time goes on until billing has so many entries, and the run is over. */
async function told(entries: number): Promise<void> {
  await eventually("billing has the entries, and nothing runs", () => {
    const { entries: held } = billing.receiver.book.totals(null);
    const isQuiet = house.jobs.runningCount === 0;
    if (isQuiet && held < entries) house.clock.advance(20_000);
    return isQuiet && held === entries;
  });
}

async function watermark(): Promise<number> {
  return (await house.usage.store.state()).watermark;
}

/** Jobs of the export that wait, by when. */
async function waiting(): Promise<readonly number[]> {
  const jobs = await house.jobs.list({ status: "waiting" }, 10, null);
  return jobs.map(({ dueAtMs }) => dueAtMs);
}

describe("the export as jobs", () => {
  test("runs seven minutes past each hour, and each run writes down the next", async () => {
    const startMs = house.clock.nowMs();
    await house.usage.jobs.scheduleNext();
    await house.usage.jobs.scheduleNext(); // one for each moment
    await house.jobs.start();
    expect(await waiting()).toEqual([startMs + minutePast]);

    for (const [index, name] of ["a", "b"].entries()) {
      await append(name);
      await told(index + 1);
      expect(await watermark()).toBe(index + 1);
      const next = await waiting();
      expect(next.map((dueAtMs) => dueAtMs % hourMs)).toEqual([minutePast]);
      expect(next.every((dueAtMs) => dueAtMs > house.clock.nowMs())).toBe(true);
    }
  });

  test("a run by hand writes down no other", async () => {
    await append("a");
    await house.jobs.start();
    await house.usage.jobs.runNow();

    await told(1);

    expect(await waiting()).toEqual([]);
  });

  test("what has failed is tried again, and the schedule goes on behind it", async () => {
    await append("a");
    billing.faults.add("fail-5xx");
    await house.usage.jobs.scheduleNext();
    await house.jobs.start();
    await told(1);

    expect(await watermark()).toBe(1);
    const batch = (await house.usage.store.list(1, null))[0];
    expect(batch?.attempts).toBe(2);
    expect(await waiting()).toHaveLength(1);
  });
});
