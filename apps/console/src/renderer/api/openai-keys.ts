import {
  type ByokKeyHealth,
  byokKeyHealthSchema,
  type KeyDeliveryMode,
  keyDeliverySchema,
  type LiveMessage,
  managedKeySavedSchema,
  pageSchema,
} from "@agentcall/contract";
import { useQuery, type UseQueryResult } from "@tanstack/react-query";
import { ask, tell } from "./api-client.ts";
import { numbersKey } from "./numbers.ts";
import { changed, queryClient } from "./query-client.ts";
import { useLiveMessages } from "./use-live.ts";

const healthKey = ["key-health"];
const deliveryKey = ["key-delivery"];

/** Each own key by its fingerprint, with what its last call has shown; kept up by the event stream. */
export function useKeyHealth(): UseQueryResult<readonly ByokKeyHealth[]> {
  useLiveMessages(refreshOnKeyEvent);
  return useQuery({
    queryKey: healthKey,
    queryFn: async ({ signal }) =>
      (await ask("GET", "/v1/byok/health", pageSchema(byokKeyHealthSchema), { signal })).items,
  });
}

export function useKeyDelivery(): UseQueryResult<KeyDeliveryMode> {
  return useQuery({
    queryKey: deliveryKey,
    queryFn: async ({ signal }) =>
      (await ask("GET", "/v1/settings/key-delivery", keyDeliverySchema, { signal })).keyDelivery,
  });
}

export async function changeKeyDelivery(keyDelivery: KeyDeliveryMode): Promise<unknown> {
  const body = { keyDelivery };
  return changed(ask("PUT", "/v1/settings/key-delivery", keyDeliverySchema, { body }), deliveryKey);
}

/** Tests the key with a real session, and saves it only when that opens. Answers its preview. */
export async function saveManagedKey(apiKey: string): Promise<string> {
  const body = { apiKey };
  const saving = ask("PUT", "/v1/settings/managed-key", managedKeySavedSchema, { body });
  return (await changed(saving, numbersKey)).keyPreview;
}

export async function deleteManagedKey(): Promise<void> {
  return changed(tell("DELETE", "/v1/settings/managed-key"), numbersKey);
}

function refreshOnKeyEvent({ event }: LiveMessage): void {
  if (event === "byok.key.failing") void queryClient.invalidateQueries({ queryKey: healthKey });
}
