import {
  type LiveMessage,
  pageSchema,
  type TrunkChange,
  type TrunkCreation,
  trunkStatusViewSchema,
  type TrunkStatusView,
  trunkTestedSchema,
  type TrunkView,
  trunkViewSchema,
} from "@agentcall/contract";
import { useQuery, type UseQueryResult } from "@tanstack/react-query";
import type { z } from "zod";
import { ask, tell } from "./api-client.ts";
import { changed, queryClient } from "./query-client.ts";
import { useLiveMessages } from "./use-live.ts";

const key = ["trunks"];
const statusKey = ["trunk-status"];
const statusRefreshMs = 5_000; // round trips and calls in progress are not in the event stream

/** Every trunk, the oldest first: there are a hundred at most, the API's largest page. */
export function useTrunks(): UseQueryResult<readonly TrunkView[]> {
  useLiveMessages(refreshOnTrunkEvent);
  return useQuery({
    queryKey: key,
    queryFn: async ({ signal }) =>
      (await ask("GET", "/v1/trunks?limit=100", pageSchema(trunkViewSchema), { signal })).items,
  });
}

/** How a trunk fares now, in plain words. */
export function useTrunkStatus(id: string): UseQueryResult<TrunkStatusView> {
  useLiveMessages(refreshOnTrunkEvent);
  return useQuery({
    queryKey: [...statusKey, id],
    queryFn: ({ signal }) =>
      ask("GET", `/v1/trunks/${id}/status`, trunkStatusViewSchema, { signal }),
    refetchInterval: statusRefreshMs,
  });
}

export async function createTrunk(trunk: TrunkCreation): Promise<TrunkView> {
  return changed(ask("POST", "/v1/trunks", trunkViewSchema, { body: trunk }), key, statusKey);
}

/** What `change` names is replaced; a password that it leaves out stays. */
export async function changeTrunk(id: string, change: TrunkChange): Promise<TrunkView> {
  const changing = ask("PATCH", `/v1/trunks/${id}`, trunkViewSchema, { body: change });
  return changed(changing, key, statusKey);
}

export async function deleteTrunk(id: string): Promise<void> {
  return changed(tell("DELETE", `/v1/trunks/${id}`), key);
}

/** Looks the carrier up and knocks at it: a verdict for each check. Takes seconds. */
export async function testTrunk(id: string): Promise<z.infer<typeof trunkTestedSchema>> {
  return changed(ask("POST", `/v1/trunks/${id}/test`, trunkTestedSchema), statusKey);
}

function refreshOnTrunkEvent({ event }: LiveMessage): void {
  if (event !== "trunk.status") return;
  void queryClient.invalidateQueries({ queryKey: key });
  void queryClient.invalidateQueries({ queryKey: statusKey });
}
