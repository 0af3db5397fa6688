import { once } from "node:events";
import { X509Certificate } from "node:crypto";
import net from "node:net";
import { AppError, Closers, systemClock } from "@agentcall/base";
import { TestClock } from "@agentcall/base/testing";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { makeAuthority, makeLoopbackCertificate } from "../../../../test/support/certificate.ts";
import { listenAndRecord, listenWithHttps, type Shown } from "../testing/tls-listener.ts";
import { type ApplianceAddress, parseApplianceAddress } from "./appliance-address.ts";
import {
  anchorOf,
  type ApiRequest,
  ApplianceClient,
  probeCertificate,
  type TrustAnchor,
} from "./appliance-client.ts";

const clock = systemClock();
const token = "Bearer ac_live_the_key_of_this_console";
const dayMs = 86_400_000;
let closers: Closers;

beforeEach(() => {
  closers = new Closers();
});
afterEach(async () => {
  await closers.close();
});

describe("probeCertificate", () => {
  test("finishes a handshake and sends 0 bytes after it (S9)", async () => {
    const shown = selfSigned();
    const listener = await recording(shown);

    const anchor = await probeCertificate(addressOf(listener.port), clock);

    expect(anchor.fingerprint).toBe(fingerprintOf(shown.chainPem));
    await listener.close();
    expect([listener.connections(), listener.heard().length]).toEqual([1, 0]);
  });

  test("knows an appliance by its own authority, so that its certificate may be renewed (S10)", async () => {
    const authority = makeAuthority(clock.nowMs());
    const listener = await recording(chainUnder(authority));

    const anchor = await probeCertificate(addressOf(listener.port), clock);

    expect(anchor.fingerprint).toBe(fingerprintOf(authority.certificatePem));
  });

  test("is unreachable where nobody is, or where nobody speaks TLS", async () => {
    const port = await freePort();

    await expect(probeCertificate(addressOf(port), clock)).rejects.toMatchObject({
      code: "unreachable",
    });
  });

  test("gives up on one that takes the connection and says nothing", async () => {
    const silent = net.createServer();
    silent.listen(0, "127.0.0.1");
    await once(silent, "listening");
    closers.add("the silent one", () => {
      silent.close();
    });
    const testClock = new TestClock();
    const address = addressOf((silent.address() as net.AddressInfo).port);

    const probing = probeCertificate(address, testClock);
    const [socket] = (await once(silent, "connection")) as [net.Socket];
    socket.on("error", () => undefined);
    const outcome = expect(probing).rejects.toMatchObject({ code: "unreachable" });
    testClock.advance(10_000);

    await outcome;
    expect(testClock.pendingCount).toBe(0);
  });
});

describe("anchorOf", () => {
  const authority = makeAuthority(clock.nowMs());
  const top = new X509Certificate(authority.certificatePem);
  const leaf = new X509Certificate(authority.issue(clock.nowMs()).certificatePem);

  test.each([
    ["the authority that signed itself", [leaf, top], false, top],
    ["the leaf below an authority of the public", [leaf, top], true, leaf],
    ["the leaf whose authority is not shown", [leaf], false, leaf],
    ["the leaf that signed itself", [top], false, top],
  ])("is %s", (_what, chain, isPublic, expected) => {
    expect(anchorOf(chain, () => isPublic)?.fingerprint).toBe(hex(expected));
  });

  test("is nothing where nothing was shown", () => {
    expect(anchorOf([])).toBeNull();
  });
});

describe("an appliance's client", () => {
  test("asks the appliance that it was paired with, and streams its answer", async () => {
    const shown = selfSigned();
    const listener = await answering(shown);

    const answer = await clientOf(listener.port, pinOf(shown)).send(request("/v1/numbers?limit=2"));

    expect([answer.status, await answer.text()]).toEqual([200, "hello"]);
    expect(listener.asked[0]?.url).toBe("/v1/numbers?limit=2");
    expect(listener.asked[0]?.headers.authorization).toBe(token);
  });

  test.each([
    ["another certificate of the same name", (): Shown => selfSigned()],
    ["a chain under another authority", (): Shown => chainUnder(makeAuthority(clock.nowMs()))],
    [
      "a leaf of another authority beside the true authority's certificate",
      (): Shown => {
        const { keyPem, certificatePem } = makeAuthority(clock.nowMs()).issue(clock.nowMs());
        return { keyPem, chainPem: certificatePem + trueAuthority.certificatePem };
      },
    ],
  ])("says pin_mismatch to %s, and sends it 0 bytes (S9, S11)", async (_what, make) => {
    const listener = await recording(make());
    const client = clientOf(listener.port, anchorOfPem(trueAuthority.certificatePem));

    await expect(client.send(request("/v1/numbers"))).rejects.toMatchObject({
      code: "pin_mismatch",
    });

    await listener.close();
    expect([listener.connections(), listener.heard().toString()]).toEqual([1, ""]);
  });

  test("goes on when the same authority has renewed the certificate (S10)", async () => {
    const first = chainUnder(trueAuthority);
    const listener = await answering(first);
    const client = clientOf(listener.port, anchorOfPem(trueAuthority.certificatePem));
    await (await client.send(request("/v1/numbers"))).text();

    await listener.close();
    const renewed = await answering(chainUnder(trueAuthority), listener.port);

    expect(await (await client.send(request("/v1/numbers"))).text()).toBe("hello");
    expect(renewed.asked).toHaveLength(1);
  });

  test.each([
    ["GET", "asks once more"],
    ["POST", "says unreachable, since it might be done twice,"],
  ])("a %s over a kept connection that the appliance has closed %s", async (method, outcome) => {
    const shown = selfSigned();
    const port = await answeringOnceAConnection(shown);
    const client = clientOf(port, pinOf(shown));
    await (await client.send(request("/v1/numbers"))).text();

    const answer = await client.send({ ...request("/v1/numbers"), method }).then(
      ({ status }) => status,
      (error: unknown) => (error instanceof AppError ? String(error.code) : error),
    );

    expect(answer).toBe(outcome === "asks once more" ? 200 : "unreachable");
  });

  test("knows a leaf again whose authority was never shown", async () => {
    const { keyPem, certificatePem } = trueAuthority.issue(clock.nowMs());
    const listener = await answering({ keyPem, chainPem: certificatePem });
    const anchor = await probeCertificate(addressOf(listener.port), clock);

    const answer = await clientOf(listener.port, anchor).send(request("/v1/numbers"));

    expect([anchor.fingerprint, answer.status]).toEqual([fingerprintOf(certificatePem), 200]);
  });

  test("says of an expired certificate that it has expired, and sends it nothing", async () => {
    const { keyPem, certificatePem } = makeLoopbackCertificate(clock.nowMs() - 3 * dayMs);
    const shown = { keyPem, chainPem: certificatePem };
    const listener = await recording(shown);

    await expect(
      clientOf(listener.port, pinOf(shown)).send(request("/v1/numbers")),
    ).rejects.toMatchObject({ code: "certificate_expired" });

    await listener.close();
    expect(listener.heard().length).toBe(0);
  });

  test("trusts no authority of this computer: without a pin nothing is sent", async () => {
    const listener = await recording(selfSigned());

    await expect(clientOf(listener.port, null).send(request("/"))).rejects.toMatchObject({
      code: "pin_mismatch",
    });

    await listener.close();
    expect(listener.heard().length).toBe(0);
  });

  test("says unreachable where nobody is", async () => {
    const client = clientOf(await freePort(), pinOf(selfSigned()));

    await expect(client.send(request("/v1/numbers"))).rejects.toMatchObject({
      code: "unreachable",
    });
  });

  test("says unreachable of an answer that is none of HTTP's", async () => {
    const shown = selfSigned();
    const listener = await answering(shown, 0, 799);

    await expect(
      clientOf(listener.port, pinOf(shown)).send(request("/v1/numbers")),
    ).rejects.toMatchObject({ code: "unreachable" });
  });

  test("breaks off when the page has had enough", async () => {
    const shown = selfSigned();
    const listener = await listenWithHttps(shown, (_, outgoing) => {
      outgoing.writeHead(200).write("and so on");
    });
    closers.add("the endless one", () => listener.close());
    const left = new AbortController();

    const answer = await clientOf(listener.port, pinOf(shown)).send({
      ...request("/v1/events"),
      signal: left.signal,
    });
    left.abort();

    await expect(answer.text()).rejects.toThrow();
  });
});

const trueAuthority = makeAuthority(clock.nowMs());

function selfSigned(): Shown {
  const { keyPem, certificatePem } = makeLoopbackCertificate(clock.nowMs());
  return { keyPem, chainPem: certificatePem };
}

function chainUnder(authority: ReturnType<typeof makeAuthority>): Shown {
  const { keyPem, certificatePem } = authority.issue(clock.nowMs());
  return { keyPem, chainPem: certificatePem + authority.certificatePem };
}

async function recording(shown: Shown): Promise<Awaited<ReturnType<typeof listenAndRecord>>> {
  const listener = await listenAndRecord(shown);
  closers.add("a listener", () => listener.close());
  return listener;
}

async function answering(
  shown: Shown,
  port = 0,
  status = 200,
): Promise<Awaited<ReturnType<typeof listenWithHttps>>> {
  const listener = await listenWithHttps(
    shown,
    (_, outgoing) => {
      outgoing.writeHead(status, { "content-type": "text/plain" }).end("hello");
    },
    port,
  );
  closers.add("an appliance", () => listener.close());
  return listener;
}

async function answeringOnceAConnection(shown: Shown): Promise<number> {
  const served = new WeakSet<object>();
  const listener = await listenWithHttps(shown, ({ socket }, outgoing) => {
    if (served.has(socket)) socket.destroy();
    else outgoing.end("hello");
    served.add(socket);
  });
  closers.add("an appliance", () => listener.close());
  return listener.port;
}

function clientOf(port: number, anchor: TrustAnchor | null): ApplianceClient {
  const client = new ApplianceClient(addressOf(port), anchor);
  closers.add("a client", () => {
    client.close();
  });
  return client;
}

function addressOf(port: number): ApplianceAddress {
  const address = parseApplianceAddress(`https://127.0.0.1:${String(port)}`);
  if (address === null) throw new Error("this is an address");
  return address;
}

function request(path: string): ApiRequest {
  return { method: "GET", path, headers: { authorization: token }, body: null };
}

function pinOf({ chainPem }: Shown): TrustAnchor {
  return anchorOfPem(chainPem);
}

function anchorOfPem(pem: string): TrustAnchor {
  return { pem, fingerprint: fingerprintOf(pem) };
}

function fingerprintOf(pem: string): string {
  return hex(new X509Certificate(pem));
}

function hex(certificate: X509Certificate): string {
  return certificate.fingerprint256.replaceAll(":", "").toLowerCase();
}

async function freePort(): Promise<number> {
  const server = net.createServer();
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  const { port } = server.address() as net.AddressInfo;
  server.close();
  await once(server, "close");
  return port;
}
