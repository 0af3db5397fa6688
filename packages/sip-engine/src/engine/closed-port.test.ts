import { createSocket } from "node:dgram";
import { once } from "node:events";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { headerValue, type SipMessage } from "../message/sip-message.ts";
import { type App, EngineBench, type Peer } from "../testing/engine-bench.ts";

let bench: EngineBench;
let app: App;

beforeEach(async () => {
  bench = await EngineBench.open();
  app = await bench.app("invite");
});
afterEach(async () => {
  await bench.close();
  expect(bench.clock.pendingCount).toBe(0);
});

// No clock is moved in the first two: the 503 comes because the port is closed, not because time passed.
describe("a port that nobody listens on", () => {
  test.each(["udp", "tcp"])("over %s fails a request with 503 at once", async (transport) => {
    const port = await closedPort();

    const echo = await app.ask(
      `sip||\r\nOPTIONS sip:127.0.0.1:${String(port)};transport=${transport} SIP/2.0\r\n\r\n`,
    );
    const failed = await app.passedOn();

    expect(echo[0]).toBe("OK");
    expect(failed).toMatchObject({
      source: "network",
      protocol: transport,
      address: "",
      port: "0",
    });
    expect(failed.transactionId).toBe(echo[echo.indexOf("Msg sent:") - 1]);
    expect(failed.sip).toMatch(/^SIP\/2.0 503 Service Unavailable\r\n/);
    expect(failed.sip).toMatch(/\r\nTo: <[^>]+>;tag=\w+\r\n/);
    expect(bench.engine.state().openTransactions).toBe(0);
  });

  test("fails the BYE to a telephone that is gone", async () => {
    const peer = await bench.peer();
    const { dialogId } = await talking(peer);
    peer.close();

    await app.ask(`sip||${dialogId}\r\nBYE sip:placeholder SIP/2.0\r\n\r\n`);

    expect((await app.passedOn()).sip).toMatch(/^SIP\/2.0 503/);
    expect(bench.engine.state()).toMatchObject({ dialogs: 0, openTransactions: 0 });
  });

  test("fails what is under way to it, and nothing else", async () => {
    const [gone, there] = [await bench.peer(), await bench.peer()];
    const { transactionId } = await ringing(gone);
    await ringing(there);
    gone.close();

    await app.ask(`sip||\r\nOPTIONS sip:127.0.0.1:${String(gone.port)} SIP/2.0\r\n\r\n`);
    const failed = [await app.passedOn(), await app.passedOn()];

    expect(failed.every(({ sip }) => sip.startsWith("SIP/2.0 503"))).toBe(true);
    expect(failed.map((each) => each.transactionId)).toContain(transactionId);
    expect(bench.engine.state().openTransactions).toBe(1);
  });

  test("that opens again is reached again", async () => {
    const first = await bench.peer();
    await app.ask(`sip||\r\nOPTIONS sip:127.0.0.1:${String(first.port)} SIP/2.0\r\n\r\n`);
    first.answer(await first.request("OPTIONS"), 200);
    await app.passedOn();
    const { port } = first;
    first.close();
    await app.ask(`sip||\r\nOPTIONS sip:127.0.0.1:${String(port)} SIP/2.0\r\n\r\n`);
    expect((await app.passedOn()).sip).toMatch(/^SIP\/2.0 503/);

    const second = await bench.peer(port);
    await app.ask(`sip||\r\nOPTIONS sip:127.0.0.1:${String(port)} SIP/2.0\r\n\r\n`);
    second.answer(await second.request("OPTIONS"), 200);

    expect((await app.passedOn()).sip).toMatch(/^SIP\/2.0 200/);
  });
});

describe("a peer's own socket", () => {
  test("sends from the SIP port, and takes what the peer sends by itself", async () => {
    const peer = await bench.peer();
    await app.ask(`sip||\r\nOPTIONS sip:127.0.0.1:${String(peer.port)} SIP/2.0\r\n\r\n`);
    peer.answer(await peer.request("OPTIONS"), 200);
    await app.passedOn();
    expect(bench.engine.state().udpPeers).toBe(1);

    peer.send(peer.write("INVITE"));
    const other = await bench.peer();
    other.send(other.write("INVITE", { callId: "other", branch: "z9hG4bK-other" }));

    expect(peer.lastSenderPort).toBe(bench.sipPort);
    const calls = [await app.passedOn(), await app.passedOn()];
    expect(new Set(calls.map(({ port }) => port))).toEqual(
      new Set([String(peer.port), String(other.port)]),
    );
  });

  test("is closed when nothing has come or gone for longer than any transaction takes", async () => {
    const peer = await bench.peer();
    for (let count = 0; count < 2; count += 1) {
      await app.ask(`sip||\r\nOPTIONS sip:127.0.0.1:${String(peer.port)} SIP/2.0\r\n\r\n`);
      peer.answer(await peer.request("OPTIONS"), 200);
      await app.passedOn();
      bench.clock.advance(60_000);
    }
    expect(bench.engine.state().udpPeers).toBe(1);

    bench.clock.advance(70_000);

    expect(bench.engine.state().udpPeers).toBe(0);
  });

  test("is one of at most 256: beyond them all goes through the socket that everybody has", async () => {
    const port = await closedPort();
    for (let host = 0; host < 256; host += 1) {
      app.tell(`sip||\r\nOPTIONS sip:127.1.0.${String(host)}:${String(port)} SIP/2.0\r\n\r\n`);
    }
    const peer = await bench.peer();
    app.tell(`sip||\r\nOPTIONS sip:127.0.0.1:${String(peer.port)} SIP/2.0\r\n\r\n`);

    peer.answer(await peer.request("OPTIONS"), 200);

    expect(bench.engine.state().udpPeers).toBe(256);
  });
});

async function closedPort(): Promise<number> {
  const socket = createSocket("udp4");
  socket.bind(0, "127.0.0.1");
  await once(socket, "listening");
  const { port } = socket.address();
  socket.close();
  return port;
}

/** An INVITE of the application that rings there. */
async function ringing(peer: Peer): Promise<{ readonly transactionId: string }> {
  await app.ask(`sip||\r\nINVITE sip:127.0.0.1:${String(peer.port)} SIP/2.0\r\n\r\n`);
  peer.answer(await peer.request("INVITE"), 180);
  return app.passedOn();
}

/** A call of theirs that is answered and confirmed. */
async function talking(peer: Peer): Promise<{ readonly dialogId: string }> {
  peer.send(peer.write("INVITE"));
  await app.respond(await app.passedOn(), 200);
  await peer.status();
  const toTag = tagOf(await peer.next());
  peer.send(peer.write("ACK", { toTag, branch: "z9hG4bK-ack" }));
  return app.passedOn();
}

function tagOf(message: SipMessage): string {
  return /;tag=(\w+)$/.exec(headerValue(message, "To") ?? "")?.[1] ?? "";
}
