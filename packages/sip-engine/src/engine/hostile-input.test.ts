import { connect } from "node:net";
import { once } from "node:events";
import { type Random, seededRandom } from "@agentcall/base";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { writeFrame } from "../control/frame-reader.ts";
import { benchSecret, EngineBench } from "../testing/engine-bench.ts";

let bench: EngineBench;

beforeEach(async () => {
  bench = await EngineBench.open();
});
afterEach(async () => {
  await bench.close();
  expect(bench.clock.pendingCount).toBe(0);
});

describe("the control port", () => {
  test("refuses a wrong secret in words, and closes", async () => {
    const stranger = await bench.stranger();

    expect(await stranger.ask("authenticate|guessed|")).toEqual(["NO", "incorrect secret"]);
    await stranger.closed;
    while (bench.engine.state().applications > 0) await turn();
  });

  test.each([
    ["route", "route|invite"],
    ["ping", "ping"],
    ["request", "sip||\r\nOPTIONS sip:127.0.0.1:9 SIP/2.0\r\n\r\n"],
    ["verb that nobody knows", "shutdown"],
  ])("takes no %s from one that has not said who it is", async (_, text) => {
    const stranger = await bench.stranger();

    expect((await stranger.ask(text))[0]).toBe("NO");
    await stranger.closed;
  });

  test("waits five seconds for a name, and no longer", async () => {
    const stranger = await bench.stranger();
    while (bench.engine.state().applications === 0) await turn();

    bench.clock.advance(5_000);

    await stranger.closed;
  });

  test.each(["#", "0#", "-1#x", "123456#", "99999#x", "abc#def", "no hash at all"])(
    "closes at the frame %j",
    async (text) => {
      const stranger = await bench.stranger();

      stranger.sendBytes(Buffer.from(text));

      await stranger.closed;
    },
  );

  test("answers a message that is no SIP, and goes on", async () => {
    const app = await bench.app("invite");

    expect((await app.ask("sip|a|\r\nthis is no SIP"))[0]).toBe("NOK");
    expect(await app.ask("ping")).toEqual(["OK", "pong"]);
  });

  test("takes frames in whatever pieces they come", async () => {
    const app = await bench.stranger();
    const bytes = writeFrame(`id-1|authenticate|${benchSecret}|`);
    for (const byte of bytes) app.sendBytes(Buffer.from([byte]));

    expect((await app.next()).tokens[3]).toBe("OK");
  });

  test("stops passing requests to one that took its route back", async () => {
    const app = await bench.app("invite");
    const peer = await bench.peer();

    await app.ask("remove_route|invite");
    peer.send(peer.write("INVITE"));

    expect(await peer.status()).toBe(503);
  });

  test("lives through mutated frames of an application, from twenty seeds", async () => {
    const samples = [
      `m-1|authenticate|${benchSecret}|`,
      "m-2|route|invite",
      "m-3|sip||\r\nINVITE sip:x@127.0.0.1:9 SIP/2.0\r\nFrom: <sip:a@localhost>\r\n\r\n",
      "m-4|sip|a|b|c\r\nSIP/2.0 200 OK\r\n\r\n",
    ];
    for (let seed = 0; seed < 20; seed += 1) {
      const random = seededRandom(seed);
      const app = await bench.app("invite");
      for (let count = 0; count < 20; count += 1) {
        const sample = samples[random.below(samples.length)] ?? "";
        app.sendBytes(writeFrame(mutated(Buffer.from(sample), random)));
      }
      app.close();
    }

    const survivor = await bench.app("invite");

    expect(await survivor.ask("ping")).toEqual(["OK", "pong"]);
  });
});

describe("the SIP port", () => {
  test("lives through mutated datagrams, from fifty seeds", async () => {
    const peer = await bench.peer();
    const app = await bench.app("invite", "options");
    for (let seed = 0; seed < 50; seed += 1) {
      const random = seededRandom(seed);
      const parts = {
        branch: `z9hG4bK-${String(seed)}`,
        callId: `call-${String(seed)}`,
        body: "v=0\r\n",
      };
      for (const method of ["INVITE", "OPTIONS", "ACK", "CANCEL", "BYE"]) {
        peer.send(mutated(Buffer.from(peer.write(method, parts)), random));
        peer.send(Buffer.from(random.bytes(random.below(400))));
      }
    }

    const last = await bench.peer();
    last.send(last.write("OPTIONS", { branch: "z9hG4bK-last", callId: "last" }));
    let passed = await app.passedOn();
    while (!passed.sip.includes("Call-ID: last")) passed = await app.passedOn();

    await app.respond(passed, 200);
    expect(await last.status()).toBe(200);
  });

  test("closes a TCP connection on which something else than SIP is spoken", async () => {
    const socket = connect(bench.sipPort, "127.0.0.1");
    await once(socket, "connect");

    socket.write("GET / HTTP/1.1\r\nHost: x\r\n\r\n");

    await once(socket, "close");
    while (bench.engine.state().tcpConnections > 0) await turn();
  });

  test("answers a keep-alive over TCP, and not a response that nobody asked for", async () => {
    const socket = connect(bench.sipPort, "127.0.0.1");
    await once(socket, "connect");

    socket.write("SIP/2.0 200 OK\r\nContent-Length: 0\r\n\r\n\r\n\r\n");
    const [bytes] = (await once(socket, "data")) as [Buffer];
    socket.destroy();

    expect(bytes.toString()).toBe("\r\n");
  });
});

/** A few bytes changed, cut out, doubled or put in. */
function mutated(bytes: Buffer, random: Random): Buffer {
  let changed = Buffer.from(bytes);
  for (let count = random.below(6); count >= 0; count -= 1) {
    const at = random.below(Math.max(1, changed.length));
    const length = random.below(12);
    const [before, piece, after] = [
      changed.subarray(0, at),
      changed.subarray(at, at + length),
      changed.subarray(at + length),
    ];
    const inserts = [
      Buffer.alloc(0),
      Buffer.concat([piece, piece]),
      Buffer.from(random.bytes(length)),
    ];
    changed = Buffer.concat([before, inserts[random.below(3)] ?? piece, after]);
  }
  return changed;
}

function turn(): Promise<void> {
  return new Promise((resolve) => setImmediate(resolve));
}
