import type { Clock } from "@agentcall/base";
import type { z } from "zod";
import type { JobAttempt, JobKind, JobOutcome } from "../jobs/job.ts";
import type { OutgoingHttp, OutgoingOutcome } from "../outside/outgoing-http.ts";
import type { Database } from "../sqlite/database.ts";
import { deliveryJob } from "./webhook-outbox.ts";
import { signatureHeaders } from "./webhook-signature.ts";
import {
  deliveryById,
  parkDelivery,
  recordAttempt,
  type StoredDelivery,
  webhookById,
} from "./webhook-store.ts";
import { webhooksMax, type Webhooks } from "./webhooks.ts";

export type WebhookDeliveryOptions = {
  readonly db: Database;
  readonly webhooks: Webhooks;
  readonly http: OutgoingHttp;
  readonly clock: Clock;
};

const answerMsMax = 15_000; // Standard Webhooks 1.0.0 asks for 15 to 30 s
const perReceiverMax = 2; // a slow receiver has two requests open and no more
const goneStatus = 410; // the receiver says that it will never take it

/**
 * Delivers one event to one webhook. 2xx acknowledges. Eighteen attempts, the waits between them
 * doubling from ten seconds to eight hours: from 25 to 51 hours in all. Each receiver has places of
 * its own, so that none is delayed by another.
 */
export function webhookDeliveryJob(
  options: WebhookDeliveryOptions,
): JobKind<z.infer<typeof deliveryJob.payload>> {
  const { db, clock } = options;
  return {
    ...deliveryJob,
    atOnceMax: webhooksMax * perReceiverMax,
    atOncePerShareMax: perReceiverMax,
    retry: { firstMs: 10_000, maxMs: 8 * 3_600_000 },
    attemptsMax: 18,
    attemptMsMax: answerMsMax + 5_000,
    run: async ({ deliveryId }, attempt) => {
      const delivery = await deliveryById(db, deliveryId);
      if (delivery === null) return { kind: "done" }; // its webhook was deleted
      const fromMs = clock.monotonicMs();
      const answer = await deliver(options, delivery, attempt);
      const reason = problemOf(answer);
      const atMs = clock.nowMs();
      const entry = {
        atMs,
        durationMs: Math.round(clock.monotonicMs() - fromMs),
        httpStatus: answer !== null && answer.kind === "answered" ? answer.status : null,
        reason,
      };
      return outcomeOf(answer, reason, (writer) =>
        recordAttempt(writer, delivery, entry, reason === null ? atMs : null),
      );
    },
    parked: (writer, { deliveryId }) => parkDelivery(writer, deliveryId),
  };
}

/** Null when the vault does not open the secret. */
async function deliver(
  { db, webhooks, http, clock }: WebhookDeliveryOptions,
  delivery: StoredDelivery,
  { number, signal }: JobAttempt,
): Promise<OutgoingOutcome | null> {
  const webhook = await webhookById(db, delivery.webhookId);
  const secrets = await webhooks.openSecrets(webhook);
  if (secrets === null) return null;
  const { messageId, body } = delivery;
  return http.send({
    method: "POST",
    url: webhook.url,
    headers: {
      "content-type": "application/json",
      "user-agent": "AgentCall-Webhook/1",
      ...signatureHeaders({ messageId, nowMs: clock.nowMs(), attempt: number, body, secrets }),
    },
    body,
    timeoutMs: answerMsMax,
    signal,
  });
}

/** Null when the delivery was acknowledged. */
function problemOf(answer: OutgoingOutcome | null): string | null {
  if (answer === null) return "secret_does_not_open";
  if (answer.kind !== "answered") return answer.reason;
  return answer.status >= 200 && answer.status < 300 ? null : `http_${String(answer.status)}`;
}

function outcomeOf(
  answer: OutgoingOutcome | null,
  reason: string | null,
  commit: NonNullable<JobOutcome["commit"]>,
): JobOutcome {
  if (reason === null) return { kind: "done", commit };
  const answered = answer !== null && answer.kind === "answered" ? answer : null;
  if (answered?.status === goneStatus) return { kind: "refused", reason, commit };
  return {
    kind: "failed",
    reason,
    commit,
    ...(answered?.retryAfterMs == null ? {} : { waitMs: answered.retryAfterMs }),
  };
}
