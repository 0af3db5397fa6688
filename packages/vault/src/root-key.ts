import { hkdfSync, scrypt } from "node:crypto";
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

/**
 * The root key from a passphrase (scrypt, RFC 7914). It is reckoned in a thread of the platform, so
 * that calls go on meanwhile. However its letters are composed, a passphrase is the same one.
 */
export async function rootKeyFromPassphrase(
  passphrase: string,
  parameters: PassphraseParameters,
): Promise<RootKey> {
  const bytes = await scryptBytes(passphrase.normalize("NFKC"), parameters);
  const root = subKeys(bytes);
  bytes.fill(0);
  return root;
}

function scryptBytes(
  passphrase: string,
  { salt, cost, blockSize, parallelization }: PassphraseParameters,
): Promise<Buffer> {
  const options = { N: cost, r: blockSize, p: parallelization, maxmem: scryptBytesMax };
  return new Promise((resolve, reject) => {
    scrypt(passphrase, salt, keyBytes, options, (error, bytes) => {
      if (error === null) resolve(bytes);
      else reject(error);
    });
  });
}

/** HKDF-SHA-256 (RFC 5869) with the use as the info. */
function subKeys(bytes: Buffer): RootKey {
  const derive = (use: string): Buffer =>
    Buffer.from(hkdfSync("sha256", bytes, Buffer.alloc(0), `agentcall-vault/${use}`, keyBytes));
  return { wrapping: derive("key-ring"), fingerprint: derive("fingerprint") };
}
