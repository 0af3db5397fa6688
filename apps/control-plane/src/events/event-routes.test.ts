import { once } from "node:events";
import http from "node:http";
import type { AddressInfo } from "node:net";
import type { LiveMessage } from "@agentcall/contract";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { WebSocket } from "ws";
import { OpenApp } from "../testing/open-app.ts";
import { listenersMax } from "./event-stream.ts";

let house: OpenApp;
let port: number;

beforeEach(async () => {
  house = await OpenApp.open();
  await house.app.listen({ host: "127.0.0.1", port: 0 });
  port = (house.app.server.address() as AddressInfo).port;
});
afterEach(async () => {
  await house.close();
});

describe("events as Server-Sent Events", () => {
  test("come as they happen, each with its id and name", async () => {
    const listening = await listen();

    house.stream.publish("call.ringing", { callId: "call_1" });
    const text = await listening.until("data: ");

    expect(text).toMatch(/id: \w+-1\nevent: call\.ringing\ndata: \{.*"callId":"call_1".*\}\n\n/);
    listening.end();
  });

  test("go on after Last-Event-ID, and begin with all that is kept when it is of another life", async () => {
    house.stream.publish("call.ringing", { n: 1 });
    house.stream.publish("call.status", { n: 2 });
    const [first] = house.stream.since("another-0");

    const resumed = await listen({ "last-event-id": first?.id ?? "" });
    const fromStart = await listen({ "last-event-id": "another-9" });

    expect(await resumed.until('"n":2')).not.toContain('"n":1');
    expect(await fromStart.until('"n":2')).toContain('"n":1');
    resumed.end();
    fromStart.end();
  });

  test("say from time to time that they are still there", async () => {
    const listening = await listen();

    house.clock.advance(5_000);

    await listening.until(": still here");
    listening.end();
  });

  test("need a key, and have an end of their own", async () => {
    const response = await fetch(`http://127.0.0.1:${String(port)}/v1/events`);
    const listening = await listen();
    expect(house.stream.listenerCount).toBe(1);

    listening.end();
    await listening.closed;

    expect(response.status).toBe(401);
    await gone();
  });

  test("are given to a limited number of listeners", async () => {
    const stops = Array.from({ length: listenersMax }, () => house.stream.listen(() => undefined));

    const answer = await house.ask("GET", "/v1/events");
    for (const stop of stops) stop?.();

    expect(answer.statusCode).toBe(429);
  });

  test("end when the appliance stops", async () => {
    const listening = await listen();

    await house.app.close();

    await listening.closed;
    expect(house.stream.listenerCount).toBe(0);
  });
});

describe("events over a WebSocket", () => {
  test("are the same messages, one a frame, and resume as well", async () => {
    house.stream.publish("call.ringing", { n: 1 });
    house.stream.publish("call.status", { n: 2 });
    const [first] = house.stream.since("another-0");
    const socket = connect({ "last-event-id": first?.id ?? "" });

    const [missed] = (await once(socket, "message")) as [Buffer];
    const next = once(socket, "message") as Promise<[Buffer]>;
    house.stream.publish("call.status", { n: 3 });
    const [live] = await next;

    expect(messageOf(missed).data).toEqual({ n: 2 });
    expect(messageOf(live).data).toEqual({ n: 3 });
    socket.close();
    await once(socket, "close");
    await gone();
  });

  test.each([
    ["/v1/events", "Bearer ac_live_00000000000000000000000000", 401],
    ["/v1/calls", null, 404],
  ])("are refused at %s with %s", async (path, authorization, status) => {
    const socket = connect({}, path, authorization);

    const [, response] = (await once(socket, "unexpected-response")) as [
      unknown,
      http.IncomingMessage,
    ];

    expect(response.statusCode).toBe(status);
    response.resume();
    await once(response, "end");
  });

  test("end when the appliance stops", async () => {
    const socket = connect();
    await once(socket, "open");

    const closed = once(socket, "close");
    await house.app.close();
    await closed;

    expect(house.stream.listenerCount).toBe(0);
  });
});

/** Waits for the listener to be gone: the other side learns of an end a moment later. */
async function gone(): Promise<void> {
  while (house.stream.listenerCount > 0) await new Promise((resolve) => setImmediate(resolve));
}

function connect(
  headers: Record<string, string> = {},
  path = "/v1/events",
  authorization: string | null = null,
): WebSocket {
  return new WebSocket(`ws://127.0.0.1:${String(port)}${path}`, {
    headers: { authorization: authorization ?? bearer(), ...headers },
  });
}

type Listening = {
  /** All that has come, once it holds `text`. */
  until(text: string): Promise<string>;
  readonly closed: Promise<unknown>;
  end(): void;
};

async function listen(headers: Record<string, string> = {}): Promise<Listening> {
  const request = http.get({
    host: "127.0.0.1",
    port,
    path: "/v1/events",
    headers: { authorization: bearer(), ...headers },
  });
  const [response] = (await once(request, "response")) as [http.IncomingMessage];
  expect(response.headers["content-type"]).toBe("text/event-stream");
  let received = "";
  const grown = new EventTarget();
  response.on("data", (chunk: Buffer) => {
    received += chunk.toString();
    grown.dispatchEvent(new Event("more"));
  });
  request.on("error", () => undefined); // ended by the test itself
  response.on("error", () => undefined);
  const closed = new Promise((resolve) => response.on("close", resolve));
  return {
    async until(text) {
      while (!received.includes(text)) {
        await new Promise((resolve) => {
          grown.addEventListener("more", resolve, { once: true });
        });
      }
      return received;
    },
    closed,
    end: () => request.destroy(),
  };
}

function bearer(): string {
  return `Bearer ${house.keys.viewer.reveal()}`;
}

function messageOf(data: Buffer): LiveMessage {
  return JSON.parse(data.toString()) as LiveMessage;
}
