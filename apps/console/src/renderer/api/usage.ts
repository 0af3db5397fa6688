import { type UsageView, usageViewSchema } from "@agentcall/contract";
import { useQuery, type UseQueryResult } from "@tanstack/react-query";
import { ask } from "./api-client.ts";

const key = ["usage"];

/** What this month has cost until now. */
export function useUsageThisMonth(): UseQueryResult<UsageView> {
  return useQuery({
    queryKey: [...key, "this month"],
    queryFn: ({ signal }) => ask("GET", "/v1/usage", usageViewSchema, { signal }),
  });
}

/** What a month such as `2026-11` has cost. */
export function useUsage(period: string): UseQueryResult<UsageView> {
  return useQuery({
    queryKey: [...key, period],
    queryFn: ({ signal }) => ask("GET", `/v1/usage?period=${period}`, usageViewSchema, { signal }),
  });
}
