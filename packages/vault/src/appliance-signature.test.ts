import { generateKeyPairSync, sign } from "node:crypto";
import { expect, test } from "vitest";
import { isSignatureFor, signedBytes } from "./appliance-signature.ts";

const { privateKey, publicKey } = generateKeyPairSync("ed25519");
const message = Buffer.from("batch 7");
const signature = sign(null, signedBytes("app_1", "usage-batch", message), privateKey);

test("a signature counts for its own appliance, purpose and bytes", () => {
  expect(isSignatureFor(publicKey, "app_1", "usage-batch", message, signature)).toBe(true);
});

test.each([
  ["another appliance", "app_2", "usage-batch", message],
  ["another purpose", "app_1", "audit-head", message],
  ["other bytes", "app_1", "usage-batch", Buffer.from("batch 8")],
] as const)("a signature does not count for %s", (_, applianceId, domain, bytes) => {
  expect(isSignatureFor(publicKey, applianceId, domain, bytes, signature)).toBe(false);
});

test("bytes of two purposes never look alike, wherever one field ends", () => {
  expect(signedBytes("app_1", "audit-head", Buffer.from("x"))).not.toEqual(
    signedBytes("app_", "audit-head", Buffer.from("1x")),
  );
});
