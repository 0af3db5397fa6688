import {
  type CallFilter,
  type CallStatus,
  type CallView,
  callViewSchema,
  type LiveMessage,
  pageSchema,
  type TranscriptView,
  transcriptViewSchema,
} from "@agentcall/contract";
import {
  type InfiniteData,
  useInfiniteQuery,
  type UseInfiniteQueryResult,
  useQuery,
  type UseQueryResult,
} from "@tanstack/react-query";
import { systemClock, type Timer } from "../../shared/time.ts";
import { ask, tell } from "./api-client.ts";
import { queryClient } from "./query-client.ts";
import { useLiveMessages } from "./use-live.ts";

const callsKey = ["calls"];
const transcriptsKey = ["transcripts"];
const pageLimit = 100; // the API's largest page
const livePagesMax = 5; // of each state: 500 calls, more than an appliance carries
const historyPageLimit = 50; // two screens of rows
const refreshDelayMs = 250; // many calls change at once; they are read together
const clock = systemClock();

const liveStatuses = ["initiated", "ringing", "in-progress"] satisfies readonly CallStatus[];

/** The calls that go on now, from the first ringing on, newest first; kept up by the event stream. */
export function useLiveCalls(): UseQueryResult<readonly CallView[]> {
  useLiveMessages(refreshOnCallEvent);
  return useQuery({
    queryKey: [...callsKey, "live"],
    queryFn: async ({ signal }) => {
      const lists = await Promise.all(liveStatuses.map((status) => readLive(status, signal)));
      return onceEach(lists.flat()).sort((one, other) =>
        other.startedAt.localeCompare(one.startedAt),
      );
    },
  });
}

/** The latest calls, whatever became of them. */
export function useLatestCalls(count: number): UseQueryResult<readonly CallView[]> {
  useLiveMessages(refreshOnCallEvent);
  return useQuery({
    queryKey: [...callsKey, "latest", count],
    queryFn: async ({ signal }) =>
      (await readPage(new URLSearchParams({ limit: String(count) }), null, signal)).items,
  });
}

type CallPage = { readonly items: readonly CallView[]; readonly nextCursor: string | null };

/** The calls that a filter shows, newest first, page by page. */
export function useCallHistory(
  filter: CallFilter,
): UseInfiniteQueryResult<InfiniteData<CallPage, string | null>> {
  useLiveMessages(refreshOnCallEvent);
  const query = new URLSearchParams({ limit: String(historyPageLimit) });
  for (const [name, value] of Object.entries(filter)) {
    if (value !== undefined) query.set(name, value);
  }
  return useInfiniteQuery({
    queryKey: [...callsKey, "history", query.toString()],
    queryFn: ({ pageParam, signal }) => readPage(query, pageParam, signal),
    initialPageParam: firstPage,
    getNextPageParam: ({ nextCursor }) => nextCursor,
  });
}

/** One call, living or ended. */
export function useCall(id: string): UseQueryResult<CallView> {
  useLiveMessages(refreshOnCallEvent);
  return useQuery({
    queryKey: [...callsKey, "one", id],
    queryFn: ({ signal }) => ask("GET", `/v1/calls/${id}`, callViewSchema, { signal }),
  });
}

/** What was said so far, turn by turn; what is being said now comes by the event stream. */
export function useTranscript(id: string): UseQueryResult<TranscriptView> {
  useLiveMessages(refreshOnTurn);
  return useQuery({
    queryKey: [...transcriptsKey, id],
    queryFn: ({ signal }) =>
      ask("GET", `/v1/calls/${id}/transcript`, transcriptViewSchema, { signal }),
  });
}

export async function hangUp(id: string): Promise<void> {
  await tell("POST", `/v1/calls/${id}/hangup`);
}

const firstPage: string | null = null;

async function readLive(status: CallStatus, signal: AbortSignal): Promise<readonly CallView[]> {
  const query = new URLSearchParams({ status, limit: String(pageLimit) });
  const all: CallView[] = [];
  let cursor = firstPage;
  for (let count = 0; count < livePagesMax; count += 1) {
    const page: CallPage = await readPage(query, cursor, signal);
    all.push(...page.items);
    cursor = page.nextCursor;
    if (cursor === null) break;
  }
  return all;
}

async function readPage(
  query: URLSearchParams,
  cursor: string | null,
  signal: AbortSignal,
): Promise<CallPage> {
  const asked = new URLSearchParams(query);
  if (cursor !== null) asked.set("cursor", cursor);
  return ask("GET", `/v1/calls?${asked.toString()}`, pageSchema(callViewSchema), { signal });
}

/** A call that was answered between two of the reads is in both. */
function onceEach(calls: readonly CallView[]): CallView[] {
  return [...new Map(calls.map((call) => [call.id, call])).values()];
}

let waiting: Timer | null = null;

function refreshOnCallEvent({ event }: LiveMessage): void {
  if (!event.startsWith("call.") || waiting !== null) return;
  waiting = clock.after(refreshDelayMs, () => {
    waiting = null;
    void queryClient.invalidateQueries({ queryKey: callsKey });
  });
}

function refreshOnTurn({ event, data }: LiveMessage): void {
  if (event !== "transcript.partial" || data["final"] !== true) return;
  void queryClient.invalidateQueries({ queryKey: [...transcriptsKey, data["callId"]] });
}
