import { createHmac } from "node:crypto";
import type { Random } from "@agentcall/base";
import { keyBytes, openBytes, sealBytes } from "./aead.ts";
import { associatedData, type Binding } from "./associated-data.ts";
import { decodeEnvelope, encodeEnvelope, type Envelope } from "./envelope.ts";
import type { KeyRing } from "./key-ring.ts";

/** Why an envelope did not open. The reason is for the operator; a stranger is told nothing. */
export type OpenRefusal = "unknown-format" | "damaged" | "unknown-key-version" | "not-authentic";

export type Opened =
  | { readonly kind: "opened"; readonly secret: Buffer; readonly keyVersion: number }
  | { readonly kind: "refused"; readonly reason: OpenRefusal };

/**
 * Seals a secret under a data key of its own, and wraps that key with the ring's primary.
 * Returns the bytes to store. The caller zeroes `secret` when it is done with it.
 */
export function seal(ring: KeyRing, binding: Binding, secret: Uint8Array, random: Random): Buffer {
  const keyVersion = ring.primaryVersion;
  const dataKey = Buffer.from(random.bytes(keyBytes));
  const envelope: Envelope = {
    keyVersion,
    wrappedDataKey: sealBytes(
      ring.primary(),
      dataKey,
      associatedData(binding, "data-key", keyVersion),
      random,
    ),
    // The secret is not bound to the wrapping key's version, so that rewrapping leaves it alone.
    secret: sealBytes(dataKey, secret, associatedData(binding, "secret", 0), random),
  };
  dataKey.fill(0);
  return encodeEnvelope(envelope);
}

/** Opens stored bytes for the owner they were sealed for. The caller zeroes the secret. */
export function open(ring: KeyRing, binding: Binding, stored: Uint8Array): Opened {
  const unwrapped = unwrap(ring, binding, stored);
  if ("reason" in unwrapped) return { kind: "refused", reason: unwrapped.reason };
  const { envelope, dataKey } = unwrapped;
  const secret = openBytes(dataKey, envelope.secret, associatedData(binding, "secret", 0));
  dataKey.fill(0);
  if (secret === null) return { kind: "refused", reason: "not-authentic" };
  return { kind: "opened", secret, keyVersion: envelope.keyVersion };
}

export type Rewrapped =
  | { readonly kind: "rewrapped"; readonly stored: Buffer }
  | { readonly kind: "current" }
  | { readonly kind: "refused"; readonly reason: OpenRefusal };

/** Wraps the same data key anew with the primary. The secret itself is not opened. */
export function rewrap(
  ring: KeyRing,
  binding: Binding,
  stored: Uint8Array,
  random: Random,
): Rewrapped {
  const unwrapped = unwrap(ring, binding, stored);
  if ("reason" in unwrapped) return { kind: "refused", reason: unwrapped.reason };
  const { envelope, dataKey } = unwrapped;
  if (envelope.keyVersion === ring.primaryVersion) {
    dataKey.fill(0);
    return { kind: "current" };
  }
  const keyVersion = ring.primaryVersion;
  const data = associatedData(binding, "data-key", keyVersion);
  const wrappedDataKey = sealBytes(ring.primary(), dataKey, data, random);
  dataKey.fill(0);
  return {
    kind: "rewrapped",
    stored: encodeEnvelope({ keyVersion, wrappedDataKey, secret: envelope.secret }),
  };
}

const fingerprintBytes = 8; // tells the keys of one appliance apart; too short to be one

/** Says whether two secrets are the same one, without saying what they are (HMAC-SHA-256, cut). */
export function fingerprint(fingerprintKey: Buffer, secret: Uint8Array): string {
  const digest = createHmac("sha256", fingerprintKey).update(secret).digest();
  return digest.subarray(0, fingerprintBytes).toString("hex");
}

function unwrap(
  ring: KeyRing,
  binding: Binding,
  stored: Uint8Array,
): { envelope: Envelope; dataKey: Buffer } | { reason: OpenRefusal } {
  const envelope = decodeEnvelope(stored);
  if (typeof envelope === "string") return { reason: envelope };
  const wrappingKey = ring.key(envelope.keyVersion);
  if (wrappingKey === null) return { reason: "unknown-key-version" };
  const data = associatedData(binding, "data-key", envelope.keyVersion);
  const dataKey = openBytes(wrappingKey, envelope.wrappedDataKey, data);
  if (dataKey?.length !== keyBytes) return { reason: "not-authentic" };
  return { envelope, dataKey };
}
