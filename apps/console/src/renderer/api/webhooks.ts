import {
  type DeliveryView,
  deliveryViewSchema,
  pageSchema,
  type WebhookCreation,
  type WebhookSecretView,
  webhookSecretViewSchema,
  type WebhookView,
  webhookViewSchema,
} from "@agentcall/contract";
import { useQuery, type UseQueryResult } from "@tanstack/react-query";
import { ask, tell } from "./api-client.ts";
import { changed } from "./query-client.ts";

const key = ["webhooks"];
const deliveriesKey = ["webhook-deliveries"];
const refreshMs = 5_000; // deliveries are not in the event stream

export function useWebhooks(): UseQueryResult<readonly WebhookView[]> {
  return useQuery({
    queryKey: key,
    queryFn: async ({ signal }) =>
      (await ask("GET", "/v1/webhooks", pageSchema(webhookViewSchema), { signal })).items,
  });
}

/** The latest hundred deliveries of a webhook, newest first. */
export function useDeliveries(webhookId: string): UseQueryResult<readonly DeliveryView[]> {
  return useQuery({
    queryKey: [...deliveriesKey, webhookId],
    queryFn: async ({ signal }) => {
      const path = `/v1/webhooks/${webhookId}/deliveries?limit=100`;
      return (await ask("GET", path, pageSchema(deliveryViewSchema), { signal })).items;
    },
    refetchInterval: refreshMs,
  });
}

export async function createWebhook(webhook: WebhookCreation): Promise<WebhookSecretView> {
  const creating = ask("POST", "/v1/webhooks", webhookSecretViewSchema, { body: webhook });
  return changed(creating, key);
}

/** Another secret; the former one stays valid beside it for a while. */
export async function rotateWebhookSecret(id: string): Promise<WebhookSecretView> {
  return changed(ask("POST", `/v1/webhooks/${id}/rotate`, webhookSecretViewSchema), key);
}

export async function deleteWebhook(id: string): Promise<void> {
  return changed(tell("DELETE", `/v1/webhooks/${id}`), key);
}

export async function redeliver(webhookId: string, deliveryId: string): Promise<DeliveryView> {
  const path = `/v1/webhooks/${webhookId}/deliveries/${deliveryId}/redeliver`;
  return changed(ask("POST", path, deliveryViewSchema), deliveriesKey);
}
