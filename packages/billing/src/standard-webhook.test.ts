import { describe, expect, test } from "vitest";
import { isWebhookSignedBy, signWebhook } from "./standard-webhook.ts";
import { aSigner } from "./testing/index.ts";

const signer = aSigner("the box");
const key = signer.publicKey;
const nowMs = Date.UTC(2026, 10, 24, 12);

describe("the headers of Standard Webhooks", () => {
  test("hold the id, the second of the attempt and an Ed25519 signature", async () => {
    const headers = await signWebhook("box-1-7", nowMs, "[]", signer);

    expect(headers).toEqual({
      "webhook-id": "box-1-7",
      "webhook-timestamp": String(nowMs / 1_000),
      "webhook-signature": expect.stringMatching(/^v1a,[\w+/]{86}==$/) as string,
    });
    expect(isWebhookSignedBy(key, headers, "[]", nowMs)).toBe(true);
  });

  test("pass when one of several signatures is the key's", async () => {
    const headers = await signWebhook("1", nowMs, "[]", signer);
    const both = `v1,AAAA v1a,AAAA ${headers["webhook-signature"]}`;

    expect(isWebhookSignedBy(key, { ...headers, "webhook-signature": both }, "[]", nowMs)).toBe(
      true,
    );
  });

  test("are refused with another body, id, time or signature, and after five minutes", async () => {
    const headers = await signWebhook("1", nowMs, "[]", signer);
    const isSigned = (changes: Record<string, string | undefined>, body = "[]", atMs = nowMs) =>
      isWebhookSignedBy(key, { ...headers, ...changes }, body, atMs);

    expect([
      isSigned({}, "[ ]"),
      isSigned({ "webhook-id": "2" }),
      isSigned({ "webhook-id": undefined }),
      isSigned({ "webhook-timestamp": String(nowMs / 1_000 + 1) }),
      isSigned({ "webhook-timestamp": undefined }),
      isSigned({ "webhook-signature": undefined }),
      isSigned({}, "[]", nowMs + 301_000),
      isSigned({}, "[]", nowMs - 301_000),
    ]).toEqual(Array(8).fill(false));
  });
});
