import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { Secret, seededRandom, silentLog } from "@agentcall/base";
import { TestClock } from "@agentcall/base/testing";
import { type CallEvent, callEventSchema, type CallId, callIdSchema } from "@agentcall/contract";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { type CallOffer, ControlLink } from "./control-link.ts";
import { Spool } from "./spool.ts";
import { aTrunkPlan } from "../sip/testing/trunk-plan.ts";
import { FakeControlPlane } from "./testing/fake-control-plane.ts";

const callId = callIdSchema.parse("call_a");

const anOffer: CallOffer = {
  callId,
  direction: "inbound",
  from: "+14155550123",
  to: "+14155550100",
  sipCallId: "abc@host",
  sourceAddress: "127.0.0.1",
  trunkId: aTrunkPlan().trunkId,
  startedAtMs: 1,
};

function anEvent(id: string): CallEvent {
  return callEventSchema.parse({ eventId: `evt_${id}`, callId, atMs: 1, kind: "call.ringing" });
}

type House = {
  readonly control: FakeControlPlane;
  readonly clock: TestClock;
  readonly spool: Spool;
  readonly link: ControlLink;
  readonly hungUp: CallId[];
  readonly dialled: CallId[];
  /** What was told of trunks. */
  readonly told: string[];
  readonly transferred: [CallId, string][];
};

let folder = "";
let house: House;

beforeEach(async () => {
  folder = mkdtempSync(path.join(tmpdir(), "agentcall-link-"));
  const control = new FakeControlPlane();
  const clock = new TestClock();
  const spool = await Spool.open(folder, silentLog, { clock, gatherMs: 0 });
  const hungUp: CallId[] = [];
  const dialled: CallId[] = [];
  const told: string[] = [];
  const transferred: [CallId, string][] = [];
  const link = new ControlLink({
    url: await control.listen(),
    token: new Secret("practice-token"),
    gatewayId: "gateway-1",
    bootId: "boot-1",
    spool,
    clock,
    random: seededRandom(1),
    log: silentLog,
    liveCallIds: () => [callId],
    onDial: ({ callId: id }) => dialled.push(id),
    onHangup: (id) => hungUp.push(id),
    onUp: () => undefined,
    onTransfer: (id, to) => transferred.push([id, to]),
    onTrunks: ({ trunks }) => told.push(...trunks.map(({ trunkId }) => trunkId)),
    onTrunkTest: ({ testId }) => told.push(testId),
  });
  house = { control, clock, spool, link, hungUp, dialled, told, transferred };
});

afterEach(async () => {
  house.link.close();
  await house.control.close();
  await house.spool.close();
  expect(house.clock.pendingCount).toBe(0);
  rmSync(folder, { recursive: true, force: true });
});

function spooled(pending: number): object {
  return { kind: "live", event: { kind: "spool", pending } };
}

async function welcomed(): Promise<void> {
  house.link.start();
  await house.control.next(); // hello
  house.control.say({ kind: "welcome", version: 1 });
  await house.link.ready;
}

describe("ControlLink", () => {
  test("says who it is and what it carries, and is ready when welcomed", async () => {
    house.link.start();

    expect(await house.control.next()).toEqual({
      kind: "hello",
      version: 1,
      gatewayId: "gateway-1",
      bootId: "boot-1",
      token: "practice-token",
      liveCallIds: [callId],
    });
    expect(house.link.isUp).toBe(false);
    house.control.say({ kind: "welcome", version: 1 });
    await house.link.ready;
    expect(house.link.isUp).toBe(true);
  });

  test("brings the plan of an offer, and leaves garbage and late answers alone", async () => {
    await welcomed();
    const asked = house.link.offer(anOffer);
    expect(await house.control.next()).toEqual({ kind: "call.offer", ...anOffer });
    const outcome = {
      kind: "reject",
      sipStatus: 404,
      endCause: "number_unknown",
      numberId: null,
      voiceMode: null,
      retryAfterSecs: null,
    } as const;

    house.control.say("not JSON");
    house.control.say('{"kind":"call.plan"}');
    house.control.say({ kind: "call.plan", callId, outcome });
    house.control.say({ kind: "call.plan", callId, outcome });

    expect(await asked).toEqual(outcome);
  });

  test("gives an offer up when no plan comes", async () => {
    await welcomed();
    const asked = house.link.offer(anOffer);
    const refused = expect(asked).rejects.toThrow("no plan came in time");

    house.clock.advance(3_000);

    await refused;
  });

  test("brings the key for another session of a call", async () => {
    await welcomed();
    const asked = house.link.freshKey(callId, "own");
    const frame = await house.control.next();

    house.control.say({ kind: "call.key", callId, key: "own", apiKey: "a key" });
    house.control.say({ kind: "call.key", callId, key: "own", apiKey: "another" });

    expect(frame).toEqual({ kind: "call.key", callId, key: "own" });
    expect((await asked)?.reveal()).toBe("a key");
  });

  test("does without a key that is not to be had, does not come in time, or is asked for again", async () => {
    await welcomed();
    const refused = house.link.freshKey(callId, "own");
    house.control.say({ kind: "call.key", callId, key: "own", apiKey: null });
    expect(await refused).toBeNull();

    const givenUp = house.link.freshKey(callId, "own");
    const late = house.link.freshKey(callId, "own");
    house.clock.advance(3_000);

    expect(await Promise.all([givenUp, late])).toEqual([null, null]);
  });

  test("keeps an event until it is acknowledged", async () => {
    await welcomed();

    await house.link.record(anEvent("1"));
    const told = await house.control.next();
    const keptBefore = house.spool.pendingCount;
    house.control.say({ kind: "events.ack", eventIds: ["evt_1"] });
    house.control.say({ kind: "call.hangup", callId });
    house.control.say({
      kind: "call.dial",
      callId,
      from: "+14155550100",
      to: "+14155550123",
      trunkId: aTrunkPlan().trunkId,
      metadata: {},
    });
    while (house.spool.pendingCount > 0) await new Promise((resolve) => setImmediate(resolve));

    expect(told).toEqual({ kind: "events", events: [anEvent("1")] });
    expect(keptBefore).toBe(1);
    expect(house.hungUp).toEqual([callId]);
    expect(house.dialled).toEqual([callId]);
  });

  test("comes back when the link is lost, sends again and asks again", async () => {
    await welcomed();
    await house.link.record(anEvent("1"));
    await house.control.next();
    const asked = house.link.offer(anOffer);
    await house.control.next();

    house.control.peer?.terminate();
    while (house.link.isUp) await new Promise((resolve) => setImmediate(resolve));
    house.clock.advance(200);
    const hello = await house.control.next();
    house.control.say({ kind: "welcome", version: 1 });
    const again = [await house.control.next(), await house.control.next()];
    house.link.withdraw(callId);

    expect(hello.kind).toBe("hello");
    expect(again.map((frame) => frame.kind)).toEqual(["events", "call.offer"]);
    expect(asked).toBeInstanceOf(Promise);
  });

  test("tells again what the control plane has not taken, and the rest as soon as it takes some", async () => {
    await welcomed();
    const ids = Array.from({ length: 101 }, (_, index) => String(index + 1));
    await Promise.all(ids.map((id) => house.link.record(anEvent(id))));
    // Its disk is full: nothing is acknowledged.
    await Promise.all(ids.map(() => house.control.next()));

    house.clock.advance(5_000);
    const first = await house.control.next();
    house.clock.advance(5_000);
    const looked = await house.control.next();
    const again = await house.control.next();
    const taken = again.kind === "events" ? again.events.map(({ eventId }) => eventId) : [];
    house.control.say({ kind: "events.ack", eventIds: taken });
    const rest = await house.control.next();
    house.control.say({ kind: "events.ack", eventIds: ["evt_101"] });
    while (house.spool.pendingCount > 0) await new Promise((resolve) => setImmediate(resolve));
    house.clock.advance(5_000);

    expect([first, looked]).toEqual([spooled(101), spooled(101)]);
    expect(taken).toHaveLength(100);
    expect(rest).toEqual({ kind: "events", events: [anEvent("101")] });
    expect(await house.control.next()).toEqual(spooled(0));
  });

  test("hears of trunks, and answers that one was tested", async () => {
    await welcomed();

    house.control.say({ kind: "trunks", trunks: [aTrunkPlan()], leads: true, nonceKey: "" });
    house.control.say({ kind: "trunk.test", testId: "test_1", trunk: aTrunkPlan() });
    while (house.told.length < 2) await new Promise((resolve) => setImmediate(resolve));
    house.link.trunkTested("test_1", []);

    expect(house.told).toEqual(["trunk_1", "test_1"]);
    expect(await house.control.next()).toEqual({
      kind: "trunk.tested",
      testId: "test_1",
      lines: [],
    });
  });

  test("hangs up on a peer that never welcomes, and tries again", async () => {
    house.link.start();
    await house.control.next();

    house.clock.advance(5_000);
    while (house.clock.pendingCount === 0) await new Promise((resolve) => setImmediate(resolve));
    house.clock.advance(200);

    expect((await house.control.next()).kind).toBe("hello");
  });

  test("what passes is not kept while the link is down", async () => {
    house.link.live({
      kind: "transcript.partial",
      callId,
      itemId: "item",
      speaker: "ai",
      text: "Hel",
      sequence: 0,
    });
    await welcomed();

    house.link.live({
      kind: "transcript.partial",
      callId,
      itemId: "item",
      speaker: "ai",
      text: "Hello",
      sequence: 1,
    });

    expect(await house.control.next()).toMatchObject({ kind: "live", event: { text: "Hello" } });
  });
});

describe("a question in a call", () => {
  test("for a tool is answered with what came of it, and given up after ten seconds", async () => {
    await welcomed();
    const call = { toolCallId: "item_1", name: "find_order", argumentsJson: "{}" };

    const first = house.link.callTool(callId, call);
    const asked = await house.control.next();
    house.control.say({
      kind: "tool.result",
      callId,
      toolCallId: "item_1",
      outcome: { kind: "answered", output: "found" },
    });
    const outcome = await first;
    const second = house.link.callTool(callId, call);
    const failing = expect(second).rejects.toMatchObject({ code: "control-plane-unreachable" });
    house.clock.advance(10_000);
    await failing;

    expect(asked).toEqual({ kind: "tool.call", callId, ...call });
    expect(outcome).toEqual({ kind: "answered", output: "found" });
  });

  test("fails at once when the control plane is not there", async () => {
    const call = { toolCallId: "item_1", name: "find_order", argumentsJson: "{}" };

    await expect(house.link.callTool(callId, call)).rejects.toMatchObject({
      code: "control-plane-unreachable",
    });
  });

  test("is not needed for a transfer that the API asks for", async () => {
    await welcomed();

    house.control.say({ kind: "call.transfer", callId, to: "+14155550142" });
    while (house.transferred.length === 0) await new Promise((resolve) => setImmediate(resolve));

    expect(house.transferred).toEqual([[callId, "+14155550142"]]);
  });
});
