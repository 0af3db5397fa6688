import { createHash } from "node:crypto";
import { seededRandom, systemRandom } from "@agentcall/base";
import * as fc from "fast-check";
import { describe, expect, test } from "vitest";
import type { Binding } from "./associated-data.ts";
import { KeyRing, newWrappingKey } from "./key-ring.ts";
import { type RootKey, rootKeyFromBytes } from "./root-key.ts";
import { fingerprint, open, rewrap, seal } from "./seal.ts";

const random = systemRandom();
const applianceId = "app_1";
const binding: Binding = { applianceId, purpose: "openai-key", ownerId: "num_1", version: 1 };
const secret = Buffer.from("sk-proj-practice-good-vault");

describe("seal", () => {
  test("and open give back what was sealed, for any bytes", () => {
    const ring = aRing(1);

    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 512 }), (bytes) => {
        const opened = open(ring, binding, seal(ring, binding, bytes, random));
        expect(opened).toEqual({ kind: "opened", secret: Buffer.from(bytes), keyVersion: 1 });
      }),
    );
  });

  test("never uses a nonce twice: 10,000 seals have 20,000 different ones", () => {
    const ring = aRing(1);
    const nonces = new Set<string>();

    for (let turn = 0; turn < 10_000; turn += 1) {
      const stored = seal(ring, binding, secret, random);
      nonces.add(stored.subarray(5, 17).toString("hex"));
      nonces.add(stored.subarray(65, 77).toString("hex"));
    }

    expect(nonces.size).toBe(20_000);
  });

  test("leaves nothing of the secret readable in what is stored", () => {
    const stored = seal(aRing(1), binding, secret, random);

    expect(stored.includes(secret)).toBe(false);
    expect(stored.includes(secret.subarray(8, 16))).toBe(false);
  });
});

describe("open", () => {
  test("refuses an envelope in which any one bit was flipped", () => {
    const ring = aRing(1);
    const stored = seal(ring, binding, secret, random);

    for (let bit = 0; bit < stored.length * 8; bit += 1) {
      const flipped = Buffer.from(stored);
      flipped.writeUInt8(flipped.readUInt8(bit >> 3) ^ (1 << (bit & 7)), bit >> 3);
      expect(open(ring, binding, flipped).kind, `bit ${String(bit)}`).toBe("refused");
    }
  });

  test.each([
    ["another owner", { ownerId: "num_2" }],
    ["another purpose", { purpose: "sip-password" }],
    ["an older version", { version: 0 }],
    ["a newer version", { version: 2 }],
    ["another appliance", { applianceId: "app_2" }],
  ])("refuses an envelope under %s", (_what, other) => {
    const ring = aRing(1);

    const opened = open(ring, { ...binding, ...other }, seal(ring, binding, secret, random));

    expect(opened).toEqual({ kind: "refused", reason: "not-authentic" });
  });

  test("refuses an envelope under any other binding, wherever its fields begin and end", () => {
    const ring = aRing(1);
    const text = fc.string({ maxLength: 8 });
    const anyBinding = fc.record({
      applianceId: text,
      purpose: text,
      ownerId: text,
      version: fc.integer({ min: 0, max: 20 }),
    });

    fc.assert(
      fc.property(anyBinding, anyBinding, (one, other) => {
        const opened = open(ring, other, seal(ring, one, secret, random));
        expect(opened.kind === "opened").toBe(JSON.stringify(one) === JSON.stringify(other));
      }),
    );
  });

  test("refuses every shorter envelope, and never throws for any bytes", () => {
    const ring = aRing(1);
    const stored = seal(ring, binding, secret, random);

    for (let length = 0; length < stored.length; length += 1) {
      expect(open(ring, binding, stored.subarray(0, length)).kind).toBe("refused");
    }
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 256 }), (bytes) => {
        expect(open(ring, binding, bytes).kind).toBe("refused");
      }),
    );
  });

  test.each([
    ["nothing", Buffer.alloc(0), "damaged"],
    ["a format of the future", Buffer.alloc(120, 2), "unknown-format"],
    [
      "a key version that the ring does not hold",
      Buffer.concat([Buffer.from([1, 0, 0, 0, 9]), Buffer.alloc(115)]),
      "unknown-key-version",
    ],
    ["more than the largest secret", Buffer.alloc(70_000, 1), "damaged"],
  ])("says for the operator why it refused %s", (_what, stored, reason) => {
    expect(open(aRing(1), binding, stored)).toEqual({ kind: "refused", reason });
  });
});

describe("rewrap", () => {
  test("keeps any secret, changes its key version, and is refused for a flipped bit of the data key", () => {
    const [first, second] = [aRing(1), aRing(2)];

    fc.assert(
      fc.property(
        fc.uint8Array({ maxLength: 200 }),
        fc.integer({ min: 0, max: 60 * 8 - 1 }),
        (bytes, bit) => {
          const stored = seal(first, binding, bytes, random);
          const rewrapped = rewrap(second, binding, stored, random);
          if (rewrapped.kind !== "rewrapped") throw new Error(rewrapped.kind);
          expect(open(second, binding, rewrapped.stored)).toEqual({
            kind: "opened",
            secret: Buffer.from(bytes),
            keyVersion: 2,
          });

          const at = 5 + (bit >> 3); // the wrapped data key with its nonce and tag
          stored.writeUInt8(stored.readUInt8(at) ^ (1 << (bit & 7)), at);
          expect(rewrap(second, binding, stored, random).kind).toBe("refused");
        },
      ),
    );
  });

  test("keeps the secret and changes the wrapping key", () => {
    const [first, second] = [aRing(1), aRing(2)];
    const stored = seal(first, binding, secret, random);

    const rewrapped = rewrap(second, binding, stored, random);

    if (rewrapped.kind !== "rewrapped") throw new Error(rewrapped.kind);
    expect(open(second, binding, rewrapped.stored)).toEqual({
      kind: "opened",
      secret,
      keyVersion: 2,
    });
    expect(open(first, binding, rewrapped.stored)).toEqual({
      kind: "refused",
      reason: "unknown-key-version",
    });
    expect(open(second, binding, stored)).toEqual({ kind: "opened", secret, keyVersion: 1 });
  });

  test("says that an envelope under the primary is current", () => {
    const ring = aRing(2);

    expect(rewrap(ring, binding, seal(ring, binding, secret, random), random)).toEqual({
      kind: "current",
    });
  });

  test("refuses an envelope of another owner", () => {
    const stored = seal(aRing(1), binding, secret, random);

    expect(rewrap(aRing(2), { ...binding, ownerId: "num_2" }, stored, random)).toEqual({
      kind: "refused",
      reason: "not-authentic",
    });
  });
});

describe("fingerprint", () => {
  test("is the same for the same secret, and differs by secret and by key", () => {
    const [key, other] = [aRoot("root").fingerprint, aRoot("other").fingerprint];

    expect(fingerprint(key, secret)).toBe(fingerprint(key, Buffer.from(secret)));
    expect(fingerprint(key, secret)).not.toBe(fingerprint(key, Buffer.from("sk-other")));
    expect(fingerprint(key, secret)).not.toBe(fingerprint(other, secret));
    expect(fingerprint(key, secret)).toMatch(/^[0-9a-f]{16}$/);
  });
});

function aRoot(name: string): RootKey {
  const root = rootKeyFromBytes(createHash("sha256").update(name).digest());
  if (root === null) throw new Error("a digest has 32 bytes");
  return root;
}

/** A ring of `primaryVersion` versions, the same ones at every call. */
function aRing(primaryVersion: number): KeyRing {
  const stored = Array.from({ length: primaryVersion }, (_, index) =>
    newWrappingKey(index + 1, aRoot("root"), applianceId, seededRandom(index)),
  );
  const ring = KeyRing.open(stored, primaryVersion, aRoot("root"), applianceId);
  if (ring === null) throw new Error("the ring's own root key opens it");
  return ring;
}
