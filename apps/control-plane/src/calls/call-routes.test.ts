import {
  callViewSchema,
  type CallId,
  type CallView,
  transcriptViewSchema,
} from "@agentcall/contract";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import {
  callId,
  endedEvent,
  recordOf,
  startedAtMs,
  startedEvent,
  toolEvent,
  turnEvent,
  turnOf,
} from "../testing/call-facts.ts";
import { OpenApp } from "../testing/open-app.ts";

const teller = { gatewayId: "gateway-1", bootId: "boot-1" };

let house: OpenApp;

beforeEach(async () => {
  house = await OpenApp.open();
});
afterEach(async () => {
  await house.close();
});

describe("a call", () => {
  test("in progress shows what is known of it", async () => {
    await house.calls.apply(teller, [startedEvent()]);

    const answer = await house.ask("GET", `/v1/calls/${callId}`, { as: "viewer" });

    expect(callViewSchema.parse(answer.json())).toMatchObject({
      id: callId,
      status: "initiated",
      startedAt: "2026-11-24T12:00:00.000Z",
      answeredAt: null,
      durationMs: null,
      endedBy: null,
      hangupCause: null,
    });
  });

  test("whose model failed tells each step of its failure ladder, in words", async () => {
    const step = { what: "announcement", why: "key_no_quota", atMs: startedAtMs } as const;
    await house.calls.apply(teller, [
      startedEvent(),
      endedEvent(recordOf({ fallbackSteps: [step] })),
    ]);

    const answer = await house.ask("GET", `/v1/calls/${callId}`);

    expect(callViewSchema.parse(answer.json()).fallbackSteps).toEqual([
      {
        what: "announcement",
        why: "key_no_quota",
        message: "The account of the number's key has no credit left.",
        at: "2026-11-24T12:00:00.000Z",
      },
    ]);
  });

  test("that has ended says who hung up and why, in words and in figures", async () => {
    await house.calls.apply(teller, [startedEvent(), endedEvent()]);

    const answer = await house.ask("GET", `/v1/calls/${callId}`);

    expect(callViewSchema.parse(answer.json())).toMatchObject({
      status: "completed",
      answeredAt: "2026-11-24T12:00:02.000Z",
      endedAt: "2026-11-24T12:01:02.000Z",
      durationMs: 60_000,
      endedBy: "caller",
      hangupCause: {
        cause: "caller_hung_up",
        message: "The caller hung up.",
        sipStatus: 200,
        q850Cause: 16,
      },
      latency: { answeredMs: 2_000 },
      tokenUsage: { outputAudioTokens: 4 },
      recordingReady: false,
    });
  });

  test("that is not there is not found, nor are its transcript and its end", async () => {
    const answers = await Promise.all([
      house.ask("GET", "/v1/calls/call_none"),
      house.ask("GET", "/v1/calls/call_none/transcript"),
      house.ask("POST", "/v1/calls/call_none/hangup"),
    ]);

    expect(answers.map(({ statusCode }) => statusCode)).toEqual([404, 404, 404]);
  });
});

test("a transcript tells both sides with their times, and the call's seconds", async () => {
  await house.calls.apply(teller, [
    startedEvent(),
    { kind: "call.answered", eventId: "evt_2", callId, atMs: startedAtMs + 2_000 },
    turnEvent(turnOf({ startedAtMs: -100 }), "evt_3"),
    turnEvent(
      turnOf({
        itemId: "item_2",
        previousItemId: "item_1",
        speaker: "human",
        text: "Good morning.",
        startedAtMs: 1_500,
        heardMs: null,
      }),
      "evt_4",
    ),
    toolEvent({ previousItemId: "item_2", output: "shipped", startedAtMs: 2_500 }, "evt_5"),
  ]);
  const during = await house.ask("GET", `/v1/calls/${callId}/transcript`);
  await house.calls.apply(teller, [endedEvent()]);
  const after = await house.ask("GET", `/v1/calls/${callId}/transcript`);

  expect(transcriptViewSchema.parse(during.json())).toEqual({
    entries: [
      {
        role: "ai",
        text: "Hello.",
        timestamp: "2026-11-24T12:00:01.900Z",
        itemId: "item_1",
        interrupted: false,
      },
      {
        role: "human",
        text: "Good morning.",
        timestamp: "2026-11-24T12:00:03.500Z",
        itemId: "item_2",
        interrupted: false,
      },
    ],
    toolCalls: [
      {
        name: "find_order",
        arguments: '{"id":7}',
        output: "shipped",
        timestamp: "2026-11-24T12:00:04.500Z",
        itemId: "tool_1",
        afterItemId: "item_2",
      },
    ],
    summary: null,
    duration: null,
  });
  expect(after.json()).toMatchObject({ duration: 60 });
});

describe("ending a call", () => {
  test("is asked of the gateway that carries it", async () => {
    await house.calls.apply(teller, [startedEvent()]);

    const answer = await house.ask("POST", `/v1/calls/${callId}/hangup`);

    expect(answer.statusCode).toBe(200);
    expect(house.hungUp).toEqual([callId]);
  });

  test("that has ended is a conflict, and without its gateway it cannot be done", async () => {
    const other = "call_2" as CallId;
    await house.calls.apply(teller, [
      startedEvent(),
      endedEvent(),
      startedEvent({ callId: other, eventId: "evt_5" }),
    ]);
    house.state.gateways = 0;

    const ended = await house.ask("POST", `/v1/calls/${callId}/hangup`);
    const alone = await house.ask("POST", `/v1/calls/${other}/hangup`);

    expect(ended.statusCode).toBe(409);
    expect(alone.statusCode).toBe(503);
    expect(alone.json()).toMatchObject({ error: { code: "voice_ai_unavailable" } });
  });
});

describe("the list of calls", () => {
  beforeEach(async () => {
    for (let index = 0; index < 5; index += 1) {
      const id = `call_${String(index)}` as CallId;
      const atMs = startedAtMs + Math.floor(index / 2) * 1_000; // some begin together
      await house.calls.apply(teller, [
        startedEvent({ callId: id, eventId: `evt_a${String(index)}`, atMs }),
      ]);
      if (index > 2) continue;
      const record = recordOf({ callId: id, startedAtMs: atMs, status: "completed" });
      await house.calls.apply(teller, [endedEvent(record, `evt_b${String(index)}`)]);
    }
  });

  test("is newest first and goes on page by page", async () => {
    const seen: string[] = [];
    let next: string | null = "";
    while (next !== null) {
      const cursor: string = next === "" ? "" : `&cursor=${next}`;
      const answer = await house.ask("GET", `/v1/calls?limit=2${cursor}`);
      const page: { items: CallView[]; nextCursor: string | null } = answer.json();
      seen.push(...page.items.map(({ id }) => id));
      next = page.nextCursor;
    }

    expect(seen).toEqual(["call_4", "call_3", "call_2", "call_1", "call_0"]);
  });

  test.each([
    ["status=completed", ["call_2", "call_1", "call_0"]],
    ["status=initiated&limit=1", ["call_4"]],
    ["direction=outbound", []],
    ["from=%2B14155550199&limit=1", ["call_4"]],
    ["to=%2B14155550000", []],
    ["numberId=num_none", []],
    ["since=2026-11-24T12:00:02.000Z", ["call_4"]],
    ["until=2026-11-24T12:00:01.000Z", ["call_1", "call_0"]],
  ])("with ?%s shows %o", async (query, ids) => {
    const answer = await house.ask("GET", `/v1/calls?${query}`);

    expect(answer.json<{ items: CallView[] }>().items.map(({ id }) => id)).toEqual(ids);
  });

  test.each(["status=done", "since=yesterday", "numberId=5", "order=asc"])(
    "refuses ?%s",
    async (query) => {
      expect((await house.ask("GET", `/v1/calls?${query}`)).statusCode).toBe(422);
    },
  );
});

describe("a transfer", () => {
  const to = "+14155550142";
  const answered = {
    kind: "call.answered",
    eventId: "evt_2",
    callId,
    atMs: startedAtMs + 2_000,
  } as const;

  test("is asked of the gateway that carries the call, and audited", async () => {
    await house.calls.apply(teller, [startedEvent(), answered]);

    const answer = await house.ask("POST", `/v1/calls/${callId}/transfer`, { body: { to } });

    expect(answer.json()).toEqual({ ok: true });
    expect(house.transferred).toEqual([[callId, to]]);
    const audit = await house.ask("GET", "/v1/audit", { as: "admin" });
    expect(audit.body).toContain("call.transferred");
  });

  test.each([
    ["of a call that has ended", 409, [startedEvent(), answered, endedEvent()], { to }, 1],
    ["of a call that rings", 409, [startedEvent()], { to }, 1],
    ["to what is no destination", 422, [startedEvent(), answered], { to: "the desk" }, 1],
    ["without its gateway", 503, [startedEvent(), answered], { to }, 0],
    ["of a call that is not there", 404, [], { to }, 1],
  ] as const)("%s is refused with %i", async (_, status, events, body, gateways) => {
    if (events.length > 0) await house.calls.apply(teller, [...events]);
    house.state.gateways = gateways;

    const answer = await house.ask("POST", `/v1/calls/${callId}/transfer`, { body });

    expect(answer.statusCode).toBe(status);
    expect(house.transferred).toEqual([]);
  });
});
