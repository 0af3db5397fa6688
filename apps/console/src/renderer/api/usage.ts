import { type UsageView, usageViewSchema } from "@agentcall/contract";
import { useQuery, type UseQueryResult } from "@tanstack/react-query";
import { ask } from "./api-client.ts";

/** What this month has cost until now. */
export function useUsageThisMonth(): UseQueryResult<UsageView> {
  return useQuery({
    queryKey: ["usage", "this month"],
    queryFn: ({ signal }) => ask("GET", "/v1/usage", usageViewSchema, { signal }),
  });
}
