import { createHmac } from "node:crypto";
import type { Random, Secret } from "@agentcall/base";

const prefix = "whsec_"; // Standard Webhooks 1.0.0, "Signature scheme"
const secretBytes = 32; // from 24 to 64 there

/** A fresh signing secret: `whsec_` and 32 bytes of chance in base64. */
export function newWebhookSecret(random: Random): string {
  return `${prefix}${Buffer.from(random.bytes(secretBytes)).toString("base64")}`;
}

/** One attempt to deliver a body. */
export type Signing = {
  /** The same on each attempt. */
  readonly messageId: string;
  readonly nowMs: number;
  /** 1 is the first. */
  readonly attempt: number;
  readonly body: string;
  /** The present one first; the one before it while that is valid too. */
  readonly secrets: readonly [Secret, ...Secret[]];
};

/**
 * The headers that sign a body, in both forms. `webhook-signature` (Standard Webhooks 1.0.0) holds
 * a signature by each valid secret. `X-AgentCall-Signature` has room for one: while two secrets
 * are valid, the attempts take turns, so that a receiver which compares it whole accepts the first
 * or the second, whichever secret it holds.
 */
export function signatureHeaders(signing: Signing): Readonly<Record<string, string>> {
  const { messageId, nowMs, attempt, body, secrets } = signing;
  const timestamp = String(Math.floor(nowMs / 1_000));
  const signed = `${messageId}.${timestamp}.${body}`;
  const turn = secrets[(attempt - 1) % secrets.length] ?? secrets[0];
  return {
    "x-agentcall-signature": `sha256=${createHmac("sha256", turn.reveal()).update(body).digest("hex")}`,
    "webhook-id": messageId,
    "webhook-timestamp": timestamp,
    "webhook-signature": secrets
      .map((secret) => `v1,${standardSignature(secret, signed)}`)
      .join(" "),
  };
}

/** A secret with the prefix is base64 of its bytes; another is taken as it stands. */
function standardSignature(secret: Secret, signed: string): string {
  const text = secret.reveal();
  const key = text.startsWith(prefix) ? Buffer.from(text.slice(prefix.length), "base64") : text;
  return createHmac("sha256", key).update(signed).digest("base64");
}
