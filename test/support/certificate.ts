import { generateKeyPairSync, type KeyObject, sign } from "node:crypto";

// Certificates for 127.0.0.1, made anew at each run: no key lies in the repository.
// DER by hand (X.690), the structure of RFC 5280 section 4.1.

const tag = {
  integer: 0x02,
  bitString: 0x03,
  boolean: 0x01,
  octetString: 0x04,
  objectId: 0x06,
  utf8: 0x0c,
  utcTime: 0x17,
  sequence: 0x30,
  set: 0x31,
} as const;

const version3 = Buffer.from([0xa0, 0x03, tag.integer, 0x01, 0x02]);
const ecdsaWithSha256 = Buffer.from([0x2a, 0x86, 0x48, 0xce, 0x3d, 0x04, 0x03, 0x02]); // 1.2.840.10045.4.3.2
const commonName = Buffer.from([0x55, 0x04, 0x03]); // 2.5.4.3
const subjectAltName = Buffer.from([0x55, 0x1d, 0x11]); // 2.5.29.17
const ipAddressName = 0x87; // [7] of GeneralName
const basicConstraints = Buffer.from([0x55, 0x1d, 0x13]); // 2.5.29.19
const extensionsTag = 0xa3;
const dayMs = 86_400_000;

export type CertifiedKey = { keyPem: string; certificatePem: string };

/** A fresh key and a certificate for 127.0.0.1 that it signs itself, valid from yesterday until tomorrow. */
export function makeLoopbackCertificate(nowMs: number): CertifiedKey {
  const { privateKey, publicKey } = newKeys();
  const name = nameOf("loopback bench");
  const subject = { issuer: name, name, publicKey, extension: loopbackAddress() };
  return { keyPem: keyPem(privateKey), certificatePem: certify(subject, privateKey, nowMs) };
}

/** An authority of its own, and what makes certificates for 127.0.0.1 below it. */
export function makeAuthority(nowMs: number): {
  certificatePem: string;
  issue(issuedAtMs: number): CertifiedKey;
} {
  const authority = newKeys();
  const issuer = nameOf("loopback authority");
  return {
    certificatePem: certify(
      { issuer, name: issuer, publicKey: authority.publicKey, extension: isAuthority() },
      authority.privateKey,
      nowMs,
    ),
    issue(issuedAtMs) {
      const { privateKey, publicKey } = newKeys();
      const name = nameOf("loopback appliance");
      const subject = { issuer, name, publicKey, extension: loopbackAddress() };
      return {
        keyPem: keyPem(privateKey),
        certificatePem: certify(subject, authority.privateKey, issuedAtMs),
      };
    },
  };
}

type Subject = { issuer: Buffer; name: Buffer; publicKey: KeyObject; extension: Buffer };

function newKeys(): { privateKey: KeyObject; publicKey: KeyObject } {
  return generateKeyPairSync("ec", { namedCurve: "P-256" });
}

function keyPem(key: KeyObject): string {
  return key.export({ type: "pkcs8", format: "pem" }).toString();
}

/** The certificate as PEM, valid from a day before `nowMs` until a day after. */
function certify(subject: Subject, signer: KeyObject, nowMs: number): string {
  const toBeSigned = describe(subject, nowMs);
  const signature = der(tag.bitString, Buffer.from([0]), sign("sha256", toBeSigned, signer));
  return pem(der(tag.sequence, toBeSigned, signatureAlgorithm(), signature));
}

function nameOf(common: string): Buffer {
  const attribute = der(
    tag.sequence,
    der(tag.objectId, commonName),
    der(tag.utf8, Buffer.from(common)),
  );
  return der(tag.sequence, der(tag.set, attribute));
}

function describe({ issuer, name, publicKey, extension }: Subject, nowMs: number): Buffer {
  return der(
    tag.sequence,
    version3,
    der(tag.integer, Buffer.from([1])),
    signatureAlgorithm(),
    issuer,
    der(tag.sequence, utcTime(nowMs - dayMs), utcTime(nowMs + dayMs)),
    name,
    publicKey.export({ type: "spki", format: "der" }),
    der(extensionsTag, der(tag.sequence, extension)),
  );
}

function loopbackAddress(): Buffer {
  const names = der(tag.sequence, der(ipAddressName, Buffer.from([127, 0, 0, 1])));
  return der(tag.sequence, der(tag.objectId, subjectAltName), der(tag.octetString, names));
}

/** RFC 5280 section 4.2.1.9: critical, cA is true. */
function isAuthority(): Buffer {
  const yes = der(tag.boolean, Buffer.from([0xff]));
  return der(
    tag.sequence,
    der(tag.objectId, basicConstraints),
    yes,
    der(tag.octetString, der(tag.sequence, yes)),
  );
}

function signatureAlgorithm(): Buffer {
  return der(tag.sequence, der(tag.objectId, ecdsaWithSha256));
}

function utcTime(atMs: number): Buffer {
  const digits = new Date(atMs).toISOString().replace(/\D/g, "").slice(2, 14);
  return der(tag.utcTime, Buffer.from(`${digits}Z`));
}

function der(kind: number, ...parts: readonly Buffer[]): Buffer {
  const content = Buffer.concat(parts);
  return Buffer.concat([Buffer.from([kind]), derLength(content.length), content]);
}

function derLength(length: number): Buffer {
  if (length < 0x80) return Buffer.from([length]);
  if (length < 0x100) return Buffer.from([0x81, length]);
  return Buffer.from([0x82, length >> 8, length & 0xff]);
}

function pem(certificate: Buffer): string {
  const lines = certificate.toString("base64").match(/.{1,64}/g) ?? [];
  return `-----BEGIN CERTIFICATE-----\n${lines.join("\n")}\n-----END CERTIFICATE-----\n`;
}
