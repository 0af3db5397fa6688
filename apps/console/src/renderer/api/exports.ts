import {
  type ExportBatchView,
  exportBatchViewSchema,
  exportEpochSchema,
  exportRunSchema,
  type ExportScheduleChange,
  exportScheduleViewSchema,
  type ExportScheduleView,
  type LiveMessage,
  pageSchema,
} from "@agentcall/contract";
import { useQuery, type UseQueryResult } from "@tanstack/react-query";
import type { z } from "zod";
import { ask, send } from "./api-client.ts";
import { changed, queryClient } from "./query-client.ts";
import { useLiveMessages } from "./use-live.ts";

const batchesKey = ["export-batches"];
const scheduleKey = ["export-schedule"];
const shownMax = 50; // two days of hourly batches; older ones are fetched by the API
const refreshMs = 10_000; // attempts that fail are not in the event stream

/** The latest batches, the newest first. */
export function useExportBatches(): UseQueryResult<readonly ExportBatchView[]> {
  useLiveMessages(refreshOnExport);
  return useQuery({
    queryKey: batchesKey,
    queryFn: async ({ signal }) => {
      const path = `/v1/usage/exports?limit=${String(shownMax)}`;
      return (await ask("GET", path, pageSchema(exportBatchViewSchema), { signal })).items;
    },
    refetchInterval: refreshMs,
  });
}

/** When the next batch is sent where, and how the last ones went. */
export function useExportSchedule(): UseQueryResult<ExportScheduleView> {
  useLiveMessages(refreshOnExport);
  return useQuery({
    queryKey: scheduleKey,
    queryFn: ({ signal }) => ask("GET", "/v1/usage/schedule", exportScheduleViewSchema, { signal }),
    refetchInterval: refreshMs,
  });
}

export async function changeExportSchedule(
  change: ExportScheduleChange,
): Promise<ExportScheduleView> {
  const changing = ask("PUT", "/v1/usage/schedule", exportScheduleViewSchema, { body: change });
  return changed(changing, scheduleKey);
}

/** Seals what is in no batch yet, and sends all that waits. A parked batch is tried again. */
export async function runExport(): Promise<z.infer<typeof exportRunSchema>> {
  return changed(ask("POST", "/v1/usage/exports", exportRunSchema), batchesKey, scheduleKey);
}

/** Begins a new count where billing knows another history than this appliance has. */
export async function beginEpoch(): Promise<z.infer<typeof exportEpochSchema>> {
  const beginning = ask("POST", "/v1/usage/exports/epoch", exportEpochSchema);
  return changed(beginning, batchesKey, scheduleKey);
}

/** A batch as a file, with the name that the appliance gives it. */
export async function batchFile(
  id: string,
  format: "cloudevents" | "csv",
): Promise<{ readonly name: string; readonly content: Blob }> {
  const answer = await send("GET", `/v1/usage/exports/${id}/file?format=${format}`);
  const disposition = answer.headers.get("content-disposition") ?? "";
  const name = /filename="([^"]+)"/.exec(disposition)?.[1] ?? `usage-${id}`;
  return { name, content: await answer.blob() };
}

function refreshOnExport({ event }: LiveMessage): void {
  if (!event.startsWith("usage.export.")) return;
  void queryClient.invalidateQueries({ queryKey: batchesKey });
  void queryClient.invalidateQueries({ queryKey: scheduleKey });
}
