import type { Secret } from "@agentcall/base";
import {
  type DeliveryView,
  deliveryViewSchema,
  pageQuerySchema,
  pageSchema,
  webhookCreationSchema,
  type WebhookSecretView,
  webhookSecretViewSchema,
  type WebhookView,
  webhookViewSchema,
} from "@agentcall/contract";
import { z } from "zod";
import { actorOf } from "../access/authorization.ts";
import { timeText } from "../calls/call-view.ts";
import { pageOf, parseCursor } from "../http/cursor.ts";
import type { IdempotentAnswers } from "../http/idempotent-answers.ts";
import type { App } from "../http/typed-app.ts";
import type { StoredDelivery, StoredWebhook } from "./webhook-store.ts";
import type { Webhooks } from "./webhooks.ts";

const idParams = z.object({ id: z.string() });
const deliveryParams = z.object({ id: z.string(), deliveryId: z.string() });

/** `/v1/webhooks`: who is told of what, and how each telling went. */
export function addWebhookRoutes(
  app: App,
  webhooks: Webhooks,
  idempotent: IdempotentAnswers,
): void {
  app.get(
    "/v1/webhooks",
    { schema: { response: { 200: pageSchema(webhookViewSchema) } } },
    async () => ({ items: (await webhooks.list()).map(viewOf), nextCursor: null }),
  );

  app.post(
    "/v1/webhooks",
    { schema: { body: webhookCreationSchema, response: { 201: webhookSecretViewSchema } } },
    async (request, reply) =>
      idempotent.once(
        request,
        reply,
        webhookSecretViewSchema,
        async () => secretViewOf(await webhooks.create(request.body, actorOf(request))),
        { keptOf: (body) => ({ ...body, secret: null }) },
      ),
  );

  app.post(
    "/v1/webhooks/:id/rotate",
    { schema: { params: idParams, response: { 200: webhookSecretViewSchema } } },
    async (request) => secretViewOf(await webhooks.rotate(request.params.id, actorOf(request))),
  );

  app.delete("/v1/webhooks/:id", { schema: { params: idParams } }, async (request, reply) => {
    await webhooks.delete(request.params.id, actorOf(request));
    return reply.code(204).send();
  });

  addDeliveryRoutes(app, webhooks, idempotent);
}

function addDeliveryRoutes(app: App, webhooks: Webhooks, idempotent: IdempotentAnswers): void {
  app.get(
    "/v1/webhooks/:id/deliveries",
    {
      schema: {
        params: idParams,
        querystring: pageQuerySchema,
        response: { 200: pageSchema(deliveryViewSchema) },
      },
    },
    async ({ params: { id }, query: { limit, cursor } }) => {
      const rows = await webhooks.deliveries(id, limit + 1, parseCursor(cursor));
      return pageOf(
        rows,
        limit,
        ({ createdAtMs, id: rowId }) => ({ atMs: createdAtMs, id: rowId }),
        deliveryViewOf,
      );
    },
  );

  app.post(
    "/v1/webhooks/:id/deliveries/:deliveryId/redeliver",
    { schema: { params: deliveryParams, response: { 201: deliveryViewSchema } } },
    async (request, reply) => {
      const { id, deliveryId } = request.params;
      return idempotent.once(request, reply, deliveryViewSchema, async () =>
        deliveryViewOf(await webhooks.redeliver(id, deliveryId, actorOf(request))),
      );
    },
  );
}

function viewOf({ id, url, events, createdAtMs, formerSecretUntilMs }: StoredWebhook): WebhookView {
  return {
    id,
    url,
    events: [...events],
    createdAt: timeText(createdAtMs),
    formerSecretUntil: formerSecretUntilMs === null ? null : timeText(formerSecretUntilMs),
  };
}

function secretViewOf({
  webhook,
  secret,
}: {
  readonly webhook: StoredWebhook;
  readonly secret: Secret;
}): WebhookSecretView {
  return { ...viewOf(webhook), secret: secret.reveal() };
}

function deliveryViewOf(delivery: StoredDelivery): DeliveryView {
  const { acknowledgedAtMs } = delivery;
  return {
    id: delivery.id,
    eventId: delivery.messageId,
    event: delivery.event,
    callId: delivery.callId,
    status: delivery.state,
    redeliveryOf: delivery.redeliveryOf,
    createdAt: timeText(delivery.createdAtMs),
    acknowledgedAt: acknowledgedAtMs === null ? null : timeText(acknowledgedAtMs),
    attempts: delivery.attempts.map(({ atMs, ...attempt }) => ({ at: timeText(atMs), ...attempt })),
  };
}
