import { hkdfSync, scryptSync } from "node:crypto";
import { keyBytes } from "./aead.ts";

/** The sub-keys of the root key: it is never used itself, and each sub-key has one use. */
export type RootKey = {
  /** Seals the key ring. */
  readonly wrapping: Buffer;
  /** Makes fingerprints of secrets: tells equal keys apart from unequal ones, and nothing else. */
  readonly fingerprint: Buffer;
};

/** The cost of turning a passphrase into the root key, stored beside the key ring. */
export type PassphraseParameters = {
  readonly salt: Buffer;
  readonly cost: number;
  readonly blockSize: number;
  readonly parallelization: number;
};

/** Half a second and 128 MiB on a small server: dear for a guesser, bearable once at start. */
export const passphraseCost = { cost: 2 ** 17, blockSize: 8, parallelization: 1 } as const;
const scryptBytesMax = 256 * 1024 * 1024; // Node's own limit of 32 MiB would refuse this cost

/** The root key from 32 bytes that a file, a Docker secret or a systemd credential held. */
export function rootKeyFromBytes(bytes: Buffer): RootKey | null {
  return bytes.length === keyBytes ? subKeys(bytes) : null;
}

/** The root key from a passphrase (scrypt, RFC 7914). */
export function rootKeyFromPassphrase(
  passphrase: string,
  parameters: PassphraseParameters,
): RootKey {
  const bytes = scryptSync(passphrase.normalize("NFKC"), parameters.salt, keyBytes, {
    N: parameters.cost,
    r: parameters.blockSize,
    p: parameters.parallelization,
    maxmem: scryptBytesMax,
  });
  const root = subKeys(bytes);
  bytes.fill(0);
  return root;
}

/** HKDF-SHA-256 (RFC 5869) with the use as the info. */
function subKeys(bytes: Buffer): RootKey {
  const derive = (use: string): Buffer =>
    Buffer.from(hkdfSync("sha256", bytes, Buffer.alloc(0), `agentcall-vault/${use}`, keyBytes));
  return { wrapping: derive("key-ring"), fingerprint: derive("fingerprint") };
}
