import type { KeyObject } from "node:crypto";
import { isSignedBy, signatureOf, type Signer } from "./signature.ts";

/** The headers of Standard Webhooks 1.0.0. */
export type WebhookHeaders = {
  readonly "webhook-id": string;
  /** Seconds since 1970, of this attempt. */
  readonly "webhook-timestamp": string;
  /** `v1a,` and the Ed25519 signature over `id.timestamp.body` in base64. */
  readonly "webhook-signature": string;
};

const toleranceSecs = 300; // the specification's example: a replay is refused after five minutes

/** Signs one attempt to deliver `body`. The id is the same for every attempt, the time is not. */
export async function signWebhook(
  id: string,
  nowMs: number,
  body: string | Uint8Array,
  signer: Signer,
): Promise<WebhookHeaders> {
  const timestamp = String(Math.floor(nowMs / 1_000));
  const head = Buffer.from(`${id}.${timestamp}.`);
  const bytes = typeof body === "string" ? Buffer.from(body) : body;
  const signature = await signer.signWebhook(Buffer.concat([head, bytes]));
  return {
    "webhook-id": id,
    "webhook-timestamp": timestamp,
    "webhook-signature": `v1a,${Buffer.from(signature).toString("base64")}`,
  };
}

/** True when one of the signatures is the key's, and the attempt is of about now. */
export function isWebhookSignedBy(
  key: KeyObject,
  headers: Readonly<Record<string, string | undefined>>,
  body: string,
  nowMs: number,
): boolean {
  const id = headers["webhook-id"];
  const timestamp = headers["webhook-timestamp"] ?? "";
  if (id === undefined || !/^\d{1,12}$/.test(timestamp)) return false;
  if (Math.abs(nowMs / 1_000 - Number(timestamp)) > toleranceSecs) return false;
  const signed = Buffer.from(`${id}.${timestamp}.${body}`);
  return (headers["webhook-signature"] ?? "")
    .split(" ")
    .filter((part) => part.startsWith("v1a,"))
    .some((part) => isSignedBy(key, signed, signatureOf(part.slice("v1a,".length))));
}
