import { generateKeyPairSync } from "node:crypto";
import { describe, expect, test } from "vitest";
import { readAcknowledgement, signAcknowledgement } from "./acknowledgement.ts";
import { parsePublicKey } from "./signature.ts";
import { aSigner } from "./testing/index.ts";

const receiver = aSigner("the receiver");
const key = receiver.publicKey;

const acknowledgement = {
  format: 1,
  batchId: "exp_1",
  applianceId: "box",
  epoch: 1,
  number: 1,
  toSequence: 7,
  chainAfter: "a".repeat(64),
  amountMicros: 400_000,
  rejected: [{ entryId: "ent_1", reason: "the customer is unknown" }],
  acknowledgedAt: "2026-11-24T13:00:00.000Z",
} as const;

describe("an acknowledgement", () => {
  test("that the receiver has signed is read", async () => {
    const signed = await signAcknowledgement({ ...acknowledgement, rejected: [] }, receiver);

    expect(readAcknowledgement(key, "box", signed)).toEqual({ ...acknowledgement, rejected: [] });
  });

  test("of another signer, altered, or of another form is none", async () => {
    const given = { ...acknowledgement, rejected: [...acknowledgement.rejected] };
    const signed = await signAcknowledgement(given, receiver);
    const strangers = await signAcknowledgement(given, aSigner("a stranger"));
    const noJson = await receiver.sign("usage-acknowledgement", Buffer.from("yes"));
    const noAcknowledgement = await receiver.sign("usage-acknowledgement", Buffer.from("{}"));

    expect([
      readAcknowledgement(key, "box", strangers),
      readAcknowledgement(key, "another", signed),
      readAcknowledgement(key, "box", { ...signed, acknowledgement: `${signed.acknowledgement} ` }),
      readAcknowledgement(key, "box", { ...signed, signature: "AAAA" }),
      readAcknowledgement(key, "box", "yes"),
      readAcknowledgement(key, "box", {
        acknowledgement: "yes",
        signature: Buffer.from(noJson).toString("base64"),
      }),
      readAcknowledgement(key, "box", {
        acknowledgement: "{}",
        signature: Buffer.from(noAcknowledgement).toString("base64"),
      }),
    ]).toEqual(Array(7).fill(null));
  });
});

describe("a public key", () => {
  const pem = key.export({ type: "spki", format: "pem" }).toString();
  const { publicKey: rsaPem } = generateKeyPairSync("rsa", {
    modulusLength: 2_048,
    publicKeyEncoding: { type: "spki", format: "pem" },
    privateKeyEncoding: { type: "pkcs8", format: "pem" },
  });

  test("is read from PEM, and from its base64 alone", () => {
    const bare = key.export({ type: "spki", format: "der" }).toString("base64");

    expect(parsePublicKey(pem)?.equals(key)).toBe(true);
    expect(parsePublicKey(bare)?.equals(key)).toBe(true);
  });

  test.each([[""], ["AAAA"], [pem.slice(0, 60)], [rsaPem]])("%j is none", (text) => {
    expect(parsePublicKey(text)).toBeNull();
  });
});
