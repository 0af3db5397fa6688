import { callViewSchema, errorBodySchema, type NumberView } from "@agentcall/contract";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { proLicense } from "../testing/licenses.ts";
import { OpenApp } from "../testing/open-app.ts";
import { recordOf } from "../testing/call-facts.ts";

const from = "+14155550100";
const to = "+14155550142";
const teller = { gatewayId: "gateway-1", bootId: "boot-1" };
const openaiKey = "sk-proj-practice-good-12345678";

let house: OpenApp;
let number: NumberView;
let trunkId: string;

beforeEach(async () => {
  house = await OpenApp.open(undefined, proLicense(), undefined, undefined, undefined, openaiKey);
  number = (await house.ask("POST", "/v1/numbers", { body: { number: from } })).json();
  trunkId = (await aTrunk({ servers: [{ host: "127.0.0.1" }] })).json<{ id: string }>().id;
});
afterEach(async () => {
  await house.close();
});

describe("a call that is placed", () => {
  test("is sent to a gateway with its trunk, and written down with who asked for it", async () => {
    const answer = await place({ metadata: { order: "17" } });

    const call = callViewSchema.parse(answer.json());
    expect(answer.statusCode).toBe(201);
    expect(call).toMatchObject({ direction: "outbound", from, to, status: "initiated" });
    expect(call).toMatchObject({ numberId: number.id, metadata: { order: "17" } });
    expect(house.dialled).toEqual([
      { kind: "call.dial", callId: call.id, from, to, trunkId, metadata: { order: "17" } },
    ]);
    const [entry] = await house.audit.list(1, null);
    expect(entry).toMatchObject({ action: "call.placed", object: call.id, detail: { to } });
  });

  test("may name its number by the id, and speaks with the number's saved agent", async () => {
    await save({ systemPrompt: "Be kind.", voice: "marin", maxDurationSecs: 60 });

    const answer = await place({
      from: number.id,
      systemPrompt: undefined,
      language: "de",
      useSavedAgent: true,
    });

    expect(answer.statusCode).toBe(201);
    const row = await house.db.get("SELECT agent FROM outbound_call");
    expect(JSON.parse(String(row?.["agent"]))).toMatchObject({
      systemPrompt: "Be kind.",
      voice: "marin",
      language: "de",
      maxDurationSecs: 60,
    });
  });

  test("leaves nothing of what its agent was told when it is over", async () => {
    const { id } = callViewSchema.parse((await place()).json());

    await end(id);

    expect(await house.db.get("SELECT * FROM outbound_call")).toBeNull();
  });

  test("is placed once for one key, in the body as in the header", async () => {
    const first = await place({ idempotencyKey: "order 17" });
    const again = await place({ idempotencyKey: "order 17" });

    expect(again.json()).toEqual(first.json());
    expect(again.headers["x-agentcall-idempotency-replayed"]).toBe("true");
    expect(house.dialled).toHaveLength(1);
  });

  test("ends at once when the gateway left before it had it", async () => {
    house.state.isLeaving = true;

    const answer = await place();

    const { items } = (await house.ask("GET", "/v1/calls")).json<{ items: unknown[] }>();
    expect(answer.statusCode).toBe(503);
    expect(items).toMatchObject([{ status: "failed", hangupCause: { cause: "gateway_lost" } }]);
    expect(await house.db.get("SELECT * FROM outbound_call")).toBeNull();
  });

  test("counts ten a minute", async () => {
    for (let calls = 0; calls < 10; calls += 1) await place();

    const answer = await place();

    expect(errorBodySchema.parse(answer.json()).error.code).toBe("rate_limited");
    expect(answer.headers["retry-after"]).toBeDefined();
  });
});

type Refusal = {
  readonly of: string;
  readonly given?: () => unknown;
  readonly body?: object;
  readonly answer: readonly [number, string, (string | undefined)?];
};

describe("a call that may not be placed", () => {
  test.each<Refusal>([
    { of: "a number that is not here", body: { from: "+14155550999" }, answer: [404, "not_found"] },
    { of: "an id that is none", body: { from: "num_none" }, answer: [404, "not_found"] },
    {
      of: "nobody who speaks",
      body: { systemPrompt: undefined },
      answer: [400, "no_saved_agent"],
    },
    { of: "a saved agent", body: { useSavedAgent: true }, answer: [400, "no_saved_agent"] },
    { of: "what is no number", body: { to: "911" }, answer: [422, "validation_failed"] },
    { of: "another voice", body: { voice: "hal" }, answer: [422, "validation_failed"] },
    { of: "too much metadata", body: { metadata: manyKeys() }, answer: [422, "validation_failed"] },
    {
      of: "another country",
      body: { to: "+4930123456" },
      answer: [403, "destination_not_allowed", "country_not_allowed"],
    },
    {
      of: "a blocked range",
      body: { to: "+18765550142" },
      answer: [403, "destination_not_allowed", "prefix_blocked"],
    },
    {
      of: "a call outside of the hours",
      given: () => rules({ hours: { timezone: "UTC", days: ["mon"], from: "00:00", to: "00:01" } }),
      answer: [403, "destination_not_allowed", "outside_hours"],
    },
    {
      of: "any call",
      given: () => rules({ enabled: false }),
      answer: [403, "destination_not_allowed", "outbound_disabled"],
    },
    {
      of: "one call too many of its number",
      given: () => placedWith({ numberLimits: { maxConcurrentCalls: 1 } }),
      answer: [429, "call_limit_reached", "number_calls"],
    },
    {
      of: "one call too many of all",
      given: () => placedWith({ applianceLimits: { maxConcurrentCalls: 1 } }),
      answer: [429, "call_limit_reached", "appliance_calls"],
    },
    {
      of: "one call too many of its number in a day, though the others are over",
      given: () => placedWith({ numberLimits: { maxCallsPerDay: 1 } }, end),
      answer: [429, "call_limit_reached", "number_calls_per_day"],
    },
    {
      of: "one call too many of all in a day",
      given: () => placedWith({ applianceLimits: { maxCallsPerDay: 1 } }, end),
      answer: [429, "call_limit_reached", "appliance_calls_per_day"],
    },
    {
      of: "a call for which the trunk has no place",
      given: () => {
        house.state.place = {
          kind: "refused",
          endCause: "trunk_calls_taken",
          retryAfterSecs: 10,
        };
      },
      answer: [429, "call_limit_reached", "trunk_calls_taken"],
    },
    {
      of: "a number whose trunk takes calls only",
      given: async () => {
        const settings = { servers: [], inbound: { addresses: ["192.0.2.1"] } };
        await house.ask("PATCH", `/v1/trunks/${trunkId}`, { body: settings, as: "admin" });
      },
      answer: [409, "no_trunk"],
    },
    {
      of: "a number whose trunk is switched off",
      given: async () => {
        await house.ask("PATCH", `/v1/numbers/${number.id}`, { body: { trunkId } });
        await house.ask("PATCH", `/v1/trunks/${trunkId}`, {
          body: { enabled: false },
          as: "admin",
        });
      },
      answer: [409, "no_trunk"],
    },
    {
      of: "a call while no gateway is there",
      given: () => {
        house.state.gateways = 0;
      },
      answer: [503, "voice_ai_unavailable"],
    },
    {
      of: "a number whose budget is used up",
      given: () =>
        house.ask("POST", `/v1/numbers/${number.id}/inbound-config`, {
          body: { mode: "ai", systemPrompt: "x", limits: { monthlyBudgetMicros: 0 } },
        }),
      answer: [403, "usage_exhausted", "budget_exhausted"],
    },
  ])("is refused: $of", async ({ given, body = {}, answer: [status, code, reason] }) => {
    await given?.();
    const before = house.dialled.length;

    const answer = await place(body);

    const { error } = errorBodySchema.parse(answer.json());
    expect([answer.statusCode, error.code, error.reason]).toEqual([status, code, reason]);
    expect(house.dialled.length).toBe(before);
  });

  test("is refused without the appliance's key, and by a free plan whose minutes are used up", async () => {
    await house.close();
    house = await OpenApp.open();
    await house.ask("POST", "/v1/numbers", { body: { number: from } });
    await aTrunk({ servers: [{ host: "127.0.0.1" }] });

    const answer = await place();

    const { error } = errorBodySchema.parse(answer.json());
    expect([answer.statusCode, error.code, error.reason]).toEqual([
      503,
      "voice_ai_unavailable",
      "managed_key_missing",
    ]);
  });
});

describe("the rules of calls that are placed", () => {
  test("are as usual until an admin changes them, and changes are audited", async () => {
    const usual = await house.ask("GET", "/v1/settings/outbound", { as: "viewer" });
    const saved = await rules({ allowedCountries: ["49"] });
    const shown = await house.ask("GET", "/v1/settings/outbound", { as: "viewer" });

    expect(usual.json()).toMatchObject({
      enabled: true,
      allowedCountries: null,
      applianceLimits: { maxConcurrentCalls: null, maxCallsPerDay: 1_000 },
      numberLimits: { maxConcurrentCalls: null, maxCallsPerDay: 200 },
      hours: null,
      earlyMedia: "ignore",
    });
    expect(saved.statusCode).toBe(200);
    expect(shown.json()).toEqual(saved.json());
    const [entry] = await house.audit.list(1, null);
    expect(entry?.action).toBe("outbound-rules.changed");
  });

  test.each<object>([
    { allowedCountries: ["+49"] },
    { allowedPrefixes: ["49"] },
    { hours: { timezone: "Nowhere", days: ["mon"], from: "08:00", to: "09:00" } },
    { hours: { timezone: "UTC", days: [], from: "08:00", to: "09:00" } },
    { hours: { timezone: "UTC", days: ["mon"], from: "8:00", to: "24:00" } },
    { numberLimits: { maxCallsPerDay: 0 } },
    { earlyMedia: "record" },
    { colour: "red" },
  ])("refuse %j", async (settings) => {
    expect((await rules(settings)).statusCode).toBe(422);
  });
});

describe("the saved agent of a number", () => {
  test("is set with defaults, shown with the number, and taken away", async () => {
    const path = `/v1/numbers/${number.id}/outbound-defaults`;
    const none = await house.ask("GET", path);
    const saved = await save({ systemPrompt: "Be kind." });
    const shown = (await house.ask("GET", `/v1/numbers/${number.id}`)).json<NumberView>();
    const removed = await house.ask("DELETE", path);
    const gone = await house.ask("GET", path);

    expect([none.statusCode, none.json(), removed.statusCode, gone.json()]).toEqual([
      200,
      null,
      204,
      null,
    ]);
    expect(shown.outbound).toEqual(saved.json());
    expect(shown.inbound).toBeNull();
    expect(saved.json()).toMatchObject({ voice: "shimmer", ringTimeoutSecs: 45, tools: [] });
  });

  test("may have functions only where the number has somebody who carries them out", async () => {
    const agent = { systemPrompt: "x", tools: [{ name: "find_order" }] };
    const refused = await save(agent);
    await house.ask("POST", `/v1/numbers/${number.id}/inbound-config`, {
      body: {
        mode: "ai",
        systemPrompt: "x",
        actionWebhook: {
          url: "https://shop.example/tools",
          signingSecret: "a secret of at least 32 characters",
        },
      },
    });
    const taken = await save(agent);

    expect([refused.statusCode, taken.statusCode]).toEqual([422, 200]);
  });
});

function place(more: object = {}): ReturnType<OpenApp["ask"]> {
  return house.ask("POST", "/v1/calls/ai", {
    body: { from, to, systemPrompt: "Be brief.", ...more },
  });
}

function save(agent: object): ReturnType<OpenApp["ask"]> {
  return house.ask("POST", `/v1/numbers/${number.id}/outbound-defaults`, { body: agent });
}

function rules(settings: object): ReturnType<OpenApp["ask"]> {
  return house.ask("PUT", "/v1/settings/outbound", { body: settings, as: "admin" });
}

function aTrunk(settings: object): ReturnType<OpenApp["ask"]> {
  return house.ask("POST", "/v1/trunks", { body: { name: "Carrier", ...settings }, as: "admin" });
}

/** Under these rules one call has been placed; `then` is done with it. */
async function placedWith(
  settings: object,
  then: (id: string) => Promise<void> = () => Promise.resolve(),
): Promise<void> {
  await rules(settings);
  await then(callViewSchema.parse((await place()).json()).id);
}

async function end(id: string): Promise<void> {
  const { id: callId } = await house.calls.byId(id);
  const record = recordOf({ callId, direction: "outbound", numberId: number.id });
  const atMs = house.clock.nowMs();
  await house.calls.apply(teller, [
    { kind: "call.ended", eventId: "evt_end", callId, atMs, record },
  ]);
}

function manyKeys(): Record<string, string> {
  return Object.fromEntries(Array.from({ length: 25 }, (_, index) => [`key${String(index)}`, ""]));
}
