import {
  byokBulkSavedSchema,
  byokDeletedSchema,
  byokSavedSchema,
  byokTestedSchema,
  type InboundConfig,
  inboundConfigViewSchema,
  type NumberView,
  numberViewSchema,
} from "@agentcall/contract";
import { useQuery, type UseQueryResult } from "@tanstack/react-query";
import type { z } from "zod";
import { allPages } from "./all-pages.ts";
import { ask, tell } from "./api-client.ts";
import { changed } from "./query-client.ts";

/** Under which they are kept in the cache. */
export const numbersKey = ["numbers"];

/** Every number of the appliance, in one list: filtering and sorting are done where they are looked at. */
export function useNumbers(): UseQueryResult<readonly NumberView[]> {
  return useQuery({
    queryKey: numbersKey,
    queryFn: ({ signal }) => allPages("/v1/numbers", numberViewSchema, signal),
  });
}

export async function createNumber(number: string, label: string): Promise<NumberView> {
  const body = { number, ...(label === "" ? {} : { label }) };
  return changed(ask("POST", "/v1/numbers", numberViewSchema, { body }), numbersKey);
}

/** The number, its agent and its key are gone. */
export async function deleteNumber(id: string): Promise<void> {
  return changed(tell("DELETE", `/v1/numbers/${id}`), numbersKey);
}

export async function saveAgent(
  id: string,
  agent: InboundConfig,
): Promise<z.infer<typeof inboundConfigViewSchema>> {
  const path = `/v1/numbers/${id}/inbound-config`;
  return changed(ask("POST", path, inboundConfigViewSchema, { body: agent }), numbersKey);
}

/** Opens a real session with the key and closes it. Nothing is stored. */
export async function testKey(
  id: string,
  apiKey: string,
): Promise<z.infer<typeof byokTestedSchema>> {
  return ask("POST", `/v1/numbers/${id}/byok/test`, byokTestedSchema, { body: { apiKey } });
}

export async function saveKey(
  id: string,
  apiKey: string,
): Promise<z.infer<typeof byokSavedSchema>> {
  return changed(
    ask("POST", `/v1/numbers/${id}/byok/key`, byokSavedSchema, { body: { apiKey } }),
    numbersKey,
  );
}

export async function removeKey(id: string): Promise<z.infer<typeof byokDeletedSchema>> {
  return changed(ask("DELETE", `/v1/numbers/${id}/byok/key`, byokDeletedSchema), numbersKey);
}

/** One test, then all of them or none. */
export async function saveKeyForMany(
  numberIds: readonly string[],
  apiKey: string,
): Promise<z.infer<typeof byokBulkSavedSchema>> {
  const body = { apiKey, numberIds };
  return changed(ask("POST", "/v1/byok/bulk", byokBulkSavedSchema, { body }), numbersKey);
}
