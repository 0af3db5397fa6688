import {
  byokBulkSavedSchema,
  byokDeletedSchema,
  byokSavedSchema,
  byokTestedSchema,
  type InboundConfig,
  inboundConfigViewSchema,
  type NumberView,
  numberViewSchema,
  pageSchema,
} from "@agentcall/contract";
import { useQuery, type UseQueryResult } from "@tanstack/react-query";
import type { z } from "zod";
import { ask, tell } from "./api-client.ts";
import { queryClient } from "./query-client.ts";

const pageLimit = 100; // the API's largest page
const pagesMax = 60; // 6,000 numbers: beyond that a search is needed anyway
const key = ["numbers"];

/** Every number of the appliance, in one list: filtering and sorting are done where they are looked at. */
export function useNumbers(): UseQueryResult<readonly NumberView[]> {
  return useQuery({ queryKey: key, queryFn: ({ signal }) => readAll(signal) });
}

async function readAll(signal: AbortSignal): Promise<readonly NumberView[]> {
  const all: NumberView[] = [];
  let cursor: string | null = null;
  for (let count = 0; count < pagesMax; count += 1) {
    const after: string = cursor === null ? "" : `&cursor=${encodeURIComponent(cursor)}`;
    const path = `/v1/numbers?limit=${String(pageLimit)}${after}`;
    const page = await ask("GET", path, pageSchema(numberViewSchema), { signal });
    all.push(...page.items);
    cursor = page.nextCursor;
    if (cursor === null) break;
  }
  return all;
}

export async function createNumber(number: string, label: string): Promise<NumberView> {
  const body = { number, ...(label === "" ? {} : { label }) };
  return changed(ask("POST", "/v1/numbers", numberViewSchema, { body }));
}

/** The number, its agent and its key are gone. */
export async function deleteNumber(id: string): Promise<void> {
  return changed(tell("DELETE", `/v1/numbers/${id}`));
}

export async function saveAgent(
  id: string,
  agent: InboundConfig,
): Promise<z.infer<typeof inboundConfigViewSchema>> {
  const path = `/v1/numbers/${id}/inbound-config`;
  return changed(ask("POST", path, inboundConfigViewSchema, { body: agent }));
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
  return changed(ask("POST", `/v1/numbers/${id}/byok/key`, byokSavedSchema, { body: { apiKey } }));
}

export async function removeKey(id: string): Promise<z.infer<typeof byokDeletedSchema>> {
  return changed(ask("DELETE", `/v1/numbers/${id}/byok/key`, byokDeletedSchema));
}

/** One test, then all of them or none. */
export async function saveKeyForMany(
  numberIds: readonly string[],
  apiKey: string,
): Promise<z.infer<typeof byokBulkSavedSchema>> {
  const body = { apiKey, numberIds };
  return changed(ask("POST", "/v1/byok/bulk", byokBulkSavedSchema, { body }));
}

/** What was changed is read anew before the screen says that it is saved. */
async function changed<Result>(work: Promise<Result>): Promise<Result> {
  const result = await work;
  await queryClient.invalidateQueries({ queryKey: key });
  return result;
}
