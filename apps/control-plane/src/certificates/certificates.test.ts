import { mkdtempSync, readdirSync, rmSync, statSync, writeFileSync } from "node:fs";
import { once } from "node:events";
import https from "node:https";
import { tmpdir } from "node:os";
import path from "node:path";
import tls from "node:tls";
import { seededRandom, silentLog } from "@agentcall/base";
import { TestClock } from "@agentcall/base/testing";
import { fastify } from "fastify";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { ApplianceCertificates } from "./appliance-certificates.ts";
import { type HttpsListener, listenHttps } from "./https-listener.ts";

const dayMs = 86_400_000;
let folder: string;
let clock: TestClock;

beforeEach(() => {
  folder = mkdtempSync(path.join(tmpdir(), "agentcall-certificates-"));
  // OpenSSL compares with the machine's own clock: what is renewed after 61 days is valid now.
  clock = new TestClock(new Date().getTime() - 61 * dayMs);
});
afterEach(() => {
  rmSync(folder, { recursive: true });
});

function open(hosts: readonly string[] = ["127.0.0.1"]): ApplianceCertificates {
  const random = seededRandom(clock.nowMs() % 1_000);
  return ApplianceCertificates.open({
    folder: path.join(folder, "certificates"),
    applianceName: "appliance",
    hosts,
    clock,
    random,
    log: silentLog,
  });
}

describe("ApplianceCertificates", () => {
  test("are made at the first start, and found by the next, for their owner alone", () => {
    const first = open();
    const again = open();

    expect(again.fingerprint).toBe(first.fingerprint);
    expect(again.server).toEqual(first.server);
    const kept = path.join(folder, "certificates");
    for (const name of readdirSync(kept)) {
      expect(statSync(path.join(kept, name)).mode & 0o777).toBe(0o600);
    }
    first.close();
    again.close();
    expect(clock.pendingCount).toBe(0);
  });

  test("of the API are renewed at two thirds of their life, under the same authority", () => {
    const certificates = open();
    const { server, fingerprint } = certificates;
    const told: string[] = [];
    certificates.onRenewed(({ certificatePem }) => told.push(certificatePem));

    clock.advance(59 * dayMs);
    const before = certificates.server;
    clock.advance(2 * dayMs);

    expect(before).toEqual(server);
    expect(told).toEqual([certificates.server.certificatePem]);
    expect(certificates.fingerprint).toBe(fingerprint);
    expect(certificates.serverValidToMs).toBeGreaterThan(clock.nowMs() + 88 * dayMs);
    certificates.close();
  });

  test("of the API are issued anew when the appliance has another name", () => {
    const first = open(["127.0.0.1"]);
    const renamed = open(["127.0.0.1", "agentcall.company"]);

    expect(renamed.server).not.toEqual(first.server);
    expect(renamed.fingerprint).toBe(first.fingerprint);
    first.close();
    renamed.close();
  });

  test("that are damaged end the start with a sentence", () => {
    open().close();
    writeFileSync(
      path.join(folder, "certificates/authority.pem"),
      "no certificate -----BEGIN PRIVATE KEY-----",
    );

    expect(() => open()).toThrow(/put it back from a backup/);
  });
});

describe("the API over HTTPS", () => {
  test("shows a renewed certificate to who connects, and drops nobody who is connected", async () => {
    const app = fastify();
    app.get("/healthz", () => ({ ok: true }));
    await app.ready();
    const certificates = open();
    const listener = await listenHttps(app, certificates, { host: "127.0.0.1", port: 0 });
    const ca = certificates.server.certificatePem;
    const agent = new https.Agent({ keepAlive: true, maxSockets: 1, ca });
    const standing = await get(listener, agent);

    const before = await shownBy(listener, ca);
    clock.advance(61 * dayMs);
    const after = await shownBy(listener, ca);
    const same = await get(listener, agent);

    expect(standing.body).toBe('{"ok":true}');
    expect(same).toEqual(standing);
    expect(after).not.toBe(before);
    agent.destroy();
    certificates.close();
    await listener.close();
    await app.close();
  });
});

/** One request: what was answered, and from which of our own ports. */
async function get(
  { port }: HttpsListener,
  agent: https.Agent,
): Promise<{ body: string; from: number | undefined }> {
  const request = https.get({ host: "127.0.0.1", port, path: "/healthz", agent });
  const [response] = (await once(request, "response")) as [AsyncIterable<Buffer>];
  let body = "";
  for await (const part of response) body += part.toString();
  return { body, from: request.socket?.localPort };
}

/** The serial number of the certificate that a new connection is shown. */
async function shownBy({ port }: HttpsListener, ca: string): Promise<string> {
  const socket = tls.connect({ host: "127.0.0.1", port, ca });
  await once(socket, "secureConnect");
  const { serialNumber } = socket.getPeerCertificate();
  socket.destroy();
  return serialNumber;
}
