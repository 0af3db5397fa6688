import type { WebhooksCreateBody } from "./generated/api-types.ts";

/** A delivery as it arrived. */
export type WebhookInput = {
  /** The raw body: not parsed, not written anew. */
  readonly body: string | Uint8Array<ArrayBuffer>;
  readonly headers: Headers | Readonly<Record<string, string | readonly string[] | undefined>>;
  /** The secret that was shown when the webhook was made, or rotated. */
  readonly secret: string;
  /** UTC epoch milliseconds. */
  readonly nowMs: number;
  /** How old, or how far ahead, a delivery may be. */
  readonly toleranceSecs?: number;
};

export type WebhookMessage = {
  readonly event: WebhooksCreateBody["events"][number];
  readonly timestamp: string;
  readonly data: Readonly<Record<string, unknown>>;
};

/** The delivery is not the appliance's, or is an old one played again. */
export class WebhookSignatureError extends Error {
  override readonly name = "WebhookSignatureError";
  readonly reason: "no_signature" | "too_old" | "wrong_signature";

  constructor(reason: WebhookSignatureError["reason"]) {
    super("This delivery cannot be trusted.");
    this.reason = reason;
  }
}

const toleranceSecsUsual = 300; // Standard Webhooks 1.0.0, "Verifying webhook authenticity"
const secretPrefix = "whsec_";
const utf8 = new TextEncoder();

/**
 * Believes a delivery only when its signature is right: by Standard Webhooks 1.0.0, which also
 * holds when it was sent, or by `X-AgentCall-Signature` where that is all there is. Resolves with
 * the message, or rejects with a `WebhookSignatureError`.
 */
export async function verifyWebhook(input: WebhookInput): Promise<WebhookMessage> {
  const body = typeof input.body === "string" ? utf8.encode(input.body) : input.body;
  const standard = headerOf(input, "webhook-signature");
  const plain = headerOf(input, "x-agentcall-signature");
  if (standard !== null) await verifyStandard(input, body, standard);
  else if (plain !== null) await verifyPlain(input, body, plain);
  else throw new WebhookSignatureError("no_signature");
  return JSON.parse(new TextDecoder().decode(body)) as WebhookMessage; // signed by the appliance
}

async function verifyStandard(
  input: WebhookInput,
  body: Uint8Array<ArrayBuffer>,
  header: string,
): Promise<void> {
  const id = headerOf(input, "webhook-id");
  const timestamp = headerOf(input, "webhook-timestamp");
  if (id === null || timestamp === null) throw new WebhookSignatureError("no_signature");
  const { nowMs, toleranceSecs = toleranceSecsUsual, secret } = input;
  const isNear = Math.abs(nowMs / 1_000 - Number(timestamp)) <= toleranceSecs;
  if (!isNear) throw new WebhookSignatureError("too_old");
  const key = await hmacKey(
    secret.startsWith(secretPrefix)
      ? bytesOfBase64(secret.slice(secretPrefix.length))
      : utf8.encode(secret),
  );
  const head = utf8.encode(`${id}.${timestamp}.`);
  const signed = new Uint8Array(head.length + body.length);
  signed.set(head);
  signed.set(body, head.length);
  for (const each of header.split(" ")) {
    const signature = each.startsWith("v1,") ? bytesOfBase64(each.slice("v1,".length)) : null;
    if (signature !== null && (await isSignedBy(key, signature, signed))) return;
  }
  throw new WebhookSignatureError("wrong_signature");
}

async function verifyPlain(
  { secret }: WebhookInput,
  body: Uint8Array<ArrayBuffer>,
  header: string,
): Promise<void> {
  const hex = /^sha256=([0-9a-f]{64})$/.exec(header)?.[1] ?? "";
  const signature = Uint8Array.from(hex.match(/../g) ?? [], (pair) => parseInt(pair, 16));
  const key = await hmacKey(utf8.encode(secret));
  if (!(await isSignedBy(key, signature, body))) throw new WebhookSignatureError("wrong_signature");
}

type HmacKey = Awaited<ReturnType<typeof crypto.subtle.importKey>>;

function hmacKey(bytes: Uint8Array<ArrayBuffer>): Promise<HmacKey> {
  return crypto.subtle.importKey("raw", bytes, { name: "HMAC", hash: "SHA-256" }, false, [
    "verify",
  ]);
}

/** Web Crypto compares in constant time. */
function isSignedBy(
  key: HmacKey,
  signature: Uint8Array<ArrayBuffer>,
  signed: Uint8Array<ArrayBuffer>,
): Promise<boolean> {
  return crypto.subtle.verify("HMAC", key, signature, signed);
}

function bytesOfBase64(text: string): Uint8Array<ArrayBuffer> {
  try {
    return Uint8Array.from(atob(text), (char) => char.charCodeAt(0));
  } catch {
    return new Uint8Array(); // signs nothing
  }
}

function headerOf({ headers }: WebhookInput, name: string): string | null {
  if (headers instanceof Headers) return headers.get(name);
  const [, value] = Object.entries(headers).find(([key]) => key.toLowerCase() === name) ?? [];
  return typeof value === "string" ? value : null;
}
