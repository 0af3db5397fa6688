import { type CallView, callViewSchema, type LiveMessage, pageSchema } from "@agentcall/contract";
import { useQuery, type UseQueryResult } from "@tanstack/react-query";
import { ask } from "./api-client.ts";
import { queryClient } from "./query-client.ts";
import { useLiveMessages } from "./use-live.ts";

const callsKey = ["calls"];
const pageLimit = 100;

/** The calls that go on now, newest first; kept up by the event stream. */
export function useLiveCalls(): UseQueryResult<readonly CallView[]> {
  useLiveMessages(refreshOnCallEvent);
  return useQuery({
    queryKey: [...callsKey, "live"],
    queryFn: ({ signal }) => readCalls("status=in-progress", signal),
  });
}

/** The latest calls, whatever became of them. */
export function useLatestCalls(count: number): UseQueryResult<readonly CallView[]> {
  useLiveMessages(refreshOnCallEvent);
  return useQuery({
    queryKey: [...callsKey, "latest", count],
    queryFn: ({ signal }) => readCalls(`limit=${String(count)}`, signal),
  });
}

async function readCalls(query: string, signal: AbortSignal): Promise<readonly CallView[]> {
  const limited = query.includes("limit=") ? query : `${query}&limit=${String(pageLimit)}`;
  return (await ask("GET", `/v1/calls?${limited}`, pageSchema(callViewSchema), { signal })).items;
}

function refreshOnCallEvent({ event }: LiveMessage): void {
  if (event.startsWith("call.")) void queryClient.invalidateQueries({ queryKey: callsKey });
}
