import { createPublicKey, type KeyObject, verify } from "node:crypto";
import type { SigningDomain } from "@agentcall/vault";

/** Signs as one party. The private key stays behind it. */
export type Signer = {
  /** 64 bytes of Ed25519 (RFC 8032) over the domain, the appliance and the message. */
  sign(domain: SigningDomain, message: Uint8Array): Promise<Uint8Array>;
  /** 64 bytes over exactly these bytes, as Standard Webhooks wants them. */
  signWebhook(message: Uint8Array): Promise<Uint8Array>;
};

const signatureBytes = 64;

/** The Ed25519 public key of a text (SPKI, in PEM or its bare base64), or null where it is none. */
export function parsePublicKey(text: string): KeyObject | null {
  const der = Buffer.from(text, "base64");
  try {
    const key = text.startsWith("-----BEGIN")
      ? createPublicKey(text)
      : createPublicKey({ key: der, format: "der", type: "spki" });
    return key.asymmetricKeyType === "ed25519" ? key : null;
  } catch {
    return null; // of no form, or of no key
  }
}

/** The bytes of a signature in base64; no signature for what is none. */
export function signatureOf(base64: string): Uint8Array {
  return Buffer.from(base64, "base64");
}

/** True when `signature` is this key's over exactly these bytes. */
export function isSignedBy(key: KeyObject, bytes: Uint8Array, signature: Uint8Array): boolean {
  return signature.length === signatureBytes && verify(null, bytes, key, signature);
}
