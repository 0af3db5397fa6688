import { isIP } from "node:net";
import forge from "node-forge";
import { newKeyPair } from "./key-pair.ts";

/** What a company's own authority signs (PKCS #10, RFC 2986), and the key that stays here. */
export type CertificateRequest = { readonly requestPem: string; readonly privateKeyPem: string };

/** A fresh key, and the request for a server certificate of these names and addresses. */
export function newCertificateRequest(
  commonName: string,
  hosts: readonly string[],
): CertificateRequest {
  const keys = newKeyPair();
  const request = forge.pki.createCertificationRequest();
  request.publicKey = keys.publicKey;
  request.setSubject([{ name: "commonName", value: commonName }]);
  const altNames = hosts.map((host) =>
    isIP(host) === 0 ? { type: 2, value: host } : { type: 7, ip: host },
  );
  request.setAttributes([
    { name: "extensionRequest", extensions: [{ name: "subjectAltName", altNames }] },
  ]);
  request.sign(keys.privateKey, forge.md.sha256.create());
  return {
    requestPem: forge.pki.certificationRequestToPem(request),
    privateKeyPem: keys.privateKeyPem,
  };
}
