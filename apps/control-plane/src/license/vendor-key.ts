import { createPublicKey, type KeyObject } from "node:crypto";

/** The vendor's Ed25519 key (SubjectPublicKeyInfo): who signs licences for appliances that are for real. */
const vendorKeyText = "MCowBQYDK2VwAyEASueqHjsP+NcbzSmJbfxMkczbAhtTsTJP50Pa556MoHM=";

/** The public key that licences are checked with. */
export function vendorKey(): KeyObject {
  return parsePublicKey(vendorKeyText) ?? unreadable();
}

/** Reads a public Ed25519 key: base64 of its SubjectPublicKeyInfo (RFC 8410). Null for anything else. */
export function parsePublicKey(text: string): KeyObject | null {
  try {
    const der = Buffer.from(text, "base64");
    const key = createPublicKey({ key: der, format: "der", type: "spki" });
    return key.asymmetricKeyType === "ed25519" ? key : null;
  } catch {
    return null; // Node throws one untyped error for whatever is no key.
  }
}

function unreadable(): never {
  throw new Error("the key that is built in can be read");
}
