import {
  type CandidateState,
  type CandidateView,
  candidateViewSchema,
  type ContactChange,
  type ContactView,
  contactViewSchema,
  type LiveMessage,
  memoryEventViewSchema,
  type MemoryEventView,
  memoryViewSchema,
  type MemoryView,
  nextCallContextSchema,
  type NextCallContext,
  pageSchema,
} from "@agentcall/contract";
import {
  type InfiniteData,
  useInfiniteQuery,
  type UseInfiniteQueryResult,
  useQuery,
  type UseQueryResult,
} from "@tanstack/react-query";
import { ask, tell } from "./api-client.ts";
import { changed, queryClient } from "./query-client.ts";
import { useLiveMessages } from "./use-live.ts";

const contactsKey = ["contacts"];
const contactKey = ["contact"];
const memoryKey = ["memory"];
const pageLimit = 50; // two screens of rows
const candidatesLimit = 100; // the API's largest page; a contact with more is not read by a person

type ContactPage = { readonly items: readonly ContactView[]; readonly nextCursor: string | null };
const firstPage: string | null = null;

/** Everybody who has called, the newest first, page by page. */
export function useContacts(): UseInfiniteQueryResult<InfiniteData<ContactPage, string | null>> {
  useLiveMessages(refreshOnReport);
  return useInfiniteQuery({
    queryKey: contactsKey,
    queryFn: ({ pageParam, signal }) => {
      const query = new URLSearchParams({ limit: String(pageLimit) });
      if (pageParam !== null) query.set("cursor", pageParam);
      return ask("GET", `/v1/contacts?${query.toString()}`, pageSchema(contactViewSchema), {
        signal,
      });
    },
    initialPageParam: firstPage,
    getNextPageParam: ({ nextCursor }) => nextCursor,
  });
}

/** One contact by the number that calls. */
export function useContact(phone: string): UseQueryResult<ContactView> {
  return useQuery({
    queryKey: [...contactKey, phone],
    queryFn: ({ signal }) =>
      ask("GET", `/v1/contacts/by-phone/${encodeURIComponent(phone)}`, contactViewSchema, {
        signal,
      }),
  });
}

/** What the agent is told when this caller calls next. */
export function useNextCallContext(contactId: string): UseQueryResult<NextCallContext> {
  useLiveMessages(refreshOnReport);
  return useQuery({
    queryKey: [...memoryKey, "context", contactId],
    queryFn: ({ signal }) =>
      ask("GET", `/v1/contacts/${contactId}/next-call-context`, nextCallContextSchema, { signal }),
  });
}

/** What holds now of a contact. */
export function useMemories(contactId: string): UseQueryResult<readonly MemoryView[]> {
  useLiveMessages(refreshOnReport);
  return useQuery({
    queryKey: [...memoryKey, "current", contactId],
    queryFn: async ({ signal }) => {
      const path = `/v1/memory/current?contactId=${contactId}`;
      return (await ask("GET", path, pageSchema(memoryViewSchema), { signal })).items;
    },
  });
}

/** What calls have offered for a contact's memory and stands in this state. */
export function useCandidates(
  contactId: string,
  status: CandidateState,
): UseQueryResult<readonly CandidateView[]> {
  useLiveMessages(refreshOnReport);
  return useQuery({
    queryKey: [...memoryKey, "candidates", contactId, status],
    queryFn: async ({ signal }) => {
      const query = new URLSearchParams({ contactId, status, limit: String(candidatesLimit) });
      const path = `/v1/memory/candidates?${query.toString()}`;
      return (await ask("GET", path, pageSchema(candidateViewSchema), { signal })).items;
    },
  });
}

/** Every step in the life of a memory's slot. */
export function useTimeline(memoryId: string): UseQueryResult<readonly MemoryEventView[]> {
  return useQuery({
    queryKey: [...memoryKey, "timeline", memoryId],
    queryFn: async ({ signal }) => {
      const path = `/v1/memory/${memoryId}/timeline`;
      return (await ask("GET", path, pageSchema(memoryEventViewSchema), { signal })).items;
    },
  });
}

export async function changeContact(id: string, change: ContactChange): Promise<ContactView> {
  const changing = ask("PATCH", `/v1/contacts/${id}`, contactViewSchema, { body: change });
  return changed(changing, contactsKey, contactKey, memoryKey);
}

/**
 * Memory, candidates and briefs of the caller are wiped; calls stay as a shell. What the screen
 * shows of the caller alone is not read again: there is nothing left to read.
 */
export async function forgetContact(id: string): Promise<void> {
  return changed(tell("DELETE", `/v1/contacts/${id}`), contactsKey, ["briefs"]);
}

export async function editMemory(id: string, text: string): Promise<MemoryView> {
  const editing = ask("PATCH", `/v1/memory/${id}`, memoryViewSchema, { body: { text } });
  return changed(editing, memoryKey);
}

export async function deleteMemory(id: string): Promise<void> {
  return changed(tell("DELETE", `/v1/memory/${id}`), memoryKey);
}

/** The owner's word: an approved candidate becomes what holds, whatever held before. */
export async function decideCandidate(
  id: string,
  decision: "approve" | "reject",
): Promise<CandidateView> {
  const path = `/v1/memory/candidates/${id}/${decision}`;
  return changed(ask("POST", path, candidateViewSchema), memoryKey);
}

function refreshOnReport({ event }: LiveMessage): void {
  if (event !== "call.report.ready") return;
  void queryClient.invalidateQueries({ queryKey: contactsKey });
  void queryClient.invalidateQueries({ queryKey: memoryKey });
}
