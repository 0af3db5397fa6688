import { AppError } from "@agentcall/base";
import type { LedgerEntryView } from "@agentcall/contract";
import fc from "fast-check";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { applianceActor } from "../audit/audit-log.ts";
import { OpenApp } from "../testing/open-app.ts";
import { bookCorrection } from "./correction.ts";
import { beginEpoch } from "./epoch.ts";
import { namedEntry, runLedgerScript } from "./testing/ledger-script.ts";
import { spentMicros } from "./usage-totals.ts";

const december = Date.UTC(2026, 11, 3);
const { entryId } = namedEntry("e1", 60);
const wholeMicros = 60_000; // what the script's entry of 60 seconds costs

let house: OpenApp;

beforeEach(async () => {
  house = await OpenApp.open();
  house.clock.stepWall(december - house.clock.nowMs());
  await runLedgerScript(house.db, "append e1 60 = created");
});

afterEach(async () => {
  await house.close();
});

function correct(
  body: object,
  headers: Readonly<Record<string, string>> = {},
): ReturnType<OpenApp["ask"]> {
  const correction = { entryId, amountMicros: -20_000, reason: "The line was bad.", ...body };
  return house.ask("POST", "/v1/usage/corrections", { as: "admin", body: correction, headers });
}

async function correctionIds(): Promise<readonly string[]> {
  const entries = await house.usage.ledger.list(0, 100);
  return entries.filter(({ kind }) => kind === "correction").map((entry) => entry.entryId);
}

describe("POST /v1/usage/corrections", () => {
  test("books an entry that names the one it corrects, in the month of the correction", async () => {
    const booked = await correct({ billedMs: -30_000 });

    expect(booked.statusCode).toBe(201);
    expect(booked.json<LedgerEntryView>()).toMatchObject({
      sequence: 2,
      kind: "correction",
      correctsEntryId: entryId,
      amountMicros: -20_000,
      billedMs: -30_000,
      fromMs: 0,
      toMs: 0,
      bookedAt: "2026-12-03T00:00:00.000Z",
      reason: "The line was bad.",
    });
    expect(await spentMicros(house.db, "2026-11", null)).toBe(wholeMicros);
    expect(await spentMicros(house.db, "2026-12", null)).toBe(-20_000);
    expect(await house.usage.ledger.verify()).toMatchObject({ kind: "intact", sequence: 2 });
  });

  test("stands in the audit with who did it and why", async () => {
    const { id } = (await correct({})).json<LedgerEntryView>();

    const [entry] = await house.audit.list(1, null);
    expect(entry).toMatchObject({
      action: "ledger.corrected",
      object: id,
      actor: { role: "admin" },
      detail: { corrects: entryId, amountMicros: -20_000, reason: "The line was bad." },
    });
  });

  test("sent again with its Idempotency-Key is booked once", async () => {
    const first = await correct({}, { "idempotency-key": "k1" });
    const again = await correct({}, { "idempotency-key": "k1" });

    expect(again.json()).toEqual(first.json());
    expect(again.headers["x-agentcall-idempotency-replayed"]).toBe("true");
    expect(await correctionIds()).toHaveLength(1);
  });

  test("travels to billing with the next batch, as any entry does", async () => {
    await house.identity.ensureSigningKey();
    await correct({});

    await house.ask("POST", "/v1/usage/exports", { as: "admin" });

    const [batch] = await house.usage.store.list(1, null);
    expect(batch?.manifest).toMatchObject({ entryCount: 2, amountMicros: wholeMicros - 20_000 });
  });

  test.each<readonly [string, object, number, string]>([
    ["an entry that is not there", { entryId: "ent_none" }, 404, "not_found"],
    ["more than the whole", { amountMicros: -60_001 }, 422, "validation_failed"],
    ["something on top", { amountMicros: 1 }, 422, "validation_failed"],
    ["more time than was billed", { billedMs: -60_001 }, 422, "validation_failed"],
    ["time on top", { billedMs: 1 }, 422, "validation_failed"],
    ["nothing", { amountMicros: 0 }, 422, "validation_failed"],
    ["no reason", { reason: " " }, 422, "validation_failed"],
    ["half a micro-dollar", { amountMicros: -0.5 }, 422, "validation_failed"],
  ])("refuses %s", async (_what, body, status, code) => {
    const answer = await correct(body);

    expect(answer.statusCode).toBe(status);
    expect(answer.json()).toMatchObject({ error: { code } });
    expect(await correctionIds()).toEqual([]);
  });

  test("tells how far it may go, with what was corrected before", async () => {
    await correct({ amountMicros: -50_000 });

    const answer = await correct({ amountMicros: -10_001 });

    expect(answer.json()).toMatchObject({
      error: {
        details: {
          fields: { amountMicros: "must lie between -10000 and 50000 for this entry" },
        },
      },
    });
  });

  test("a correction is not corrected, but what was taken back can be given again", async () => {
    const { id } = (await correct({})).json<LedgerEntryView>();

    const ofCorrection = await correct({ entryId: id, amountMicros: 20_000 });
    const givenAgain = await correct({ amountMicros: 20_000 });

    expect([ofCorrection.statusCode, givenAgain.statusCode]).toEqual([409, 201]);
    expect(await spentMicros(house.db, "2026-12", null)).toBe(0);
  });

  test("after a new epoch has an id that none before had", async () => {
    await correct({});
    await house.db.tx((writer) => beginEpoch(writer, december));
    await correct({});

    const ids = await correctionIds();
    expect(new Set(ids).size).toBe(2);
  });
});

test("however an entry is corrected, what is left lies between nothing and the whole of it", async () => {
  const amount = fc.integer({ min: -wholeMicros * 2, max: wholeMicros * 2 });
  const parts = { db: house.db, ledger: house.usage.ledger, audit: house.audit };
  const reason = "The line was bad.";
  let call = 0;
  await fc.assert(
    fc.asyncProperty(fc.array(amount, { maxLength: 6 }), fc.boolean(), async (steps, isTaken) => {
      call += 1;
      const sign = isTaken ? -1 : 1; // a stretch that takes back what was told too early
      const entry = { ...namedEntry(`p${String(call)}`, 60), amountMicros: sign * wholeMicros };
      await house.db.tx((writer) => house.usage.ledger.append(writer, [entry], 0));
      let left = entry.amountMicros;
      for (const amountMicros of steps) {
        const correction = { correctsEntryId: entry.entryId, billedMs: 0, amountMicros, reason };
        const booked = await bookCorrection(parts, correction, december, applianceActor).catch(
          refused,
        );
        left += booked?.amountMicros ?? 0;
        expect(left * sign).toBeGreaterThanOrEqual(0);
        expect(left * sign).toBeLessThanOrEqual(wholeMicros);
      }
    }),
    { numRuns: 25 },
  );
});

function refused(error: unknown): null {
  if (error instanceof AppError && error.code === "validation_failed") return null;
  throw error;
}
