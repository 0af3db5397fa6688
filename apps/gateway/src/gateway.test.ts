import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { Secret, seededRandom, silentLog } from "@agentcall/base";
import { TestClock } from "@agentcall/base/testing";
import type { CallEvent, PlanOutcome } from "@agentcall/contract";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { FakeControlPlane } from "./control/testing/fake-control-plane.ts";
import { type Gateway, startGateway } from "./gateway.ts";
import { newsOf } from "./sip/testing/trunk-plan.ts";
import { FakeDrachtio } from "./sip/testing/fake-drachtio.ts";

const offer = [
  "v=0",
  "o=- 1 1 IN IP4 127.0.0.1",
  "s=-",
  "c=IN IP4 127.0.0.1",
  "t=0 0",
  "m=audio 6000 RTP/AVP 0",
  "",
].join("\r\n");

const unknownNumber: PlanOutcome = {
  kind: "reject",
  sipStatus: 404,
  endCause: "number_unknown",
  numberId: null,
  voiceMode: null,
  retryAfterSecs: null,
};

const nothing = {
  calls: 0,
  rtpSockets: 0,
  rtpPorts: 0,
  pacedStreams: 0,
  dialogs: 0,
  sessions: 0,
  timers: 0,
  spooledEvents: 0,
  recordings: 0,
  keys: 0,
};

let folder = "";
let drachtio: FakeDrachtio;
let control: FakeControlPlane;
let clock: TestClock;
let gateway: Gateway;

beforeEach(async () => {
  folder = mkdtempSync(path.join(tmpdir(), "agentcall-gateway-"));
  drachtio = new FakeDrachtio();
  control = new FakeControlPlane();
  clock = new TestClock();
  gateway = await startGateway({
    drachtio: {
      host: "127.0.0.1",
      port: await drachtio.listen(),
      secret: new Secret("practice-secret"),
    },
    controlUrl: await control.listen(),
    controlToken: new Secret("practice-token"),
    gatewayId: "gateway-1",
    spoolDir: folder,
    spoolGatherMs: 0,
    rtpHost: "127.0.0.1",
    rtpPorts: { from: 42_000, to: 42_099 },
    callsMax: 1,
    clock,
    random: seededRandom(1),
    log: silentLog,
  });
  await control.next(); // hello
  control.say({ kind: "welcome", version: 1 });
  const { trunks, leads, nonceKey } = newsOf();
  control.say({ kind: "trunks", trunks: [...trunks], leads, nonceKey });
  await gateway.ready;
  await control.next(); // how the trunk fares
  await until(() => drachtio.routed.has("invite"));
});

afterEach(async () => {
  let isClosed = false;
  const closing = gateway.close().finally(() => {
    isClosed = true;
  });
  // It looks again every 20 ms whether its calls have ended.
  await until(() => {
    clock.advance(20);
    return isClosed;
  });
  await closing;
  await gateway.close();
  await control.close();
  await drachtio.close();
  expect([gateway.state(), clock.pendingCount]).toEqual([nothing, 0]);
  rmSync(folder, { recursive: true, force: true });
});

async function until(isSo: () => boolean): Promise<void> {
  while (!isSo()) await new Promise((resolve) => setImmediate(resolve));
}

/** Reads events and acknowledges them, until a call has ended. */
async function eventsOfOneCall(): Promise<readonly CallEvent[]> {
  const events: CallEvent[] = [];
  while (!events.some((event) => event.kind === "call.ended")) {
    const frame = await control.next();
    if (frame.kind !== "events") continue;
    events.push(...frame.events);
    control.say({ kind: "events.ack", eventIds: frame.events.map((event) => event.eventId) });
  }
  await until(() => gateway.state().spooledEvents === 0);
  return events;
}

describe("startGateway", () => {
  test("an unknown number is refused with 404 and leaves one record, and nothing else", async () => {
    drachtio.push("INVITE", { body: offer });
    const asked = await control.next();
    if (asked.kind !== "call.offer") throw new Error(asked.kind);
    control.say({ kind: "call.plan", callId: asked.callId, outcome: unknownNumber });

    const refusal = await drachtio.next();
    const events = await eventsOfOneCall();

    expect(refusal.sip).toMatch(/^SIP\/2\.0 404 Not Found/);
    expect(refusal.sip).toContain(asked.callId);
    expect(asked).toMatchObject({
      from: "+14155550123",
      to: "+14155550100",
      sourceAddress: "127.0.0.1",
    });
    expect(events.map((event) => event.kind)).toEqual(["call.started", "call.ended"]);
    expect(events.at(-1)).toMatchObject({
      record: {
        status: "failed",
        endCause: "number_unknown",
        sipStatus: 404,
        durationMs: 0,
        mediaStats: null,
      },
    });
  });

  test.each([
    ["malformed_sdp", "no description", 488],
    ["no_common_codec", offer.replace("RTP/AVP 0", "RTP/AVP 18"), 488],
  ])("refuses for %s without asking anybody", async (endCause, body, status) => {
    drachtio.push("INVITE", { body });

    const refusal = await drachtio.next();
    const events = await eventsOfOneCall();

    expect(refusal.sip).toMatch(new RegExp(`^SIP/2.0 ${String(status)} `));
    expect(events.at(-1)).toMatchObject({
      record: { endCause, sipStatus: status, status: "failed" },
    });
  });

  test("a call beyond the most is refused with 503 and Retry-After", async () => {
    drachtio.push("INVITE", { body: offer });
    await control.next();
    drachtio.push("INVITE", { body: offer });

    const refusal = await drachtio.next();
    const events = await eventsOfOneCall();
    clock.advance(3_000); // the first one has no plan
    await eventsOfOneCall();

    expect(refusal.sip).toMatch(/^SIP\/2\.0 503 /);
    expect(refusal.sip).toMatch(/Retry-After: \d+\r\n/i);
    expect(events.at(-1)).toMatchObject({ record: { endCause: "all_calls_taken" } });
  });

  test("without a plan in time the caller hears 503", async () => {
    drachtio.push("INVITE", { body: offer });
    await control.next();

    clock.advance(3_000);
    const refusal = await drachtio.next();
    const events = await eventsOfOneCall();

    expect(refusal.sip).toMatch(/^SIP\/2\.0 503 /);
    expect(events.at(-1)).toMatchObject({ record: { endCause: "control_plane_unreachable" } });
  });

  test("what is told while the control plane is away is told when it is back", async () => {
    control.peer?.terminate();
    drachtio.push("INVITE", { body: "no description" });
    await drachtio.next();
    await until(() => gateway.state().spooledEvents === 2);

    await until(() => clock.pendingCount > 0);
    clock.advance(200);
    const hello = await control.next();
    control.say({ kind: "welcome", version: 1 });
    const events = await eventsOfOneCall();

    expect(events.map((event) => event.kind)).toEqual(["call.started", "call.ended"]);
    expect(hello).toMatchObject({ kind: "hello", liveCallIds: [events[0]?.callId] });
  });

  test("being stopped refuses the call that rings, and its record is told", async () => {
    drachtio.push("INVITE", { body: offer });
    await control.next();

    const closing = gateway.close();
    const refusal = await drachtio.next();
    const events = await eventsOfOneCall();
    clock.advance(20);
    await closing;

    expect(refusal.sip).toMatch(/^SIP\/2\.0 503 /);
    expect(events.at(-1)).toMatchObject({ record: { endCause: "gateway_draining" } });
  });
});
