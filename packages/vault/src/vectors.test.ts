import { readdirSync, readFileSync } from "node:fs";
import path from "node:path";
import { expect, test } from "vitest";
import { KeyRing } from "./key-ring.ts";
import { rootKeyFromBytes } from "./root-key.ts";
import { open } from "./seal.ts";

// What was sealed by a released format opens for ever: this folder only grows.
const folder = path.resolve(import.meta.dirname, "../vectors");

type Vector = {
  readonly rootKeyHex: string;
  readonly applianceId: string;
  readonly primaryVersion: number;
  readonly ring: readonly {
    readonly keyVersion: number;
    readonly nonceHex: string;
    readonly ciphertextHex: string;
    readonly tagHex: string;
  }[];
  readonly envelopes: readonly {
    readonly purpose: string;
    readonly ownerId: string;
    readonly version: number;
    readonly secret: string;
    readonly storedHex: string;
  }[];
};

test.each(readdirSync(folder))("%s opens", (file) => {
  const vector = JSON.parse(readFileSync(path.join(folder, file), "utf8")) as Vector;
  const root = rootKeyFromBytes(hex(vector.rootKeyHex));
  if (root === null) throw new Error("the root key has 32 bytes");
  const stored = vector.ring.map(({ keyVersion, nonceHex, ciphertextHex, tagHex }) => ({
    keyVersion,
    sealed: { nonce: hex(nonceHex), ciphertext: hex(ciphertextHex), tag: hex(tagHex) },
  }));
  const ring = KeyRing.open(stored, vector.primaryVersion, root, vector.applianceId);
  if (ring === null) throw new Error("the ring opens");

  for (const { purpose, ownerId, version, secret, storedHex } of vector.envelopes) {
    const opened = open(
      ring,
      { applianceId: vector.applianceId, purpose, ownerId, version },
      hex(storedHex),
    );
    expect(opened.kind === "opened" ? opened.secret.toString() : opened.reason).toBe(secret);
  }
});

function hex(text: string): Buffer {
  return Buffer.from(text, "hex");
}
