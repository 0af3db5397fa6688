import { type Clock, newId, type Random } from "@agentcall/base";
import type { WebhookEvent } from "@agentcall/contract";
import { z } from "zod";
import type { JobKind } from "../jobs/job.ts";
import type { JobQueue } from "../jobs/job-queue.ts";
import type { SqlWriter } from "../sqlite/database.ts";
import {
  allWebhooks,
  insertDelivery,
  insertMessage,
  pruneMessages,
  type StoredDelivery,
} from "./webhook-store.ts";

/** Something that has happened, to be told to the webhooks that want to know. */
export type Happening = {
  readonly event: WebhookEvent;
  /** What is told of one call is told in its order. */
  readonly callId: string | null;
  /** Made of the fact: told a second time, it changes nothing. */
  readonly dedupeId: string;
  readonly data: Readonly<Record<string, unknown>>;
};

export type WebhookOutboxOptions = {
  readonly jobs: JobQueue;
  readonly clock: Clock;
  readonly random: Random;
};

/** The job that carries one delivery, as far as who writes it must know. */
export const deliveryJob = {
  name: "webhook.delivery",
  payload: z.object({ deliveryId: z.string() }),
} satisfies Pick<JobKind<unknown>, "name" | "payload">;

const keptMs = 30 * 86_400_000; // the delivery log reaches back a month

/** What webhooks are told: written with the fact, in the same transaction, and sent later. */
export class WebhookOutbox {
  readonly #options: WebhookOutboxOptions;

  constructor(options: WebhookOutboxOptions) {
    this.#options = options;
  }

  /**
   * Tells every webhook that asked for the event, in the transaction of the fact itself:
   *
   *     await outbox.publish(writer, {
   *       event: "call.recording", callId, dedupeId: `recording ${callId}`, data: { callId, … },
   *     });
   *
   * `data` must not hold a secret. Nothing is written when nobody asked.
   */
  async publish(writer: SqlWriter, happening: Happening): Promise<void> {
    const { clock, random } = this.#options;
    const wanted = (await allWebhooks(writer)).filter(({ events }) =>
      events.includes(happening.event),
    );
    if (wanted.length === 0) return;
    const { event, callId, dedupeId, data } = happening;
    const nowMs = clock.nowMs();
    const id = newId("evt", random);
    const body = JSON.stringify({ event, timestamp: new Date(nowMs).toISOString(), data });
    const isNew = await insertMessage(writer, {
      id,
      event,
      callId,
      dedupeId: `${event} ${dedupeId}`,
      body,
      createdAtMs: nowMs,
    });
    if (!isNew) return;
    for (const webhook of wanted) {
      await this.#send(
        writer,
        { webhookId: webhook.id, messageId: id, redeliveryOf: null },
        callId,
      );
    }
    await pruneMessages(writer, nowMs - keptMs);
  }

  /** Tells the same message again, by hand; returns the new delivery's id. */
  async redeliver(writer: SqlWriter, delivery: StoredDelivery): Promise<string> {
    const { webhookId, messageId, id } = delivery;
    return this.#send(writer, { webhookId, messageId, redeliveryOf: id }, null);
  }

  async #send(
    writer: SqlWriter,
    delivery: Pick<StoredDelivery, "webhookId" | "messageId" | "redeliveryOf">,
    callId: string | null,
  ): Promise<string> {
    const { jobs, clock, random } = this.#options;
    const id = newId("dlv", random);
    await insertDelivery(writer, { ...delivery, id, createdAtMs: clock.nowMs() });
    await jobs.enqueue(writer, deliveryJob, {
      dedupeId: id,
      lane: `webhook ${delivery.webhookId} ${callId ?? id}`,
      share: delivery.webhookId,
      payload: { deliveryId: id },
    });
    return id;
  }
}
