import { auditEntryViewSchema, auditVerdictSchema, pageSchema } from "@agentcall/contract";
import {
  type InfiniteData,
  useInfiniteQuery,
  type UseInfiniteQueryResult,
} from "@tanstack/react-query";
import type { z } from "zod";
import { ask } from "./api-client.ts";

export type AuditEntry = z.infer<typeof auditEntryViewSchema>;
export type AuditVerdict = z.infer<typeof auditVerdictSchema>;

const entryPageSchema = pageSchema(auditEntryViewSchema);

/** The record of changes, newest first, a hundred at a time. */
export function useAudit(): UseInfiniteQueryResult<
  InfiniteData<z.infer<typeof entryPageSchema>, string | null>
> {
  return useInfiniteQuery({
    queryKey: ["audit"],
    initialPageParam: null as string | null,
    queryFn: ({ pageParam, signal }) => {
      const after = pageParam === null ? "" : `&cursor=${encodeURIComponent(pageParam)}`;
      return ask("GET", `/v1/audit?limit=100${after}`, entryPageSchema, { signal });
    },
    getNextPageParam: ({ nextCursor }) => nextCursor,
  });
}

/** Reckons every hash of the record anew. */
export async function verifyAudit(): Promise<AuditVerdict> {
  return ask("GET", "/v1/audit/verify", auditVerdictSchema);
}
