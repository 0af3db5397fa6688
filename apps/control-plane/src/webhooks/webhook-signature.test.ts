import { createHmac } from "node:crypto";
import { Secret, seededRandom } from "@agentcall/base";
import { describe, expect, test } from "vitest";
import { newWebhookSecret, type Signing, signatureHeaders } from "./webhook-signature.ts";

// The example of the Standard Webhooks specification and of its libraries' tests.
const example: Signing = {
  messageId: "msg_p5jXN8AQM9LWM0D4loKWxJek",
  nowMs: 1_614_265_330_999,
  attempt: 1,
  body: '{"test": 2432232314}',
  secrets: [new Secret("whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw")],
};
const exampleSignature = "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=";

describe("the signature of a webhook", () => {
  test("is that of the specification's example, and a plain HMAC of the body beside it", () => {
    expect(signatureHeaders(example)).toEqual({
      "webhook-id": example.messageId,
      "webhook-timestamp": "1614265330",
      "webhook-signature": exampleSignature,
      "x-agentcall-signature": `sha256=${plainOf(example.secrets[0])}`,
    });
  });

  test("is made with both secrets while both are valid; the plain one takes turns, the present one first", () => {
    const present = new Secret(newWebhookSecret(seededRandom(1)));
    const former = example.secrets[0];
    const headers = [1, 2, 3].map((attempt) =>
      signatureHeaders({ ...example, attempt, secrets: [present, former] }),
    );

    expect(headers[0]?.["webhook-signature"]?.split(" ")[1]).toBe(exampleSignature);
    expect(headers.map((each) => each["x-agentcall-signature"])).toEqual(
      [present, former, present].map((secret) => `sha256=${plainOf(secret)}`),
    );
  });

  test("takes a secret of another form as it stands", () => {
    const secret = new Secret("x".repeat(32));
    const signed = `${example.messageId}.1614265330.${example.body}`;

    expect(signatureHeaders({ ...example, secrets: [secret] })["webhook-signature"]).toBe(
      `v1,${createHmac("sha256", "x".repeat(32)).update(signed).digest("base64")}`,
    );
  });
});

test("a new secret has the specification's form and 32 bytes of chance", () => {
  const secret = newWebhookSecret(seededRandom(2));

  expect(secret).toMatch(/^whsec_[A-Za-z0-9+/]{43}=$/);
  expect(secret).not.toBe(newWebhookSecret(seededRandom(3)));
});

function plainOf(secret: Secret): string {
  return createHmac("sha256", secret.reveal()).update(example.body).digest("hex");
}
