import {
  type BriefState,
  type BriefView,
  briefViewSchema,
  type LiveMessage,
  pageSchema,
} from "@agentcall/contract";
import { useQuery, type UseQueryResult } from "@tanstack/react-query";
import { ask } from "./api-client.ts";
import { changed, queryClient } from "./query-client.ts";
import { useLiveMessages } from "./use-live.ts";

const key = ["briefs"];
const shownMax = 100; // the API's largest page

/** The latest hundred briefs in a state, the newest first. */
export function useBriefs(status: BriefState): UseQueryResult<readonly BriefView[]> {
  useLiveMessages(refreshOnReport);
  return useQuery({
    queryKey: [...key, status],
    queryFn: async ({ signal }) => {
      const path = `/v1/briefs?status=${status}&limit=${String(shownMax)}`;
      return (await ask("GET", path, pageSchema(briefViewSchema), { signal })).items;
    },
  });
}

/** `ack`: somebody has seen it. `resolve`: it is done. */
export async function settleBrief(id: string, step: "ack" | "resolve"): Promise<BriefView> {
  return changed(ask("POST", `/v1/briefs/${id}/${step}`, briefViewSchema), key);
}

function refreshOnReport({ event }: LiveMessage): void {
  if (event === "call.report.ready") void queryClient.invalidateQueries({ queryKey: key });
}
