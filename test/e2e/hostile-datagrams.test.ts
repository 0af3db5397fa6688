import { createSocket, type Socket } from "node:dgram";
import { once } from "node:events";
import { connect } from "node:net";
import { type Random, seededRandom } from "@agentcall/base";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { House } from "../support/house.ts";

const greeting = { greeting: [{ tone: { frequencyHz: 1_312, ms: 200 } }], turns: [] };
const datagramsOfOnePort = 5_000; // and as many to the other port: 10,000
const messages = 1_000;
/** Below the sockets' buffers, so that what is sent is also received. */
const datagramsAtOnce = 50;
const datagramBytesMax = 1_400;

let house: House;
let stranger: Socket;

beforeEach(async () => {
  house = await House.open({ scenario: greeting });
  stranger = createSocket("udp4");
  stranger.bind(0, "127.0.0.1");
  await once(stranger, "listening");
});
afterEach(async () => {
  stranger.close();
  await house.close();
});

describe("during a call", () => {
  test("10,000 random datagrams to the SIP and RTP ports change nothing, and the next call is answered", async () => {
    const chance = seededRandom(1);
    const call = await house.answeredCall();
    for (const port of [sipPort(), call.remoteMedia?.port ?? 0]) {
      await flood(port, datagramsOfOnePort, () =>
        Buffer.from(chance.bytes(1 + chance.below(datagramBytesMax))),
      );
    }
    const next = await house.answeredCall();

    await next.hangUp();
    await call.hangUp();
    const record = await house.ended(call);
    expect(record.hangupCause).toMatchObject({ cause: "caller_hung_up" });
  });

  test.each(["udp", "tcp"] as const)(
    "1,000 malformed SIP messages over %s change nothing, and the next call is answered",
    async (transport) => {
      const chance = seededRandom(2);
      const call = await house.answeredCall({}, transport);
      const malformed = Array.from({ length: messages }, (_, index) => broken(index, chance));
      let next = 0;
      if (transport === "tcp") await eachOnAConnection(malformed);
      else await flood(sipPort(), messages, () => Buffer.from(malformed[next++] ?? ""));
      const other = await house.answeredCall({}, transport);

      await other.hangUp();
      await call.hangUp();
      const record = await house.ended(call);
      expect(record.hangupCause).toMatchObject({ cause: "caller_hung_up" });
    },
  );
});

function sipPort(): number {
  return Number(house.engine.sip.split(":")[1]);
}

/** Sends datagrams as fast as they are taken. */
async function flood(port: number, count: number, next: () => Buffer): Promise<void> {
  for (let sent = 0; sent < count; sent += datagramsAtOnce) {
    const batch = Array.from(
      { length: Math.min(datagramsAtOnce, count - sent) },
      () =>
        new Promise<void>((resolve) => {
          stranger.send(next(), port, "127.0.0.1", () => {
            resolve();
          });
        }),
    );
    await Promise.all(batch);
    await new Promise((resolve) => setImmediate(resolve)); // the house shares this thread
  }
}

/** Each on a connection of its own: what cannot be framed ends it. */
async function eachOnAConnection(texts: readonly string[]): Promise<void> {
  for (let from = 0; from < texts.length; from += datagramsAtOnce) {
    await Promise.all(texts.slice(from, from + datagramsAtOnce).map(onAConnection));
  }
}

async function onAConnection(text: string): Promise<void> {
  const socket = connect(sipPort(), "127.0.0.1");
  socket.on("error", () => undefined); // it may be reset: 'close' follows
  const closed = new Promise<void>((resolve) => {
    socket.once("close", () => {
      resolve();
    });
  });
  socket.resume();
  socket.end(text);
  await closed;
}

/** A request in which something is wrong: a header that is missing, doubled or overwritten. */
function broken(index: number, chance: Random): string {
  const method = oneOf(
    ["INVITE", "OPTIONS", "BYE", "CANCEL", "ACK", "REFER", "", "INV ITE"],
    chance,
  );
  const lines = requestLines(method, index);
  for (let count = 1 + chance.below(3); count > 0; count -= 1) {
    const at = chance.below(lines.length);
    const line = lines[at] ?? "";
    const cut = chance.below(line.length + 1);
    const instead = oneOf(
      [
        "",
        line.slice(cut),
        line.slice(0, cut),
        `${line}\r\n${line}`,
        line.replace(/[:; =]/, "\u0000"),
        `${line};${"x".repeat(9_000)}`,
        line.replace(/\d+/g, "99999999999"),
        line.replace(/</g, "<<"),
      ],
      chance,
    );
    lines[at] = instead;
  }
  return lines.join(oneOf(["\r\n", "\r\n", "\n", "\r"], chance));
}

function requestLines(method: string, index: number): string[] {
  return [
    `${method} sip:+14155550100@127.0.0.1 SIP/2.0`,
    `Via: SIP/2.0/UDP 127.0.0.1:9;branch=z9hG4bK-broken-${String(index)}`,
    "Max-Forwards: 70",
    `From: <sip:+14155550199@127.0.0.1>;tag=broken${String(index)}`,
    "To: <sip:+14155550100@127.0.0.1>;tag=nobody",
    `Call-ID: broken-${String(index)}`,
    `CSeq: 1 ${method}`,
    "Contact: <sip:+14155550199@127.0.0.1:9>",
    "Content-Type: application/sdp",
    "Content-Length: 5",
    "",
    "v=0\r\n",
  ];
}

function oneOf(texts: readonly string[], chance: Random): string {
  return texts[chance.below(texts.length)] ?? "";
}
