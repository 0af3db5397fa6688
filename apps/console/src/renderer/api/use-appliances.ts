import { useQuery, type UseQueryResult } from "@tanstack/react-query";
import type { AppInfo, Appliance } from "../../shared/bridge.ts";
import { bridge } from "./bridge.ts";
import { queryClient } from "./query-client.ts";

const appliancesKey = ["console", "appliances"];

/** The appliances that this console is paired with. */
export function useAppliances(): UseQueryResult<Appliance[]> {
  return useQuery({ queryKey: appliancesKey, queryFn: () => bridge.appliances(null) });
}

export function useAppInfo(): UseQueryResult<AppInfo> {
  return useQuery({
    queryKey: ["console", "info"],
    queryFn: () => bridge.appInfo(null),
    staleTime: Infinity,
  });
}

/** Another appliance, another truth: nothing of the former one stays on the screen. */
export function showAppliances(appliances: Appliance[]): void {
  queryClient.removeQueries({ predicate: ({ queryKey }) => queryKey[0] !== "console" });
  queryClient.setQueryData(appliancesKey, appliances);
}
