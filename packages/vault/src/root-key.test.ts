import { createHash } from "node:crypto";
import { systemRandom } from "@agentcall/base";
import { describe, expect, test } from "vitest";
import { KeyRing, newWrappingKey, openFingerprintKey, sealFingerprintKey } from "./key-ring.ts";
import {
  passphraseCost,
  type RootKey,
  rootKeyFromBytes,
  rootKeyFromPassphrase,
} from "./root-key.ts";

const cheap = { ...passphraseCost, cost: 1_024, salt: Buffer.from("a salt of the test") };
const random = systemRandom();

describe("the root key", () => {
  test("has 32 bytes, and sub-keys that differ from it and from each other", () => {
    const bytes = createHash("sha256").update("root").digest();
    const root = rootOf("root");

    expect(rootKeyFromBytes(bytes.subarray(1))).toBeNull();
    expect(
      new Set([bytes, root.wrapping, root.fingerprint].map((each) => each.toString("hex"))).size,
    ).toBe(3);
  });

  test("comes from a passphrase the same each time, however its letters are composed", async () => {
    const one = await rootKeyFromPassphrase("Schl\u00fcssel", cheap);
    const other = await rootKeyFromPassphrase("Schlu\u0308ssel", cheap);

    expect(other).toEqual(one);
    expect(await rootKeyFromPassphrase("Schlussel", cheap)).not.toEqual(one);
    expect(
      await rootKeyFromPassphrase("Schl\u00fcssel", { ...cheap, salt: Buffer.from("other") }),
    ).not.toEqual(one);
  });

  test("is as dear to guess as it is meant to be", async () => {
    const root = await rootKeyFromPassphrase("words", { ...passphraseCost, salt: cheap.salt });

    expect(root.wrapping).toHaveLength(32);
  });

  test("cannot be had at a cost that scrypt refuses", async () => {
    await expect(rootKeyFromPassphrase("words", { ...cheap, cost: 3 })).rejects.toThrow(/scrypt/);
  });
});

describe("the key ring", () => {
  test("opens under its own root key and for its own appliance only", () => {
    const stored = [newWrappingKey(1, rootOf("root"), "app_1", random)];

    expect(KeyRing.open(stored, 1, rootOf("root"), "app_1")?.primaryVersion).toBe(1);
    expect(KeyRing.open(stored, 1, rootOf("other"), "app_1")).toBeNull();
    expect(KeyRing.open(stored, 1, rootOf("root"), "app_2")).toBeNull();
    expect(KeyRing.open(stored, 2, rootOf("root"), "app_1")).toBeNull();
  });

  test("does not open with its versions exchanged", () => {
    const [one, two] = [1, 2].map((version) =>
      newWrappingKey(version, rootOf("root"), "app_1", random),
    );
    if (one === undefined || two === undefined) throw new Error("two were made");
    const exchanged = [
      { keyVersion: 1, sealed: two.sealed },
      { keyVersion: 2, sealed: one.sealed },
    ];

    expect(KeyRing.open(exchanged, 1, rootOf("root"), "app_1")).toBeNull();
  });

  test("that was closed holds zeros", () => {
    const ring = KeyRing.open(
      [newWrappingKey(1, rootOf("root"), "app_1", random)],
      1,
      rootOf("root"),
      "app_1",
    );
    const key = ring?.key(1);

    ring?.close();

    expect(key?.every((byte) => byte === 0)).toBe(true);
    expect(ring?.key(1)).toBeNull();
    expect(() => ring?.primary()).toThrow(/a key ring holds its primary/);
  });

  test("sealed by another root key opens by that one, with the same keys, and no more by the first", () => {
    const [first, second] = [rootOf("root"), rootOf("other")];
    const stored = [1, 2].map((version) => newWrappingKey(version, first, "app_1", random));
    const ring = KeyRing.open(stored, 2, first, "app_1");

    const sealed = ring?.sealedBy(second, "app_1", random) ?? [];

    const moved = KeyRing.open(sealed, 2, second, "app_1");
    expect([moved?.key(1), moved?.key(2)]).toEqual([ring?.key(1), ring?.key(2)]);
    expect(KeyRing.open(sealed, 2, first, "app_1")).toBeNull();
  });
});

describe("the key that makes fingerprints", () => {
  test("opens under the root key that sealed it, for its own appliance only", () => {
    const key = rootOf("root").fingerprint;

    const sealed = sealFingerprintKey(rootOf("other"), key, "app_1", random);

    expect(openFingerprintKey(rootOf("other"), sealed, "app_1")).toEqual(key);
    expect(openFingerprintKey(rootOf("root"), sealed, "app_1")).toBeNull();
    expect(openFingerprintKey(rootOf("other"), sealed, "app_2")).toBeNull();
  });
});

function rootOf(name: string): RootKey {
  const root = rootKeyFromBytes(createHash("sha256").update(name).digest());
  if (root === null) throw new Error("a digest has 32 bytes");
  return root;
}
