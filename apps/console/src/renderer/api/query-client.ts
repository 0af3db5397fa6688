import { QueryClient } from "@tanstack/react-query";
import { ApiError } from "./api-client.ts";

const freshMs = 10_000; // the event stream tells of changes sooner

/** What was read is kept and shown, clearly stale, while the appliance is away. */
export const queryClient = new QueryClient({
  defaultOptions: {
    queries: {
      staleTime: freshMs,
      gcTime: Infinity,
      refetchOnWindowFocus: true,
      networkMode: "always", // the way to the appliance is not the internet
      retry: (failures, error) => failures < 2 && error instanceof ApiError && error.status === 0,
    },
    mutations: { networkMode: "always", retry: false },
  },
});

/** What a change made old is read anew before the screen says that it is saved. */
export async function changed<Result>(
  work: Promise<Result>,
  ...keys: readonly (readonly string[])[]
): Promise<Result> {
  const result = await work;
  await Promise.all(keys.map((queryKey) => queryClient.invalidateQueries({ queryKey })));
  return result;
}
