import {
  type CallId,
  type CallUsage,
  defaultRateCard,
  inboundConfigSchema,
  type LiveMessage,
} from "@agentcall/contract";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { applianceActor } from "../audit/audit-log.ts";
import type { RegisteredNumber } from "../numbers/number-store.ts";
import { endedEvent, recordOf } from "../testing/call-facts.ts";
import { testLicenseKeys } from "../testing/licenses.ts";
import { OpenApp } from "../testing/open-app.ts";

const minuteMs = 60_000; // costs 400,000 micro-dollars in managed mode
let house: OpenApp;
let number: RegisteredNumber;
let told: LiveMessage["data"][];
let calls = 0;

beforeEach(async () => {
  house = await OpenApp.open();
  house.clock.stepWall(Date.UTC(2026, 10, 24, 12) - house.clock.nowMs());
  number = await house.numbers.create({ number: "+14155550100" as never }, applianceActor);
  told = [];
  house.stream.listen(({ event, data }) => {
    if (event === "usage.budget") told.push(data);
  });
});

afterEach(() => house.close());

async function limit(limits: object, fallback: object = {}): Promise<void> {
  const body = { mode: "ai", systemPrompt: "Be brief.", limits, fallback };
  const answer = await house.ask("POST", `/v1/numbers/${number.id}/inbound-config`, { body });
  expect(answer.statusCode).toBe(200);
  number = await house.numbers.byId(number.id);
}

function usageOf(talkMs: number, answeredAtMs = house.clock.nowMs()): CallUsage {
  return {
    segment: 0,
    kind: "final",
    numberId: number.id,
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
    toMs: talkMs,
    clockDriftMs: 0,
  };
}

function newCall(): CallId {
  calls += 1;
  return `call_${String(calls)}` as CallId;
}

/** A call that has ended, as the call desk hears of it. */
async function call(
  talkMs: number,
  answeredAtMs = house.clock.nowMs(),
  callId = newCall(),
): Promise<void> {
  const ended = endedEvent(
    recordOf({ callId, numberId: number.id, durationMs: talkMs }),
    `evt_${callId.slice(5)}`,
  );
  const event = { ...ended, usage: usageOf(talkMs, answeredAtMs) };
  await house.calls.apply({ gatewayId: "gateway-1", bootId: "boot-1" }, [event]);
  await house.budgets.booked([event]);
}

async function used(): Promise<readonly [string, number][]> {
  return (await house.budgets.of(number)).map((budget) => [budget.scope, budget.used]);
}

describe("the budget of a number", () => {
  test("tells 80 and 100 per cent once in a month, and again in the next", async () => {
    await limit({ monthlyBudgetMicros: 2_000_000 });

    for (let minute = 0; minute < 6; minute += 1) await call(minuteMs);
    const november = told.splice(0).map(({ month, level }) => [month, level]);
    house.clock.advance(10 * 24 * 3_600_000);
    for (let minute = 0; minute < 4; minute += 1) await call(minuteMs);

    expect(november).toEqual([
      ["2026-11", 80],
      ["2026-11", 100],
    ]);
    expect(told).toEqual([
      {
        scope: "number",
        numberId: number.id,
        month: "2026-12",
        level: 80,
        used: 1_600_000,
        limit: 2_000_000,
        rule: "stop",
      },
    ]);
  });

  test("one call that goes through both levels tells both", async () => {
    await limit({ monthlyBudgetMicros: 1_000_000 });

    await call(5 * minuteMs);

    expect(told.map(({ level }) => level)).toEqual([80, 100]);
  });

  test("is another one when it is changed: what is told of it is told anew", async () => {
    await limit({ monthlyBudgetMicros: 400_000 });
    await call(minuteMs);
    await limit({ monthlyBudgetMicros: 500_000 });

    await call(0);

    expect(told.map(({ level, limit: of }) => [level, of])).toEqual([
      [80, 400_000],
      [100, 400_000],
      [80, 500_000],
    ]);
  });

  test("counts calls in progress by their heartbeats, and each of them once", async () => {
    await limit({ monthlyBudgetMicros: 800_000 });
    const running = newCall();

    await house.budgets.heard(running, usageOf(10_000));
    const first = await used();
    await house.budgets.heard(running, usageOf(60_001));
    const second = await used();
    await call(70_000, house.clock.nowMs(), running);

    expect([first, second, await used()]).toEqual([
      [["number", 400_000]],
      [["number", 800_000]],
      [["number", 800_000]],
    ]);
    expect(told.map(({ level }) => level)).toEqual([80, 100]);
  });

  test("counts of a call in progress only what is not booked yet", async () => {
    await limit({ monthlyBudgetMicros: 9_000_000 });
    const running = newCall();
    const stretch: CallUsage = { ...usageOf(5 * minuteMs), kind: "interim" };
    const event = {
      kind: "call.usage" as const,
      eventId: "evt_stretch",
      callId: running,
      atMs: house.clock.nowMs(),
      usage: stretch,
    };
    await house.calls.apply({ gatewayId: "gateway-1", bootId: "boot-1" }, [event]);
    await house.budgets.booked([event]);

    await house.budgets.heard(running, {
      ...usageOf(6 * minuteMs),
      segment: 1,
      fromMs: 5 * minuteMs,
    });

    expect(await used()).toEqual([["number", 2_400_000]]);
  });

  test("counts a call of the last night in the month in which it was answered", async () => {
    await limit({ monthlyBudgetMicros: 400_000 });
    house.clock.stepWall(Date.UTC(2026, 11, 1) - house.clock.nowMs());

    await call(minuteMs, Date.UTC(2026, 10, 30, 23, 59, 59, 999));
    await house.budgets.heard(newCall(), usageOf(minuteMs, Date.UTC(2026, 10, 30, 23, 59)));
    const before = await used();
    await call(minuteMs, Date.UTC(2026, 11, 1));

    expect([before, await used()]).toEqual([[["number", 0]], [["number", 400_000]]]);
  });

  test("of nothing is used up from the start", async () => {
    await limit({ monthlyBudgetMicros: 0 });

    expect(await house.budgets.of(number)).toEqual([
      { scope: "number", used: 0, limit: 0, rule: "stop" },
    ]);
  });

  test("hands callers over only where the number names somebody", async () => {
    const body = {
      mode: "ai",
      systemPrompt: "Be brief.",
      limits: { monthlyBudgetMicros: 1, whenBudgetUsed: "forward" },
    };

    const answer = await house.ask("POST", `/v1/numbers/${number.id}/inbound-config`, { body });

    expect([answer.statusCode, answer.json()]).toMatchObject([
      422,
      { error: { code: "validation_failed" } },
    ]);
    await limit(body.limits, { forwardTo: "+14155550142" });
    expect(await house.budgets.of(number)).toMatchObject([{ rule: "forward" }]);
  });
});

describe("the budget of the appliance", () => {
  test("counts all numbers, beside that of the number", async () => {
    await configure({ monthlyBudgetMicros: 1_000_000, whenBudgetUsed: "warn" });
    await limit({ monthlyBudgetMicros: 400_000 });
    await call(minuteMs);
    number = await house.numbers.create({ number: "+14155550101" as never }, applianceActor);

    await call(minuteMs);

    expect(await used()).toEqual([["appliance", 800_000]]);
    expect(told.map(({ scope, numberId, level }) => [scope, numberId === null, level])).toEqual([
      ["number", false, 80],
      ["number", false, 100],
      ["appliance", true, 80],
    ]);
  });

  test("has months of its own time zone, also those that are booked already", async () => {
    await call(minuteMs, Date.UTC(2026, 9, 31, 22, 59, 59, 999));
    await call(minuteMs, Date.UTC(2026, 9, 31, 23));

    const utc = await configure({});
    const berlin = await configure({ timezone: "Europe/Berlin" });
    await call(minuteMs);
    house.clock.stepWall(Date.UTC(2026, 10, 30, 23) - house.clock.nowMs());
    await call(minuteMs);
    const december = (await house.ask("GET", "/v1/settings/budget", { as: "viewer" })).json<{
      month: string;
      usedMicros: number;
    }>();

    expect([utc, berlin, december].map(({ month, usedMicros }) => [month, usedMicros])).toEqual([
      ["2026-11", 0],
      ["2026-11", 400_000],
      ["2026-12", 400_000],
    ]);
  });

  test("is changed by an admin alone, and the audit says so", async () => {
    const body = { monthlyBudgetMicros: 5 };
    const statuses = [
      (await house.ask("PUT", "/v1/settings/budget", { body, as: "operator" })).statusCode,
      (await house.ask("PUT", "/v1/settings/budget", { body, as: "admin" })).statusCode,
    ];

    const [newest] = await house.audit.list(1, null);

    expect(statuses).toEqual([403, 200]);
    expect(newest).toMatchObject({
      action: "budget.configured",
      detail: { before: { monthlyBudgetMicros: null }, after: { monthlyBudgetMicros: 5 } },
    });
  });

  test.each([
    ["a time zone that is none", { timezone: "Europe/Nowhere" }],
    ["less than nothing", { monthlyBudgetMicros: -1 }],
    ["a part of a micro-dollar", { monthlyBudgetMicros: 0.5 }],
    ["a rule that there is not", { whenBudgetUsed: "explode" }],
  ])("is not %s", async (_what, body) => {
    const answer = await house.ask("PUT", "/v1/settings/budget", { body, as: "admin" });

    expect(answer.json()).toMatchObject({ error: { code: "validation_failed" } });
  });

  async function configure(body: object): Promise<{ month: string; usedMicros: number }> {
    const answer = await house.ask("PUT", "/v1/settings/budget", { body, as: "admin" });
    expect(answer.statusCode).toBe(200);
    return answer.json();
  }
});

describe("the free plan's minutes", () => {
  test("are a budget like others: told at 80 and 100 per cent, and then no call is taken", async () => {
    await house.close();
    house = await OpenApp.open(undefined, { given: null, keys: testLicenseKeys });
    house.stream.listen(({ event, data }) => {
      if (event === "usage.budget") told.push(data);
    });
    number = await house.numbers.create({ number: "+14155550100" as never }, applianceActor);

    await call(4 * minuteMs);
    const after4 = await house.budgets.of(number);
    await call(minuteMs - 500);

    expect(after4).toEqual([{ scope: "trial", used: 240_000, limit: 300_000, rule: "stop" }]);
    expect(await house.budgets.of(number)).toMatchObject([{ used: 300_000 }]);
    expect(told.map(({ scope, level }) => [scope, level])).toEqual([
      ["trial", 80],
      ["trial", 100],
    ]);
  });
});

test("the defaults of a number's limits set no budget", () => {
  expect(inboundConfigSchema.parse({ mode: "ai", systemPrompt: "x" }).limits).toEqual({
    maxConcurrentCalls: null,
    monthlyBudgetMicros: null,
    whenBudgetUsed: "stop",
  });
});
