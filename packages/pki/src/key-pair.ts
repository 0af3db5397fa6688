import { generateKeyPairSync } from "node:crypto";
import forge from "node-forge";

const modulusBits = 2_048; // 112 bits of security, enough until 2030 (NIST SP 800-57, part 1, table 4)

export type KeyPair = {
  readonly privateKeyPem: string;
  readonly publicKey: forge.pki.rsa.PublicKey;
  readonly privateKey: forge.pki.rsa.PrivateKey;
};

/** A fresh RSA key, made by OpenSSL: node-forge is for the forms of X.509 only. */
export function newKeyPair(): KeyPair {
  const { privateKey } = generateKeyPairSync("rsa", { modulusLength: modulusBits });
  return keyPairOf(privateKey.export({ type: "pkcs8", format: "pem" }).toString());
}

/** The same from its PEM (PKCS #8). Throws for what is no RSA key. */
export function keyPairOf(privateKeyPem: string): KeyPair {
  const privateKey = forge.pki.privateKeyFromPem(privateKeyPem);
  return {
    privateKeyPem,
    privateKey,
    publicKey: forge.pki.setRsaPublicKey(privateKey.n, privateKey.e),
  };
}
