import { createCipheriv } from "node:crypto";

/** What one direction of RTP or RTCP is encrypted and authenticated with. */
export type SessionKeys = {
  readonly cipherKey: Buffer;
  readonly salt: Buffer;
  readonly authenticationKey: Buffer;
};

const cipherKeyBytes = 16;
const saltBytes = 14;
const authenticationKeyBytes = 20;
const labelOffset = 7; // RFC 3711 section 4.3.1: the label stands above 48 bits of index, which is 0

/** The labels of RFC 3711 section 4.3.2. */
const labels = {
  rtp: { cipherKey: 0, authenticationKey: 1, salt: 2 },
  rtcp: { cipherKey: 3, authenticationKey: 4, salt: 5 },
} as const;

/**
 * Derives session keys from a master key of 16 bytes and its salt of 14 (RFC 3711 section 4.3), at
 * a derivation rate of 0: once for the whole session, which is the only rate that SDES peers use.
 */
export function deriveSessionKeys(
  masterKey: Buffer,
  masterSalt: Buffer,
  stream: "rtp" | "rtcp",
): SessionKeys {
  const derive = (label: number, bytes: number): Buffer => {
    const counter = Buffer.alloc(16);
    masterSalt.copy(counter);
    counter[labelOffset] = (counter[labelOffset] ?? 0) ^ label;
    return createCipheriv("aes-128-ctr", masterKey, counter).update(Buffer.alloc(bytes));
  };
  const of = labels[stream];
  return {
    cipherKey: derive(of.cipherKey, cipherKeyBytes),
    salt: derive(of.salt, saltBytes),
    authenticationKey: derive(of.authenticationKey, authenticationKeyBytes),
  };
}
