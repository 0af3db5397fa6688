import { invariant, type Random } from "@agentcall/base";
import { keyBytes, openBytes, type Sealed, sealBytes } from "./aead.ts";
import { lengthPrefixed } from "./associated-data.ts";
import type { RootKey } from "./root-key.ts";

/** A wrapping key as it is stored: sealed by the root key, bound to appliance and version. */
export type WrappedWrappingKey = { readonly keyVersion: number; readonly sealed: Sealed };

/**
 * All versions of the wrapping key. The primary wraps; every version opens. A wrapping key
 * only ever wraps data keys, and each data key seals one version of one secret.
 */
export class KeyRing {
  readonly #keys: Map<number, Buffer>;
  readonly primaryVersion: number;

  private constructor(keys: Map<number, Buffer>, primaryVersion: number) {
    this.#keys = keys;
    this.primaryVersion = primaryVersion;
  }

  /** Opens the stored ring. Null where the root key is not the one that sealed it. */
  static open(
    stored: readonly WrappedWrappingKey[],
    primaryVersion: number,
    root: RootKey,
    applianceId: string,
  ): KeyRing | null {
    const keys = new Map<number, Buffer>();
    for (const { keyVersion, sealed } of stored) {
      const key = openBytes(root.wrapping, sealed, ringData(applianceId, keyVersion));
      if (key?.length !== keyBytes) return null;
      keys.set(keyVersion, key);
    }
    return keys.has(primaryVersion) ? new KeyRing(keys, primaryVersion) : null;
  }

  /** The key of a version, or null where the ring does not hold it. */
  key(keyVersion: number): Buffer | null {
    return this.#keys.get(keyVersion) ?? null;
  }

  primary(): Buffer {
    const key = this.#keys.get(this.primaryVersion);
    invariant(key !== undefined, "a key ring holds its primary");
    return key;
  }

  /** Every version sealed anew by another root key: what a rekey stores in place of the old ones. */
  sealedBy(root: RootKey, applianceId: string, random: Random): readonly WrappedWrappingKey[] {
    return [...this.#keys].map(([keyVersion, key]) => ({
      keyVersion,
      sealed: sealBytes(root.wrapping, key, ringData(applianceId, keyVersion), random),
    }));
  }

  /** Zeroes every key. The ring holds none afterwards. */
  close(): void {
    for (const key of this.#keys.values()) key.fill(0);
    this.#keys.clear();
  }
}

/** Makes a wrapping key of a new version, sealed by the root key for storing. */
export function newWrappingKey(
  keyVersion: number,
  root: RootKey,
  applianceId: string,
  random: Random,
): WrappedWrappingKey {
  const key = Buffer.from(random.bytes(keyBytes));
  const sealed = sealBytes(root.wrapping, key, ringData(applianceId, keyVersion), random);
  key.fill(0);
  return { keyVersion, sealed };
}

/**
 * The key that makes fingerprints, sealed by the root key. It comes from the vault's first root key
 * and outlives it, so that after a rekey a secret has the fingerprint that it had before.
 */
export function sealFingerprintKey(
  root: RootKey,
  key: Buffer,
  applianceId: string,
  random: Random,
): Sealed {
  return sealBytes(root.wrapping, key, fingerprintData(applianceId), random);
}

/** The same opened, or null where another root key has sealed it. */
export function openFingerprintKey(
  root: RootKey,
  sealed: Sealed,
  applianceId: string,
): Buffer | null {
  return openBytes(root.wrapping, sealed, fingerprintData(applianceId));
}

function ringData(applianceId: string, keyVersion: number): Buffer {
  return lengthPrefixed(["agentcall-vault", "wrapping-key", applianceId, String(keyVersion)]);
}

function fingerprintData(applianceId: string): Buffer {
  return lengthPrefixed(["agentcall-vault", "fingerprint-key", applianceId]);
}
