import { AppError } from "@agentcall/base";
import {
  type DeliveryState,
  deliveryStateSchema,
  type WebhookEvent,
  webhookEventSchema,
} from "@agentcall/contract";
import { z } from "zod";
import type { Database, SqlReader, SqlRow, SqlWriter } from "../sqlite/database.ts";

/** An address of the customer's that is told of some events. */
export type StoredWebhook = {
  readonly id: string;
  readonly url: string;
  readonly events: readonly WebhookEvent[];
  readonly createdAtMs: number;
  readonly formerSecretUntilMs: number | null;
};

const attemptSchema = z.object({
  atMs: z.int(),
  durationMs: z.int(),
  httpStatus: z.int().nullable(),
  reason: z.string().nullable(),
});
export type DeliveryAttempt = z.infer<typeof attemptSchema>;

/** One event on its way to one webhook. */
export type StoredDelivery = {
  readonly id: string;
  readonly webhookId: string;
  readonly messageId: string;
  readonly event: WebhookEvent;
  readonly callId: string | null;
  readonly body: string;
  readonly state: DeliveryState;
  readonly redeliveryOf: string | null;
  readonly createdAtMs: number;
  readonly acknowledgedAtMs: number | null;
  readonly attempts: readonly DeliveryAttempt[];
};

export type Message = {
  readonly id: string;
  readonly event: WebhookEvent;
  readonly callId: string | null;
  readonly dedupeId: string;
  readonly body: string;
  readonly createdAtMs: number;
};

const attemptsShownMax = 30; // more than a delivery has
const selectDelivery = `SELECT webhook_delivery.*, event, call_id, body FROM webhook_delivery
  JOIN webhook_message ON webhook_message.id = message_id`;

export async function insertWebhook(writer: SqlWriter, webhook: StoredWebhook): Promise<void> {
  await writer.run(
    "INSERT INTO webhook (id, url, events, created_at_ms) VALUES (?, ?, ?, ?)",
    webhook.id,
    webhook.url,
    JSON.stringify(webhook.events),
    webhook.createdAtMs,
  );
}

export async function setFormerSecretUntil(
  writer: SqlWriter,
  id: string,
  untilMs: number | null,
): Promise<void> {
  await writer.run("UPDATE webhook SET former_secret_until_ms = ? WHERE id = ?", untilMs, id);
}

export async function deleteWebhook(writer: SqlWriter, id: string): Promise<void> {
  await writer.run("DELETE FROM webhook WHERE id = ?", id);
}

/** Oldest first. There are few. */
export async function allWebhooks(reader: SqlReader): Promise<readonly StoredWebhook[]> {
  return (await reader.all("SELECT * FROM webhook ORDER BY created_at_ms, id")).map(webhookOf);
}

/** Throws `not_found`. */
export async function webhookById(reader: SqlReader, id: string): Promise<StoredWebhook> {
  const row = await reader.get("SELECT * FROM webhook WHERE id = ?", id);
  if (row === null) throw new AppError("not_found", "There is no such webhook.");
  return webhookOf(row);
}

/** False when a message with this dedupe id is there already. */
export async function insertMessage(writer: SqlWriter, message: Message): Promise<boolean> {
  const added = await writer.run(
    `INSERT INTO webhook_message (id, event, call_id, dedupe_id, body, created_at_ms)
     VALUES (?, ?, ?, ?, ?, ?) ON CONFLICT (dedupe_id) DO NOTHING`,
    message.id,
    message.event,
    message.callId,
    message.dedupeId,
    message.body,
    message.createdAtMs,
  );
  return added > 0;
}

export async function insertDelivery(
  writer: SqlWriter,
  delivery: Pick<StoredDelivery, "id" | "webhookId" | "messageId" | "redeliveryOf" | "createdAtMs">,
): Promise<void> {
  await writer.run(
    `INSERT INTO webhook_delivery (id, webhook_id, message_id, state, redelivery_of, created_at_ms, attempts)
     VALUES (?, ?, ?, 'waiting', ?, ?, '[]')`,
    delivery.id,
    delivery.webhookId,
    delivery.messageId,
    delivery.redeliveryOf,
    delivery.createdAtMs,
  );
}

export async function deliveryById(reader: SqlReader, id: string): Promise<StoredDelivery | null> {
  const row = await reader.get(`${selectDelivery} WHERE webhook_delivery.id = ?`, id);
  return row === null ? null : deliveryOf(row);
}

/** Newest first, before the row of `before` where it is given. */
export async function listDeliveries(
  db: Database,
  webhookId: string,
  limit: number,
  before: { readonly atMs: number; readonly id: string } | null,
): Promise<readonly StoredDelivery[]> {
  const rows = await db.all(
    `${selectDelivery} WHERE webhook_id = ?1
       AND (?2 IS NULL OR (webhook_delivery.created_at_ms, webhook_delivery.id) < (?2, ?3))
     ORDER BY webhook_delivery.created_at_ms DESC, webhook_delivery.id DESC LIMIT ?4`,
    webhookId,
    before?.atMs ?? null,
    before?.id ?? null,
    limit,
  );
  return rows.map(deliveryOf);
}

export async function recordAttempt(
  writer: SqlWriter,
  { id, attempts }: StoredDelivery,
  attempt: DeliveryAttempt,
  acknowledgedAtMs: number | null,
): Promise<void> {
  await writer.run(
    `UPDATE webhook_delivery SET attempts = ?1, acknowledged_at_ms = ?2,
       state = CASE WHEN ?2 IS NULL THEN 'waiting' ELSE 'acknowledged' END WHERE id = ?3`,
    JSON.stringify([...attempts, attempt].slice(-attemptsShownMax)),
    acknowledgedAtMs,
    id,
  );
}

export async function parkDelivery(writer: SqlWriter, id: string): Promise<void> {
  await writer.run("UPDATE webhook_delivery SET state = 'parked' WHERE id = ?", id);
}

/** Takes away what was told long ago and is not on its way any more. */
export async function pruneMessages(writer: SqlWriter, beforeMs: number): Promise<void> {
  await writer.run(
    `DELETE FROM webhook_message WHERE created_at_ms < ? AND NOT EXISTS
       (SELECT 1 FROM webhook_delivery WHERE message_id = webhook_message.id AND state = 'waiting')`,
    beforeMs,
  );
}

function webhookOf(row: SqlRow): StoredWebhook {
  const untilMs = row["former_secret_until_ms"];
  return {
    id: String(row["id"]),
    url: String(row["url"]),
    events: z.array(webhookEventSchema).parse(JSON.parse(String(row["events"]))),
    createdAtMs: Number(row["created_at_ms"]),
    formerSecretUntilMs: typeof untilMs === "number" ? untilMs : null,
  };
}

function deliveryOf(row: SqlRow): StoredDelivery {
  const atMs = row["acknowledged_at_ms"];
  const callId = row["call_id"];
  const redeliveryOf = row["redelivery_of"];
  return {
    id: String(row["id"]),
    webhookId: String(row["webhook_id"]),
    messageId: String(row["message_id"]),
    event: webhookEventSchema.parse(row["event"]),
    callId: typeof callId === "string" ? callId : null,
    body: String(row["body"]),
    state: deliveryStateSchema.parse(row["state"]),
    redeliveryOf: typeof redeliveryOf === "string" ? redeliveryOf : null,
    createdAtMs: Number(row["created_at_ms"]),
    acknowledgedAtMs: typeof atMs === "number" ? atMs : null,
    attempts: z.array(attemptSchema).parse(JSON.parse(String(row["attempts"]))),
  };
}
