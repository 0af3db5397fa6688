import { createHmac } from "node:crypto";
import { describe, expect, test } from "vitest";
import { verifyWebhook, type WebhookInput } from "./webhook.ts";

const secretBytes = Buffer.alloc(32, 7);
const secret = `whsec_${secretBytes.toString("base64")}`;
const body =
  '{"event":"call.status","timestamp":"2026-01-31T09:30:00.000Z","data":{"callId":"call_1"}}';
const nowMs = 1_769_851_800_000;

const plain = `sha256=${createHmac("sha256", secret).update(body).digest("hex")}`;
const standard = (atMs: number, key: string | Buffer = secretBytes): Record<string, string> => {
  const timestamp = String(Math.floor(atMs / 1_000));
  const signature = createHmac("sha256", key).update(`del_1.${timestamp}.${body}`).digest("base64");
  return {
    "webhook-id": "del_1",
    "webhook-timestamp": timestamp,
    "webhook-signature": `v1,AAAA v1,${signature}`,
  };
};

describe("verifyWebhook", () => {
  test.each([
    ["of Standard Webhooks, one of several", standard(nowMs)],
    ["of X-AgentCall-Signature", { "X-AgentCall-Signature": plain }],
  ])("believes the signature %s", async (_, headers) => {
    const message = await verifyWebhook({ body, headers, secret, nowMs });

    expect(message).toEqual({
      event: "call.status",
      timestamp: "2026-01-31T09:30:00.000Z",
      data: { callId: "call_1" },
    });
  });

  test("takes a secret without the prefix as it stands, and the headers of a Request", async () => {
    const headers = new Headers(standard(nowMs, "plain secret"));

    const message = await verifyWebhook({
      body: Uint8Array.from(Buffer.from(body)),
      headers,
      secret: "plain secret",
      nowMs,
    });

    expect(message.event).toBe("call.status");
  });

  test.each<[string, Partial<WebhookInput>, string]>([
    ["no signature", { headers: {} }, "no_signature"],
    [
      "a signature without its time",
      { headers: { "webhook-signature": "v1,AAAA" } },
      "no_signature",
    ],
    ["one that is too old", { headers: standard(nowMs - 301_000) }, "too_old"],
    ["one from the future", { headers: standard(nowMs + 302_000) }, "too_old"],
    [
      "a time that is none",
      { headers: { ...standard(nowMs), "webhook-timestamp": "x" } },
      "too_old",
    ],
    ["another body", { headers: standard(nowMs), body: `${body} ` }, "wrong_signature"],
    ["another secret", { headers: standard(nowMs), secret: "whsec_AAAA" }, "wrong_signature"],
    [
      "another body, by the plain form",
      { body: `${body} `, headers: { "x-agentcall-signature": plain } },
      "wrong_signature",
    ],
    [
      "what is no signature",
      { headers: { "x-agentcall-signature": "sha256=zz" } },
      "wrong_signature",
    ],
    [
      "a wrong one beside a right plain one",
      { headers: { ...standard(nowMs, "x"), "x-agentcall-signature": plain } },
      "wrong_signature",
    ],
  ])("refuses %s", async (_, changes, reason) => {
    const input = { body, headers: {}, secret, nowMs, ...changes };

    await expect(verifyWebhook(input)).rejects.toMatchObject({ reason });
  });
});
