import { once } from "node:events";
import { mkdtempSync, rmSync, statSync } from "node:fs";
import { createServer } from "node:net";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import path from "node:path";
import { Secret, seededRandom, silentLog } from "@agentcall/base";
import { TestClock } from "@agentcall/base/testing";
import {
  type CallId,
  type ControlFrame,
  controlFrameSchema,
  type E164,
  type GatewayFrame,
  type NumberId,
  type TrunkId,
} from "@agentcall/contract";
import { startPractice } from "@agentcall/practice";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { WebSocket } from "ws";
import type { ControlPlane, ControlPlaneOptions } from "./control-plane-options.ts";
import { startControlPlane } from "./control-plane.ts";
import { proLicense } from "./testing/licenses.ts";
import { rootKeyOf } from "./testing/root-key.ts";
import { callId, endedEvent, recordOf, startedEvent } from "./testing/call-facts.ts";

const token = new Secret("the token of the link");
const adminKey = new Secret("ac_live_0123456789abcdef");
const demoNumber = "+14155550100" as E164;

let folder: string;
let clock: TestClock;
let house: ControlPlane;
let links: Link[];

beforeEach(async () => {
  folder = mkdtempSync(path.join(tmpdir(), "agentcall-cp-"));
  clock = new TestClock();
  links = [];
  house = await start();
});
afterEach(async () => {
  for (const { socket } of links) socket.terminate();
  await house.close();
  rmSync(folder, { recursive: true });
});

describe("a gateway", () => {
  test("is welcomed with the right token, and makes the appliance ready", async () => {
    const before = await ask("/readyz");
    const link = await joined();

    expect(before.status).toBe(503);
    expect((await ask("/readyz")).status).toBe(200);
    expect(house.state()).toEqual({ gateways: 1, callsInProgress: 0, listeners: 0 });
    link.socket.close();
    await once(link.socket, "close");
  });

  test.each<[string, unknown]>([
    ["with a wrong token", { ...helloOf(), token: "guessed" }],
    ["of another version", { ...helloOf(), version: 2 }],
    ["that asks before it says hello", { kind: "events", events: [startedEvent()] }],
    ["that sends what is no frame", "{"],
  ])("%s is refused", async (_, frame) => {
    const link = await open();

    link.socket.send(typeof frame === "string" ? frame : JSON.stringify(frame));
    const [code] = (await once(link.socket, "close")) as [number];

    expect(code).toBe(1008);
    expect(house.state().gateways).toBe(0);
  });

  test("that connects and says nothing is refused in time", async () => {
    const link = await open();

    clock.advance(5_000);
    const [code] = (await once(link.socket, "close")) as [number];

    expect(code).toBe(1008);
  });

  test("that comes again takes over from its former connection", async () => {
    const first = await joined();
    const closed = once(first.socket, "close") as Promise<[number]>;
    const second = await joined();

    expect((await closed)[0]).toBe(4000);
    expect(house.state().gateways).toBe(1);
    second.send(offerOf());
    let frame = await second.next();
    while (frame.kind === "trunks") frame = await second.next(); // it leads now, and is told so
    expect(frame.kind).toBe("call.plan");
  });
});

describe("a call", () => {
  test("to the demo number is planned with its agent and the managed key", async () => {
    const link = await joined();

    link.send(offerOf());

    expect(await link.next()).toMatchObject({
      kind: "call.plan",
      callId,
      outcome: {
        kind: "accept",
        plan: {
          agent: { model: "gpt-realtime-2.1", voice: "marin" },
          provider: {
            realtimeUrl: "ws://127.0.0.1:1/v1/realtime",
            apiKey: "sk-proj-practice-good-test",
          },
          liveTranscript: true,
        },
      },
    });
  });

  test("beyond the places is told to come again, until one has ended", async () => {
    const link = await joined();
    link.send(offerOf());
    await link.next(); // two offers at once may be planned in either order
    link.send(offerOf({ callId: "call_2" as CallId }));
    const second = await link.next();
    link.send({ kind: "events", events: [startedEvent(), endedEvent()] });
    const acknowledged = await link.next();
    link.send(offerOf({ callId: "call_3" as CallId }));
    const third = await link.next();

    expect(second).toMatchObject({
      outcome: { kind: "reject", sipStatus: 503, retryAfterSecs: 10, endCause: "all_calls_taken" },
    });
    expect(acknowledged).toEqual({ kind: "events.ack", eventIds: ["evt_1", "evt_9"] });
    expect(third).toMatchObject({ outcome: { kind: "accept" } });
  });

  test("is planned with a client secret where gateways are to see no key, and refused as the provider refuses that", async () => {
    await house.close();
    const practice = await startPractice({ recordAudioBytesMax: 0 });
    const openaiBaseUrl = `${practice.http}/v1`;
    const managedKey = new Secret("sk-proj-practice-good-marked0001");
    house = await start({ openaiBaseUrl, managedKey, callsMax: 20 });
    await ask("/v1/settings/key-delivery", ephemeral);
    let link = await joined();
    link.send(offerOf());
    const good = await link.next();
    await house.close();
    house = await start({ openaiBaseUrl, managedKey: new Secret("sk-proj-practice-invalid-test") });
    link = await joined();
    link.send(offerOf({ callId: "call_2" as CallId }));
    const bad = await link.next();
    const page = await (await ask("/v1/audit?limit=4")).json();

    expect(good).toMatchObject({
      outcome: { plan: { provider: { apiKey: expect.stringMatching(/^ek_/) as string } } },
    });
    expect(bad).toMatchObject({
      outcome: { kind: "reject", sipStatus: 503, endCause: "key_invalid" },
    });
    expect(page).toMatchObject({
      items: [
        {
          action: "client-secret.minted",
          detail: { callId: "call_2", refused: "invalid_api_key" },
        },
        { action: "managed-key.opened", detail: { callId: "call_2", opened: true } },
        { action: "client-secret.minted", detail: { callId, refused: null } },
        { action: "managed-key.opened" },
      ],
    });
    await practice.close();
  });

  test("in progress is given its key again for another session, and none when it is over", async () => {
    const link = await joined();
    const again = { kind: "call.key", callId, key: "own" } as const;
    const number = (await numbers())[0]?.id as NumberId;
    link.send({ kind: "events", events: [startedEvent({ numberId: number })] });
    await link.next();

    link.send(again);
    const inProgress = await link.next();
    link.send({ ...again, key: "managed" });
    const notAllowed = await link.next();
    link.send({ kind: "events", events: [endedEvent()] });
    await link.next();
    link.send(again);
    const over = await link.next();

    expect(inProgress).toEqual({ ...again, apiKey: "sk-proj-practice-good-test" });
    expect(notAllowed).toMatchObject({ key: "managed", apiKey: null });
    expect(over).toEqual({ ...again, apiKey: null });
  });

  test("that is refused anyway opens no key", async () => {
    const link = await joined();

    link.send(offerOf({ trunkId: null, sourceAddress: "192.0.2.1" }));
    await link.next();
    const { items } = (await (await ask("/v1/audit")).json()) as { items: { action: string }[] };

    expect(items.map(({ action }) => action)).not.toContain("managed-key.opened");
  });

  test("on the free plan lasts as long as the month's minutes, and is refused when they are used up", async () => {
    await house.close();
    house = await start({ license: { ...proLicense(), given: null }, callsMax: 20 });
    const link = await joined();

    link.send(offerOf());
    const first = await link.next();
    const durationMs = 300_000;
    const record = recordOf({
      startedAtMs: clock.nowMs(),
      answeredAtMs: clock.nowMs(),
      durationMs,
    });
    link.send({ kind: "events", events: [startedEvent(), endedEvent(record)] });
    await link.next();
    link.send(offerOf({ callId: "call_2" as CallId }));
    const second = await link.next();

    expect(first).toMatchObject({
      outcome: { kind: "accept", plan: { voiceMode: "managed", maxDurationMs: 300_000 } },
    });
    expect(second).toMatchObject({
      outcome: { kind: "reject", sipStatus: 480, endCause: "trial_exhausted" },
    });
  });

  test("is on disk when its events are acknowledged, and told to who listens", async () => {
    const link = await joined();
    const listener = await listen();

    link.send({ kind: "events", events: [startedEvent(), endedEvent()] });
    await link.next();

    const call = (await (await ask(`/v1/calls/${callId}`)).json()) as { endedBy: string };
    expect(call.endedBy).toBe("caller");
    expect((await listener.next()).event).toBe("call.inbound");
    expect(await listener.next()).toMatchObject({
      event: "call.status",
      data: { callId, status: "completed", endedBy: "caller" },
    });
    listener.close();
  });

  test("tells every step and every word to who listens", async () => {
    const link = await joined();
    const listener = await listen();

    link.send({
      kind: "events",
      events: [
        startedEvent(),
        { kind: "call.ringing", eventId: "evt_2", callId, atMs: 1 },
        { kind: "call.answered", eventId: "evt_3", callId, atMs: 2 },
      ],
    });
    const steps = [await listener.next(), await listener.next(), await listener.next()];
    link.send({
      kind: "live",
      event: {
        kind: "transcript.partial",
        callId,
        itemId: "i1",
        speaker: "ai",
        text: "Hel",
        sequence: 0,
      },
    });
    const word = await listener.next();

    expect(steps.map(({ event }) => event)).toEqual([
      "call.inbound",
      "call.ringing",
      "call.status",
    ]);
    expect(word).toMatchObject({
      event: "transcript.partial",
      data: { callId, role: "ai", text: "Hel", final: false },
    });
    listener.close();
  });

  test("is ended through the API by the gateway that carries it", async () => {
    const link = await joined();
    link.send({ kind: "events", events: [startedEvent()] });
    await link.next();

    const answer = await ask(`/v1/calls/${callId}/hangup`, { method: "POST" });

    expect(answer.status).toBe(200);
    expect(await link.next()).toEqual({ kind: "call.hangup", callId });
  });

  test("that its gateway lost ends when the gateway comes back without it", async () => {
    const first = await joined();
    first.send({
      kind: "events",
      events: [startedEvent(), startedEvent({ callId: "call_2" as CallId, eventId: "evt_2" })],
    });
    await first.next();
    await house.close();

    house = await start();
    expect(house.state().callsInProgress).toBe(2);
    await joined({ liveCallIds: ["call_2" as CallId], bootId: "boot-2" });

    const lost = (await (await ask(`/v1/calls/${callId}`)).json()) as { hangupCause: object };
    const kept = (await (await ask("/v1/calls/call_2")).json()) as { status: string };
    expect(lost.hangupCause).toMatchObject({ cause: "gateway_lost" });
    expect(kept.status).toBe("initiated");
    expect(house.state().callsInProgress).toBe(1);
  });
});

describe("a start", () => {
  test("makes a first admin key and shows it once", async () => {
    await house.close();
    house = await start({ adminKey: null, dataDir: path.join(folder, "fresh") });
    const key = house.adminKey;
    await house.close();

    house = await start({ adminKey: null, dataDir: path.join(folder, "fresh") });

    expect(key?.reveal()).toMatch(/^ac_live_/);
    expect(house.adminKey).toBeNull();
    const headers = { authorization: `Bearer ${key?.reveal() ?? ""}` };
    expect((await fetch(`${house.http}/v1/numbers`, { headers })).status).toBe(200);
  });

  test("leaves the demo number as the admin has changed it", async () => {
    const [demo] = await numbers();
    await ask(`/v1/numbers/${demo?.id ?? ""}/inbound-config`, { method: "DELETE" });
    await house.close();

    house = await start();

    expect(await numbers()).toMatchObject([{ number: demoNumber, inbound: null }]);
  });

  test("under another root key is refused, and under the right one goes on", async () => {
    await house.close();

    await expect(start({ root: rootKeyOf("another") })).rejects.toMatchObject({
      code: "wrong-setting",
      message: expect.stringContaining("AGENTCALL_ROOT_KEY_FILE") as string,
    });

    house = await start();
  });

  test("keeps its files for its own user alone", () => {
    expect(statSync(path.join(folder, "agentcall.db")).mode & 0o077).toBe(0);
  });

  test.each([
    ["httpPort", "AGENTCALL_HTTP_PORT"],
    ["controlPort", "AGENTCALL_CONTROL_PORT"],
  ] as const)("on a taken %s names the port and %s", async (which, setting) => {
    const taken = createServer().listen(0, "127.0.0.1");
    await once(taken, "listening");
    const { port } = taken.address() as AddressInfo;

    const starting = start({ [which]: port, dataDir: path.join(folder, "other") });

    await expect(starting).rejects.toThrow(new RegExp(`Port ${String(port)}.*${setting}`));
    taken.close();
  });
});

function start(changes: Partial<ControlPlaneOptions> = {}): Promise<ControlPlane> {
  return startControlPlane({
    dataDir: folder,
    httpPort: 0,
    controlPort: 0,
    controlToken: token,
    openaiBaseUrl: "http://127.0.0.1:1/v1",
    managedKey: new Secret("sk-proj-practice-good-test"),
    license: proLicense(),
    root: rootKeyOf("the test"),
    adminKey,
    demoNumber,
    model: "gpt-realtime-2.1",
    consoleUrl: null,
    callsMax: 1,
    outgoingAllowed: new Set(["127.0.0.1"]),
    sqlite: "sqlite3",
    clock,
    random: seededRandom(1),
    log: silentLog,
    ...changes,
  });
}

const ephemeral = {
  method: "PUT",
  headers: { "content-type": "application/json" },
  body: JSON.stringify({ keyDelivery: "ephemeral" }),
};

function ask(
  url: string,
  init: { method?: string; headers?: Record<string, string>; body?: string } = {},
): Promise<Response> {
  return fetch(`${house.http}${url}`, {
    ...init,
    headers: { ...init.headers, authorization: `Bearer ${adminKey.reveal()}` },
  });
}

async function numbers(): Promise<
  readonly { id: string; number: string; inbound: object | null }[]
> {
  const page = (await (await ask("/v1/numbers")).json()) as {
    items: { id: string; number: string; inbound: object | null }[];
  };
  return page.items;
}

type Link = {
  readonly socket: WebSocket;
  send(frame: GatewayFrame): void;
  next(): Promise<ControlFrame>;
};

async function open(): Promise<Link> {
  const socket = new WebSocket(house.control);
  const next = inbox(socket, (data) => controlFrameSchema.parse(JSON.parse(data)));
  const link: Link = {
    socket,
    send: (frame) => {
      socket.send(JSON.stringify(frame));
    },
    next,
  };
  links.push(link);
  await once(socket, "open");
  return link;
}

async function joined(changes: Partial<Hello> = {}): Promise<Link> {
  const link = await open();
  link.send({ ...helloOf(), ...changes });
  expect(await link.next()).toEqual({ kind: "welcome", version: 1 });
  expect((await link.next()).kind).toBe("trunks");
  return link;
}

type Hello = Extract<GatewayFrame, { kind: "hello" }>;

function helloOf(): Hello {
  return {
    kind: "hello",
    version: 1,
    gatewayId: "gateway-1",
    bootId: "boot-1",
    token: token.reveal(),
    liveCallIds: [],
  };
}

function offerOf(
  changes: Partial<Extract<GatewayFrame, { kind: "call.offer" }>> = {},
): Extract<GatewayFrame, { kind: "call.offer" }> {
  return {
    kind: "call.offer",
    direction: "inbound",
    trunkId: "trunk_thismachine" as TrunkId,
    callId,
    from: recordOf().from,
    to: demoNumber,
    sipCallId: "a@127.0.0.1",
    sourceAddress: "127.0.0.1",
    startedAtMs: 0,
    ...changes,
  };
}

type Told = { readonly event: string; readonly data: unknown };

async function listen(): Promise<{ next(): Promise<Told>; close(): void }> {
  const socket = new WebSocket(`${house.http.replace("http", "ws")}/v1/events`, {
    headers: { authorization: `Bearer ${adminKey.reveal()}` },
  });
  const next = inbox(socket, (data) => JSON.parse(data) as Told);
  await once(socket, "open");
  return {
    next,
    close: () => {
      socket.terminate();
    },
  };
}

/** Messages in the order they come, each waited for. */
function inbox<Message>(
  socket: WebSocket,
  parse: (data: string) => Message,
): () => Promise<Message> {
  const waiting: ((message: Message) => void)[] = [];
  const arrived: Message[] = [];
  socket.on("message", (data: Buffer) => {
    const message = parse(data.toString());
    const waiter = waiting.shift();
    if (waiter === undefined) arrived.push(message);
    else waiter(message);
  });
  return () => {
    const message = arrived.shift();
    if (message !== undefined) return Promise.resolve(message);
    return new Promise((resolve) => waiting.push(resolve));
  };
}
