import { type JobView, jobViewSchema, pageSchema } from "@agentcall/contract";
import { useQuery, type UseQueryResult } from "@tanstack/react-query";
import { z } from "zod";
import { ApiError, ask } from "./api-client.ts";
import { changed } from "./query-client.ts";

const jobsKey = ["jobs"];
const refreshMs = 5_000; // neither readiness nor jobs are in the event stream

const readinessSchema = z.object({
  ready: z.boolean(),
  checks: z.object({
    database: z.enum(["ok", "failed"]),
    gateways: z.int(),
    vault: z.enum(["open", "sealed"]),
  }),
});
export type Readiness = z.infer<typeof readinessSchema>;

/** Whether the appliance can do its work, and what it wants for that. Unreadiness is an answer, not a failure. */
export function useReadiness(): UseQueryResult<Readiness> {
  return useQuery({
    queryKey: ["readiness"],
    queryFn: ({ signal }) => ask("GET", "/readyz", readinessSchema, { signal, alsoAnswers: [503] }),
    refetchInterval: refreshMs,
  });
}

/** The version of the appliance's API. */
export function useApiVersion(): UseQueryResult<string> {
  return useQuery({
    queryKey: ["api-version"],
    queryFn: async ({ signal }) => {
      const schema = z.object({ info: z.object({ version: z.string() }) });
      return (await ask("GET", "/openapi.json", schema, { signal })).info.version;
    },
    retry: (_, error) => error instanceof ApiError && error.status === 0,
  });
}

/** The jobs that gave up and wait for a person, newest first. */
export function useParkedJobs(): UseQueryResult<readonly JobView[]> {
  return useQuery({
    queryKey: [...jobsKey, "parked"],
    queryFn: async ({ signal }) => {
      const path = "/v1/jobs?status=parked&limit=100";
      return (await ask("GET", path, pageSchema(jobViewSchema), { signal })).items;
    },
    refetchInterval: refreshMs,
  });
}

export async function retryJob(id: string): Promise<JobView> {
  return changed(ask("POST", `/v1/jobs/${id}/retry`, jobViewSchema), jobsKey);
}
