import { createPrivateKey, type KeyObject, X509Certificate } from "node:crypto";
import forge from "node-forge";
import type { Identity } from "./certificate-subject.ts";

/** Why a company's certificate cannot be used. */
export type ImportProblem =
  | "not-readable"
  | "wrong-passphrase"
  | "no-certificate"
  | "no-key"
  | "key-does-not-match"
  | "expired"
  | "not-yet-valid"
  | "wrong-use";

/** PEM: the leaf first, then those between it and its authority; and the key, in any order with them. */
export function importPem(text: string, nowMs: number): Identity | ImportProblem {
  const certificates = text.match(certificatePattern) ?? [];
  const keyText = keyPattern.exec(text)?.[0];
  if (certificates.length === 0) return "no-certificate";
  if (keyText === undefined) return "no-key";
  const key = parseKey(keyText);
  return key === null ? "not-readable" : checked(certificates, key, nowMs);
}

/** PKCS #12 (RFC 7292), as Windows exports it. */
export function importPkcs12(
  bytes: Uint8Array,
  passphrase: string,
  nowMs: number,
): Identity | ImportProblem {
  let pkcs12: forge.pkcs12.Pkcs12Pfx;
  try {
    const der = forge.util.createBuffer(Buffer.from(bytes).toString("binary"));
    pkcs12 = forge.pkcs12.pkcs12FromAsn1(forge.asn1.fromDer(der), passphrase);
  } catch (error) {
    return /mac|password/i.test(String(error)) ? "wrong-passphrase" : "not-readable";
  }
  const { certBag, pkcs8ShroudedKeyBag, keyBag } = forge.pki.oids;
  const bagsOf = (type: string | undefined): forge.pkcs12.Bag[] =>
    type === undefined ? [] : (pkcs12.getBags({ bagType: type })[type] ?? []);
  const certificates = bagsOf(certBag).flatMap(({ cert }) =>
    cert === undefined ? [] : [forge.pki.certificateToPem(cert)],
  );
  const key = [...bagsOf(pkcs8ShroudedKeyBag), ...bagsOf(keyBag)][0]?.key;
  if (certificates.length === 0) return "no-certificate";
  if (key === undefined) return "no-key";
  const pem = forge.pki.privateKeyInfoToPem(
    forge.pki.wrapRsaPrivateKey(forge.pki.privateKeyToAsn1(key)),
  );
  return checked(certificates, createPrivateKey(pem), nowMs);
}

const certificatePattern = /-----BEGIN CERTIFICATE-----[\w\s+/=]+-----END CERTIFICATE-----/g;
const keyPattern =
  /-----BEGIN (?:RSA |EC )?PRIVATE KEY-----[\w\s+/=]+-----END (?:RSA |EC )?PRIVATE KEY-----/;
const serverAuth = "1.3.6.1.5.5.7.3.1"; // RFC 5280 section 4.2.1.12

function parseKey(pem: string): KeyObject | null {
  try {
    return createPrivateKey(pem);
  } catch {
    return null;
  }
}

/** What is believed of a certificate is OpenSSL's word, never node-forge's. */
function checked(
  certificates: readonly string[],
  key: KeyObject,
  nowMs: number,
): Identity | ImportProblem {
  const parsed = certificates.flatMap((pem) => {
    try {
      return [new X509Certificate(pem)];
    } catch {
      return [];
    }
  });
  if (parsed.length < certificates.length) return "not-readable";
  const leaf = parsed.find((each) => each.checkPrivateKey(key));
  if (leaf === undefined) return "key-does-not-match";
  if (leaf.validToDate.getTime() <= nowMs) return "expired";
  if (leaf.validFromDate.getTime() > nowMs) return "not-yet-valid";
  if (leaf.ca || usagesOf(leaf)?.includes(serverAuth) === false) return "wrong-use";
  const others = parsed.filter((each) => each !== leaf);
  return {
    certificatePem: [leaf, ...others].map((each) => each.toString()).join(""),
    privateKeyPem: key.export({ type: "pkcs8", format: "pem" }).toString(),
  };
}

/** Node's types have the usages as always there; a certificate without the extension has none. */
function usagesOf(certificate: X509Certificate): readonly string[] | undefined {
  return certificate.keyUsage;
}
