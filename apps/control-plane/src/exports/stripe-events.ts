import type { BookedEntry, BatchManifest } from "@agentcall/billing";
import type { Secret } from "@agentcall/base";
import type { OutgoingHttp } from "../outside/outgoing-http.ts";
import type { Rejection } from "./export-batch.ts";
import { plainAnswer } from "./receiver-answer.ts";
import type { DeliveryOutcome } from "./settle-delivery.ts";

const eventName = "agentcall_usage_micros";
const attemptMsMax = 30_000;
const rejectionCharsMax = 200;

export type StripeTarget = {
  readonly http: OutgoingHttp;
  /** Such as `https://api.stripe.com/v1/billing/meter_events`. */
  readonly endpoint: string;
  readonly credential: Secret | null;
  readonly signal: AbortSignal;
};

/**
 * Tells a batch to Stripe, one meter event an entry. `identifier` is the entry id, but Stripe
 * remembers it for a day only: how far it has come is kept, so that a batch that takes longer goes
 * on where it stopped. An entry that Stripe refuses for itself (older than its 35 days, say) is
 * named, and the rest moves on.
 */
export async function sendMeterEvents(
  target: StripeTarget,
  manifest: BatchManifest,
  entries: readonly BookedEntry[],
): Promise<DeliveryOutcome> {
  const rejected: Rejection[] = [];
  let sentThrough = manifest.fromSequence - 1;
  for (const entry of entries) {
    const outcome = await sendOne(target, manifest.customer, entry);
    if (outcome.kind === "rejected") {
      rejected.push({ entryId: entry.entryId, reason: outcome.reason });
    } else if (outcome.kind === "failed") {
      return { ...outcome, sentThrough };
    } else if (outcome.kind !== "acknowledged") {
      return outcome;
    }
    sentThrough = entry.sequence;
  }
  return { kind: "acknowledged", acknowledgement: null, rejected };
}

async function sendOne(
  { http, endpoint, credential, signal }: StripeTarget,
  customer: string,
  entry: BookedEntry,
): Promise<DeliveryOutcome | { readonly kind: "rejected"; readonly reason: string }> {
  const answer = await http.send({
    method: "POST",
    url: endpoint,
    headers: {
      "content-type": "application/x-www-form-urlencoded",
      "idempotency-key": entry.entryId,
      ...(credential === null ? {} : { authorization: `Bearer ${credential.reveal()}` }),
    },
    body: meterEventForm(customer, entry),
    timeoutMs: attemptMsMax,
    signal,
  });
  // A 400 is about this event; what is about the key or the address is another status.
  if (answer.kind === "answered" && answer.status === 400) {
    return { kind: "rejected", reason: answer.body.toString("utf8").slice(0, rejectionCharsMax) };
  }
  return plainAnswer(answer);
}

/** The form of one meter event: its value is what the entry costs, in micro-dollars. */
function meterEventForm(customer: string, entry: BookedEntry): string {
  return new URLSearchParams({
    event_name: eventName,
    identifier: entry.entryId,
    timestamp: String(Math.floor(entry.bookedAtMs / 1_000)),
    "payload[stripe_customer_id]": customer,
    "payload[value]": String(entry.amountMicros),
  }).toString();
}
