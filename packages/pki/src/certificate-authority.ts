import { isIP } from "node:net";
import type { Random } from "@agentcall/base";
import forge from "node-forge";
import type { CertificateSubject, Identity } from "./certificate-subject.ts";
import { type KeyPair, keyPairOf, newKeyPair } from "./key-pair.ts";

const authorityYears = 20; // longer than the appliance is used: a console pins it once
const leafDays = 90; // a stolen key is of use for so long at most; renewal is nobody's work
const backdatedMs = 3_600_000; // a clock that is an hour behind takes the certificate too
const dayMs = 86_400_000;
const serialBytes = 19; // RFC 5280 section 4.1.2.2: at most 20, and positive

/** The appliance's own authority: it signs for this appliance's servers and gateways, and for nothing else. */
export class CertificateAuthority {
  readonly identity: Identity;
  readonly #certificate: forge.pki.Certificate;
  readonly #keys: KeyPair;

  private constructor(identity: Identity) {
    this.identity = identity;
    this.#certificate = forge.pki.certificateFromPem(identity.certificatePem);
    this.#keys = keyPairOf(identity.privateKeyPem);
  }

  /** A new authority, valid from `nowMs` for twenty years. */
  static create(commonName: string, nowMs: number, random: Random): CertificateAuthority {
    const keys = newKeyPair();
    const certificate = blankCertificate(keys, random);
    certificate.validity.notBefore = new Date(nowMs - backdatedMs);
    certificate.validity.notAfter = new Date(nowMs + authorityYears * 365.25 * dayMs);
    const name = [{ name: "commonName", value: commonName }];
    certificate.setSubject(name);
    certificate.setIssuer(name);
    certificate.setExtensions([
      { name: "basicConstraints", cA: true, pathLenConstraint: 0, critical: true },
      { name: "keyUsage", keyCertSign: true, cRLSign: true, critical: true },
      { name: "subjectKeyIdentifier" },
    ]);
    certificate.sign(keys.privateKey, forge.md.sha256.create());
    return new CertificateAuthority({
      certificatePem: forge.pki.certificateToPem(certificate),
      privateKeyPem: keys.privateKeyPem,
    });
  }

  /** The authority of an appliance that was set up before. Throws for what does not belong together. */
  static open(identity: Identity): CertificateAuthority {
    return new CertificateAuthority(identity);
  }

  /** A fresh key with a certificate for it, valid from `nowMs` for ninety days. */
  issue(subject: CertificateSubject, nowMs: number, random: Random): Identity {
    const keys = newKeyPair();
    const certificate = blankCertificate(keys, random);
    certificate.validity.notBefore = new Date(nowMs - backdatedMs);
    certificate.validity.notAfter = new Date(nowMs + leafDays * dayMs);
    certificate.setSubject([{ name: "commonName", value: subject.commonName }]);
    certificate.setIssuer(this.#certificate.subject.attributes);
    certificate.setExtensions([
      { name: "basicConstraints", cA: false, critical: true },
      { name: "keyUsage", digitalSignature: true, keyEncipherment: true, critical: true },
      ...usageOf(subject),
      { name: "subjectKeyIdentifier" },
      {
        name: "authorityKeyIdentifier",
        keyIdentifier: this.#certificate.generateSubjectKeyIdentifier().getBytes(),
      },
    ]);
    certificate.sign(this.#keys.privateKey, forge.md.sha256.create());
    return {
      certificatePem: forge.pki.certificateToPem(certificate),
      privateKeyPem: keys.privateKeyPem,
    };
  }
}

function blankCertificate(keys: KeyPair, random: Random): forge.pki.Certificate {
  const certificate = forge.pki.createCertificate();
  certificate.publicKey = keys.publicKey;
  // A first byte of 1 to 127 keeps the number positive and of one length.
  const serial = Buffer.from(random.bytes(serialBytes));
  certificate.serialNumber = `${(1 + random.below(127)).toString(16).padStart(2, "0")}${serial.toString("hex")}`;
  return certificate;
}

/** A server's certificate opens no control link, and a gateway's serves no API. */
function usageOf(subject: CertificateSubject): readonly object[] {
  switch (subject.kind) {
    case "server":
      return [
        { name: "extKeyUsage", serverAuth: true },
        { name: "subjectAltName", altNames: subject.hosts.map(altNameOf) },
      ];
    case "gateway":
      return [{ name: "extKeyUsage", clientAuth: true }];
  }
}

/** RFC 5280 section 4.2.1.6: 2 is a DNS name, 7 an address. */
function altNameOf(host: string): object {
  return isIP(host) === 0 ? { type: 2, value: host } : { type: 7, ip: host };
}
