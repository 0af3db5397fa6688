import {
  apiKeyCreatedSchema,
  type ApiKeyView,
  apiKeyViewSchema,
  pairingCreatedSchema,
  type Role,
} from "@agentcall/contract";
import { useQuery, type UseQueryResult } from "@tanstack/react-query";
import type { z } from "zod";
import { allPages } from "./all-pages.ts";
import { ask, tell } from "./api-client.ts";
import { changed } from "./query-client.ts";

const key = ["api-keys"];

export function useApiKeys(): UseQueryResult<readonly ApiKeyView[]> {
  return useQuery({
    queryKey: key,
    queryFn: async ({ signal }) => allPages("/v1/api-keys", apiKeyViewSchema, signal),
  });
}

/** The only answer that holds the key. */
export async function createApiKey(
  role: Role,
  label: string,
): Promise<z.infer<typeof apiKeyCreatedSchema>> {
  const body = { role, label: label === "" ? null : label };
  return changed(ask("POST", "/v1/api-keys", apiKeyCreatedSchema, { body }), key);
}

export async function revokeApiKey(id: string): Promise<void> {
  return changed(tell("DELETE", `/v1/api-keys/${id}`), key);
}

/** A code for one more console; it takes a former one's place. */
export async function createPairingCode(): Promise<z.infer<typeof pairingCreatedSchema>> {
  return ask("POST", "/v1/pairing", pairingCreatedSchema, { body: {} });
}
