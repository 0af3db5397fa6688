import { X509Certificate } from "node:crypto";
import { once } from "node:events";
import type { AddressInfo } from "node:net";
import tls from "node:tls";
import { seededRandom } from "@agentcall/base";
import { afterEach, describe, expect, test } from "vitest";
import { CertificateAuthority } from "./certificate-authority.ts";
import type { CertificateSubject, Identity } from "./certificate-subject.ts";
import { renewalDueAtMs } from "./renewal.ts";

const nowMs = new Date().getTime(); // OpenSSL compares with the machine's own clock
const random = seededRandom(7);
const dayMs = 86_400_000;
const authority = CertificateAuthority.create("the appliance", nowMs, random);
const server: CertificateSubject = {
  kind: "server",
  commonName: "appliance",
  hosts: ["localhost", "127.0.0.1"],
};
const gateway: CertificateSubject = { kind: "gateway", commonName: "gateway-1" };
const closers: (() => void)[] = [];

afterEach(() => {
  for (const close of closers.splice(0)) close();
});

describe("CertificateAuthority", () => {
  test("signs for its server so that OpenSSL believes it, at its names and addresses only", async () => {
    const port = await serve(authority.issue(server, nowMs, random), false);

    expect(await handshake(port, { ca: authority, servername: "localhost" })).toBe("open");
    expect(await handshake(port, { ca: authority, servername: "other.example" })).toBe(
      "ERR_TLS_CERT_ALTNAME_INVALID",
    );
  });

  test.each<[string, () => Identity | null, string]>([
    ["its own gateway", () => authority.issue(gateway, nowMs, random), "open"],
    ["a server's certificate", () => authority.issue(server, nowMs, random), "refused"],
    ["another authority's", () => foreign().issue(gateway, nowMs, random), "refused"],
    [
      "one that has expired",
      () => authority.issue(gateway, nowMs - 100 * dayMs, random),
      "refused",
    ],
    ["none", () => null, "refused"],
  ])(
    "where a gateway must show a certificate, %s is let in or refused",
    async (_, make, outcome) => {
      const port = await serve(authority.issue(server, nowMs, random), true);

      const client = make();

      expect(await handshake(port, { ca: authority, client, servername: "localhost" })).toBe(
        outcome,
      );
    },
  );

  test("is the same after it was stored and opened again", async () => {
    const again = CertificateAuthority.open(authority.identity);
    const port = await serve(again.issue(server, nowMs, random), false);

    expect(await handshake(port, { ca: authority, servername: "localhost" })).toBe("open");
  });

  test("signs for ninety days and no two with one number", () => {
    const one = new X509Certificate(authority.issue(server, nowMs, random).certificatePem);
    const other = new X509Certificate(authority.issue(server, nowMs, random).certificatePem);

    expect(one.serialNumber).not.toBe(other.serialNumber);
    expect(one.validToDate.getTime() - nowMs).toBeGreaterThan(89 * dayMs);
    expect(one.validToDate.getTime() - nowMs).toBeLessThanOrEqual(90 * dayMs);
    expect(one.ca).toBe(false);
  });
});

describe("renewalDueAtMs", () => {
  test("is two thirds of a certificate's life after its beginning", () => {
    const { certificatePem } = authority.issue(server, nowMs, random);

    expect(Math.round((renewalDueAtMs(certificatePem) - nowMs) / dayMs)).toBe(60);
  });
});

function foreign(): CertificateAuthority {
  return CertificateAuthority.create("the appliance", nowMs, random);
}

async function serve(identity: Identity, asksForClient: boolean): Promise<number> {
  const listening = tls.createServer({
    cert: identity.certificatePem,
    key: identity.privateKeyPem,
    ca: authority.identity.certificatePem,
    requestCert: asksForClient,
    rejectUnauthorized: asksForClient,
  });
  listening.on("secureConnection", (socket) => socket.end("let in"));
  listening.on("tlsClientError", () => undefined);
  listening.listen(0, "127.0.0.1");
  await once(listening, "listening");
  closers.push(() => listening.close());
  return (listening.address() as AddressInfo).port;
}

/** `open` when the server has let us in; the client's own objection, or `refused` by the server. */
async function handshake(
  port: number,
  options: { ca: CertificateAuthority; client?: Identity | null; servername: string },
): Promise<string> {
  const socket = tls.connect({
    host: "127.0.0.1",
    port,
    servername: options.servername,
    ca: options.ca.identity.certificatePem,
    ...(options.client == null
      ? {}
      : { cert: options.client.certificatePem, key: options.client.privateKeyPem }),
  });
  closers.push(() => socket.destroy());
  return new Promise((resolve) => {
    socket.on("data", () => {
      resolve("open");
    });
    socket.on("error", (error: NodeJS.ErrnoException) => {
      const code = error.code ?? "";
      resolve(code.startsWith("ERR_TLS_CERT") ? code : "refused");
    });
    socket.on("close", () => {
      resolve("refused");
    });
  });
}
