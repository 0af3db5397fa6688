import { createHash } from "node:crypto";
import { readdirSync, readFileSync } from "node:fs";
import path from "node:path";
import { describe, expect, test } from "vitest";
import type { Sealed } from "./aead.ts";
import { KeyRing, openFingerprintKey } from "./key-ring.ts";
import { type RootKey, rootKeyFromBytes, rootKeyFromPassphrase } from "./root-key.ts";
import { fingerprint, open } from "./seal.ts";

// What was sealed by a released format opens for ever: this folder only grows.
const folder = path.resolve(import.meta.dirname, "../vectors");
const released: Readonly<Record<string, string>> = {
  "format-1-refused.json": "329a114250052d9a599504fb8c47a1e2df42f0f9362a33c4d3f2589edf10158d",
  "format-1-rekeyed.json": "62e11343156ca5d2328c6906154f73bc95c3cb46ca35bdba2c70c534e7acdf6b",
  "format-1.json": "ed32f66cf6f99635b0c6f658a3f89d21f72519f5b75516910975490e93c73a4e",
};

type SealedHex = {
  readonly nonceHex: string;
  readonly ciphertextHex: string;
  readonly tagHex: string;
};

type Vector = {
  /** Either the root key itself, or the passphrase that it comes from. */
  readonly rootKeyHex?: string;
  readonly passphrase?: {
    readonly text: string;
    readonly saltHex: string;
    readonly cost: number;
    readonly blockSize: number;
    readonly parallelization: number;
  };
  readonly applianceId: string;
  readonly primaryVersion: number;
  readonly ring: readonly (SealedHex & { readonly keyVersion: number })[];
  readonly fingerprints?: {
    readonly key: SealedHex;
    readonly of: readonly { readonly secret: string; readonly fingerprint: string }[];
  };
  readonly envelopes: readonly {
    readonly purpose: string;
    readonly ownerId: string;
    readonly version: number;
    /** What it opens to, or why it does not. */
    readonly secret?: string;
    readonly refused?: string;
    readonly storedHex: string;
  }[];
};

test("no released vector is changed or taken away, and each new one is written down here", () => {
  const present = readdirSync(folder).map((file) => [
    file,
    createHash("sha256")
      .update(readFileSync(path.join(folder, file)))
      .digest("hex"),
  ]);

  expect(Object.fromEntries(present)).toEqual(released);
});

describe.each(Object.keys(released))("%s", (file) => {
  const vector = JSON.parse(readFileSync(path.join(folder, file), "utf8")) as Vector;

  test("has a ring that opens, and envelopes that open or are refused as written", async () => {
    const ring = ringOf(vector, await rootOf(vector));

    for (const { purpose, ownerId, version, secret, refused, storedHex } of vector.envelopes) {
      const binding = { applianceId: vector.applianceId, purpose, ownerId, version };
      const opened = open(ring, binding, hex(storedHex));
      const outcome = opened.kind === "opened" ? opened.secret.toString() : opened.reason;
      expect([opened.kind, outcome]).toEqual(
        secret === undefined ? ["refused", refused] : ["opened", secret],
      );
    }
  });

  test("has the fingerprints as written", async () => {
    const { fingerprints, applianceId } = vector;
    if (fingerprints === undefined) return;

    const key = openFingerprintKey(await rootOf(vector), sealedOf(fingerprints.key), applianceId);

    for (const { secret, fingerprint: expected } of fingerprints.of) {
      expect(fingerprint(key ?? Buffer.alloc(0), Buffer.from(secret))).toBe(expected);
    }
  });
});

async function rootOf({ rootKeyHex, passphrase }: Vector): Promise<RootKey> {
  if (passphrase !== undefined) {
    const { text, saltHex, ...cost } = passphrase;
    return rootKeyFromPassphrase(text, { salt: hex(saltHex), ...cost });
  }
  const root = rootKeyFromBytes(hex(rootKeyHex ?? ""));
  if (root === null) throw new Error("the root key has 32 bytes");
  return root;
}

function ringOf({ ring, primaryVersion, applianceId }: Vector, root: RootKey): KeyRing {
  const stored = ring.map((key) => ({ keyVersion: key.keyVersion, sealed: sealedOf(key) }));
  const opened = KeyRing.open(stored, primaryVersion, root, applianceId);
  if (opened === null) throw new Error("the ring opens");
  return opened;
}

function sealedOf({ nonceHex, ciphertextHex, tagHex }: SealedHex): Sealed {
  return { nonce: hex(nonceHex), ciphertext: hex(ciphertextHex), tag: hex(tagHex) };
}

function hex(text: string): Buffer {
  return Buffer.from(text, "hex");
}
