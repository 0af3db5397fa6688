import { X509Certificate } from "node:crypto";
import { seededRandom } from "@agentcall/base";
import forge from "node-forge";
import { describe, expect, test } from "vitest";
import { CertificateAuthority } from "./certificate-authority.ts";
import { importPem, importPkcs12 } from "./certificate-import.ts";
import { newCertificateRequest } from "./certificate-request.ts";

const nowMs = Date.UTC(2026, 5, 1);
const dayMs = 86_400_000;
const random = seededRandom(3);
const company = CertificateAuthority.create("Company CA", nowMs, random);
const leaf = company.issue(
  { kind: "server", commonName: "agentcall.company", hosts: ["agentcall.company"] },
  nowMs,
  random,
);
const gateway = company.issue({ kind: "gateway", commonName: "gateway-1" }, nowMs, random);
const other = company.issue({ kind: "gateway", commonName: "other" }, nowMs, random);
const chain = company.identity.certificatePem;

describe("importPem", () => {
  test("takes leaf, chain and key in any order, and puts the leaf first", () => {
    const identity = importPem(leaf.privateKeyPem + chain + leaf.certificatePem, nowMs);

    if (typeof identity === "string") throw new Error(identity);
    const [first = ""] = identity.certificatePem.split(/(?<=END CERTIFICATE-----\n)/);
    expect(new X509Certificate(first).subject).toBe("CN=agentcall.company");
    expect(identity.certificatePem.match(/BEGIN/g)).toHaveLength(2);
    expect(identity.privateKeyPem).toContain("BEGIN PRIVATE KEY");
  });

  test.each<[string, string, number, string]>([
    ["nothing", "", nowMs, "no-certificate"],
    ["no key", leaf.certificatePem, nowMs, "no-key"],
    ["another's key", leaf.certificatePem + other.privateKeyPem, nowMs, "key-does-not-match"],
    ["one that is over", leaf.certificatePem + leaf.privateKeyPem, nowMs + 91 * dayMs, "expired"],
    ["one to come", leaf.certificatePem + leaf.privateKeyPem, nowMs - dayMs, "not-yet-valid"],
    ["a gateway's", gateway.certificatePem + gateway.privateKeyPem, nowMs, "wrong-use"],
    [
      "a broken one",
      `-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n${leaf.privateKeyPem}`,
      nowMs,
      "not-readable",
    ],
  ])("refuses %s", (_, text, atMs, problem) => {
    expect(importPem(text, atMs)).toBe(problem);
  });
});

describe("importPkcs12", () => {
  test("takes what Windows exports, with its passphrase", () => {
    const identity = importPkcs12(exported("the passphrase"), "the passphrase", nowMs);

    if (typeof identity === "string") throw new Error(identity);
    expect(new X509Certificate(identity.certificatePem).subject).toBe("CN=agentcall.company");
  });

  test("refuses another passphrase, and bytes that are none of it", () => {
    expect(importPkcs12(exported("the passphrase"), "another", nowMs)).toBe("wrong-passphrase");
    expect(importPkcs12(new Uint8Array(64), "any", nowMs)).toBe("not-readable");
  });
});

describe("newCertificateRequest", () => {
  test("is signed by its key and names every host", () => {
    const { requestPem } = newCertificateRequest("agentcall", ["agentcall.company", "10.0.0.5"]);

    const request = forge.pki.certificationRequestFromPem(requestPem);
    const attribute = request.getAttribute({ name: "extensionRequest" });
    expect(request.verify()).toBe(true);
    expect(JSON.stringify(attribute)).toContain("agentcall.company");
    expect(JSON.stringify(attribute)).toContain("10.0.0.5");
  });
});

function exported(passphrase: string): Uint8Array {
  const asn1 = forge.pkcs12.toPkcs12Asn1(
    forge.pki.privateKeyFromPem(leaf.privateKeyPem),
    [forge.pki.certificateFromPem(leaf.certificatePem)],
    passphrase,
    { algorithm: "aes256" },
  );
  return Buffer.from(forge.asn1.toDer(asn1).getBytes(), "binary");
}
