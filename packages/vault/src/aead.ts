import { createCipheriv, createDecipheriv } from "node:crypto";
import type { Random } from "@agentcall/base";

export const keyBytes = 32; // AES-256
export const nonceBytes = 12; // NIST SP 800-38D §8.2.2: 96 random bits
export const tagBytes = 16; // never shorter: Node accepts 4-byte tags unless the length is given

/** Bytes sealed by AES-256-GCM (NIST SP 800-38D). */
export type Sealed = {
  readonly nonce: Buffer;
  readonly ciphertext: Buffer;
  readonly tag: Buffer;
};

/** Encrypts and authenticates under a nonce made for this one use. */
export function sealBytes(
  key: Buffer,
  plaintext: Uint8Array,
  associated: Buffer,
  random: Random,
): Sealed {
  const nonce = Buffer.from(random.bytes(nonceBytes));
  const cipher = createCipheriv("aes-256-gcm", key, nonce, { authTagLength: tagBytes });
  cipher.setAAD(associated);
  const ciphertext = Buffer.concat([cipher.update(plaintext), cipher.final()]);
  return { nonce, ciphertext, tag: cipher.getAuthTag() };
}

/** The plaintext, or null where the bytes are not authentic under this key and binding. */
export function openBytes(key: Buffer, sealed: Sealed, associated: Buffer): Buffer | null {
  if (sealed.nonce.length !== nonceBytes || sealed.tag.length !== tagBytes) return null;
  const decipher = createDecipheriv("aes-256-gcm", key, sealed.nonce, { authTagLength: tagBytes });
  decipher.setAAD(associated);
  decipher.setAuthTag(sealed.tag);
  const opened = decipher.update(sealed.ciphertext);
  try {
    decipher.final();
    return opened;
  } catch {
    // Node throws one untyped error for a bad tag: the only meaning here is "not authentic".
    opened.fill(0);
    return null;
  }
}
