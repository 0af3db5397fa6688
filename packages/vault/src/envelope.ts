import { invariant } from "@agentcall/base";
import { keyBytes, nonceBytes, type Sealed, tagBytes } from "./aead.ts";

/**
 * What is stored of a secret. Bytes, in this order (format 1, big endian):
 *
 *     0      format, 1 byte
 *     1..4   key version of the wrapping key
 *     5..16  nonce of the wrapped data key
 *     17..48 wrapped data key
 *     49..64 its tag
 *     65..76 nonce of the secret
 *     77..92 its tag
 *     93..   ciphertext
 *
 * A format once released is opened for ever: vectors/ holds examples that only grow.
 */
export type Envelope = {
  readonly keyVersion: number;
  readonly wrappedDataKey: Sealed;
  readonly secret: Sealed;
};

const envelopeFormat = 1;
const keyVersionAt = 1;
const wrappedAt = 5;
const wrappedTagAt = wrappedAt + nonceBytes + keyBytes;
const secretAt = wrappedTagAt + tagBytes;
const ciphertextAt = secretAt + nonceBytes + tagBytes;
const ciphertextBytesMax = 65_536; // a key, a password, a certificate's private key: all far below

export type EnvelopeRefusal = "unknown-format" | "damaged";

/** Writes an envelope as the bytes that are stored. */
export function encodeEnvelope(envelope: Envelope): Buffer {
  invariant(
    envelope.secret.ciphertext.length <= ciphertextBytesMax,
    "a sealed secret is at most 64 kB",
  );
  const head = Buffer.alloc(wrappedAt);
  head.writeUInt8(envelopeFormat, 0);
  head.writeUInt32BE(envelope.keyVersion, keyVersionAt);
  const { wrappedDataKey, secret } = envelope;
  return Buffer.concat([
    head,
    wrappedDataKey.nonce,
    wrappedDataKey.ciphertext,
    wrappedDataKey.tag,
    secret.nonce,
    secret.tag,
    secret.ciphertext,
  ]);
}

/** Reads stored bytes. Whether they are authentic shows only when they are opened. */
export function decodeEnvelope(bytes: Uint8Array): Envelope | EnvelopeRefusal {
  const stored = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  if (stored.length < 1) return "damaged";
  if (stored.readUInt8(0) !== envelopeFormat) return "unknown-format";
  if (stored.length < ciphertextAt || stored.length > ciphertextAt + ciphertextBytesMax) {
    return "damaged";
  }
  return {
    keyVersion: stored.readUInt32BE(keyVersionAt),
    wrappedDataKey: {
      nonce: stored.subarray(wrappedAt, wrappedAt + nonceBytes),
      ciphertext: stored.subarray(wrappedAt + nonceBytes, wrappedTagAt),
      tag: stored.subarray(wrappedTagAt, secretAt),
    },
    secret: {
      nonce: stored.subarray(secretAt, secretAt + nonceBytes),
      tag: stored.subarray(secretAt + nonceBytes, ciphertextAt),
      ciphertext: stored.subarray(ciphertextAt),
    },
  };
}
