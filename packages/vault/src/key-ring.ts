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
  readonly #keys: ReadonlyMap<number, Buffer>;
  readonly primaryVersion: number;

  private constructor(keys: ReadonlyMap<number, Buffer>, primaryVersion: number) {
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

  /** Zeroes every key. The ring opens nothing afterwards. */
  close(): void {
    for (const key of this.#keys.values()) key.fill(0);
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

function ringData(applianceId: string, keyVersion: number): Buffer {
  return lengthPrefixed(["agentcall-vault", "wrapping-key", applianceId, String(keyVersion)]);
}
