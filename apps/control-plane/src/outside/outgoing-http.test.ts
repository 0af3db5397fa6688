import { once } from "node:events";
import http, { type RequestListener, type Server } from "node:http";
import https from "node:https";
import net, { type AddressInfo } from "node:net";
import { systemClock } from "@agentcall/base";
import { TestClock } from "@agentcall/base/testing";
import { afterEach, describe, expect, test } from "vitest";
import { makeLoopbackCertificate } from "../../../../test/support/certificate.ts";
import { eventually } from "../../../../test/support/eventually.ts";
import { OutgoingHttp, type OutgoingHttpOptions, type OutgoingRequest } from "./outgoing-http.ts";

const servers: (Server | net.Server)[] = [];

afterEach(async () => {
  for (const server of servers.splice(0)) {
    if (server instanceof http.Server) server.closeAllConnections();
    server.close();
    await once(server, "close");
  }
});

describe("a request to a host that the admin has named", () => {
  test("brings its body and headers, and the answer comes back", async () => {
    const seen: unknown[] = [];
    const port = await serve((request, response) => {
      let body = "";
      request.on("data", (chunk: Buffer) => (body += chunk.toString()));
      request.on("end", () => {
        const { method, url, headers } = request;
        seen.push({ method, url, body, sign: headers["x-sign"], host: headers.host });
        response.writeHead(202, { "retry-after": "7" }).end("thank you");
      });
    });

    const outcome = await outgoing().send(
      to(`http://127.0.0.1:${String(port)}/hook?a=b`, { headers: { "x-sign": "s" }, body: "ä" }),
    );

    expect(outcome).toEqual({
      kind: "answered",
      status: 202,
      body: Buffer.from("thank you"),
      isCut: false,
      retryAfterMs: 7_000,
    });
    expect(seen).toEqual([
      { method: "POST", url: "/hook?a=b", body: "ä", sign: "s", host: `127.0.0.1:${String(port)}` },
    ]);
  });

  test("does not follow a redirect, which is an answer like others", async () => {
    let asked = 0;
    const port = await serve((_, response) => {
      asked += 1;
      response.writeHead(302, { location: "http://169.254.169.254/" }).end();
    });

    const outcome = await outgoing().send(to(`http://127.0.0.1:${String(port)}/`));

    expect(outcome).toMatchObject({ kind: "answered", status: 302 });
    expect(asked).toBe(1);
  });

  test("reads no more of a long answer than it may, and hangs up", async () => {
    const port = await serve((_, response) => {
      response.writeHead(200);
      const more = (): void => {
        while (!response.destroyed && response.write(Buffer.alloc(16_384)));
        if (!response.destroyed) response.once("drain", more);
      };
      more();
    });

    const outcome = await outgoing().send(to(`http://127.0.0.1:${String(port)}/`));

    expect(outcome).toMatchObject({ kind: "answered", status: 200, isCut: true });
    expect(outcome.kind === "answered" ? outcome.body.length : 0).toBe(65_536);
  });

  test.each([
    ["says nothing", () => undefined],
    ["stops in the middle", (response: http.ServerResponse) => response.write("so far")],
  ])("gives up in time when the other side %s", async (_, begin) => {
    let connected = false;
    const port = await serve((__, response) => {
      begin(response);
      connected = true;
    });
    const clock = new TestClock();

    const sending = outgoing({ clock }).send(to(`http://127.0.0.1:${String(port)}/`));
    await eventually("the request is there", () => connected);
    clock.advance(5_000);

    expect(await sending).toEqual({ kind: "failed", reason: "timeout" });
    expect(clock.pendingCount).toBe(0);
  });

  test("is interrupted by who asked for it", async () => {
    const port = await serve(() => undefined);
    const ending = new AbortController();

    const sending = outgoing().send(
      to(`http://127.0.0.1:${String(port)}/`, { signal: ending.signal }),
    );
    ending.abort();

    expect(await sending).toEqual({ kind: "failed", reason: "interrupted" });
    expect(
      await outgoing().send(to(`http://127.0.0.1:${String(port)}/`, { signal: ending.signal })),
    ).toEqual({ kind: "failed", reason: "interrupted" });
  });

  test("that hangs up, or is not there, cannot be reached", async () => {
    const rude = net.createServer((socket) => socket.destroy());
    servers.push(rude);
    rude.listen(0, "127.0.0.1");
    await once(rude, "listening");
    const { port } = rude.address() as AddressInfo;

    const answers = await Promise.all([
      outgoing().send(to(`http://127.0.0.1:${String(port)}/`)),
      outgoing().send(to("http://127.0.0.1:9/")),
    ]);

    expect(answers).toEqual([
      { kind: "failed", reason: "unreachable" },
      { kind: "failed", reason: "unreachable" },
    ]);
  });

  test("is sent by TLS to a certificate that is trusted, and to no other", async () => {
    const { keyPem, certificatePem } = makeLoopbackCertificate(systemClock().nowMs());
    const server = https.createServer({ key: keyPem, cert: certificatePem }, (_, response) => {
      response.end("over TLS");
    });
    const url = `https://127.0.0.1:${String(await listen(server))}/`;

    const trusted = await outgoing({ trustAnchors: [certificatePem] }).send(to(url));
    const stranger = await outgoing().send(to(url));

    expect(trusted).toMatchObject({ kind: "answered", body: Buffer.from("over TLS") });
    expect(stranger).toEqual({ kind: "failed", reason: "tls_failed" });
  });
});

describe("a name", () => {
  test.each([
    [["127.0.0.1"]],
    [["10.0.0.1"]],
    [["169.254.169.254"]],
    [["::ffff:127.0.0.1"]],
    [["1.1.1.1", "127.0.0.1"]], // one public address does not make the other one public
    [["fe80::1"]],
  ])("whose addresses are %o is not gone to", async (addresses) => {
    const outcome = await outgoing({
      allowedHosts: new Set(),
      lookup: () => Promise.resolve(addresses),
    }).send(to("https://innocent.example/"));

    expect(outcome).toEqual({ kind: "refused", reason: "address_not_allowed" });
  });

  test("is asked for once: a name server that then says something else is not heard", async () => {
    const port = await serve((_, response) => response.end("here"));
    const answers = [["127.0.0.1"], ["10.0.0.1"]];
    let asked = 0;

    const outcome = await outgoing({
      allowedHosts: new Set(["localhost"]),
      lookup: () => Promise.resolve(answers[asked++] ?? []),
    }).send(to(`http://localhost:${String(port)}/`));

    expect(outcome).toMatchObject({ kind: "answered", body: Buffer.from("here") });
    expect(asked).toBe(1);
  });

  test("is checked anew by each request, so that one that turns to this machine is not gone to", async () => {
    let reached = 0;
    const inside = await serve(() => (reached += 1));
    const answers = [["192.0.2.1"], ["127.0.0.1"]];
    let asked = 0;
    const lookup = (): Promise<readonly string[]> => Promise.resolve(answers[asked++] ?? []);
    const http = outgoing({ allowedHosts: new Set(), lookup });

    const first = await http.send(to(`https://turning.example:${String(inside)}/`));
    const second = await http.send(to(`https://turning.example:${String(inside)}/`));

    expect([first, second]).toEqual([
      { kind: "refused", reason: "address_not_allowed" },
      { kind: "refused", reason: "address_not_allowed" },
    ]);
    expect(reached).toBe(0);
  });

  test("that is not known, or whose server is silent, ends in words", async () => {
    const clock = new TestClock();
    const unknown = await outgoing({ lookup: () => Promise.reject(new Error("ENOTFOUND")) }).send(
      to("https://nobody.example/"),
    );
    const silent = outgoing({ clock, lookup: () => new Promise(() => undefined) }).send(
      to("https://silent.example/"),
    );
    clock.advance(5_000);

    expect(unknown).toEqual({ kind: "failed", reason: "name_not_found" });
    expect(await silent).toEqual({ kind: "failed", reason: "timeout" });
  });

  test("is looked up by the system when nothing else is said", async () => {
    const port = await serve((_, response) => response.end("here"));

    const outcome = await outgoing({ allowedHosts: new Set(["localhost"]) }).send(
      to(`http://localhost:${String(port)}/`),
    );

    expect(outcome).toMatchObject({ kind: "answered", status: 200 });
  });
});

test("an address that is refused as it stands is not looked up", async () => {
  const http = outgoing({ allowedHosts: new Set() });

  expect(http.problemOf("https://2130706433/")).toBe("address_not_allowed");
  expect(http.problemOf("https://example.com/")).toBeNull();
  expect(await http.send(to("http://127.0.0.1/"))).toEqual({
    kind: "refused",
    reason: "not_https",
  });
});

function outgoing(changes: Partial<OutgoingHttpOptions> = {}): OutgoingHttp {
  return new OutgoingHttp({
    allowedHosts: new Set(["127.0.0.1"]),
    clock: systemClock(),
    ...changes,
  });
}

function to(url: string, changes: Partial<OutgoingRequest> = {}): OutgoingRequest {
  return { method: "POST", url, headers: {}, body: "{}", timeoutMs: 5_000, ...changes };
}

async function serve(listener: RequestListener): Promise<number> {
  return listen(http.createServer(listener));
}

async function listen(server: Server): Promise<number> {
  servers.push(server);
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  return (server.address() as AddressInfo).port;
}
