import { linesOfBody, writeBatchFile } from "@agentcall/billing";
import {
  acknowledgementImportSchema,
  exportBatchViewSchema,
  exportEpochSchema,
  exportRunSchema,
  exportScheduleChangeSchema,
  type ExportScheduleView,
  exportScheduleViewSchema,
  pageQuerySchema,
  pageSchema,
} from "@agentcall/contract";
import type { Clock } from "@agentcall/base";
import { z } from "zod";
import { actorOf } from "../access/authorization.ts";
import { timeText } from "../calls/call-view.ts";
import { pageOf, parseCursor } from "../http/cursor.ts";
import type { IdempotentAnswers } from "../http/idempotent-answers.ts";
import type { App } from "../http/typed-app.ts";
import { entriesAfter, type LedgerStore } from "../ledger/ledger-store.ts";
import type { Database } from "../sqlite/database.ts";
import { batchCsv } from "./batch-csv.ts";
import type { ExportAdmin } from "./export-admin.ts";
import type { Exporter } from "./exporter.ts";
import type { ExportJobs } from "./export-job.ts";
import { nextExportAtMs } from "./export-schedule.ts";
import type { ExportSettingsStore } from "./export-settings.ts";
import type { ExportStore } from "./export-store.ts";
import { viewOfBatch } from "./export-view.ts";
import { eventsOf } from "./seal-batch.ts";

const idParams = z.object({ id: z.string() });
const fileQuery = z.strictObject({ format: z.enum(["cloudevents", "csv"]).default("cloudevents") });

/** The export as its routes need it. */
export type ExportParts = {
  readonly db: Database;
  readonly ledger: LedgerStore;
  readonly store: ExportStore;
  readonly settings: ExportSettingsStore;
  readonly exporter: Exporter;
  readonly admin: ExportAdmin;
  readonly jobs: ExportJobs;
  readonly clock: Clock;
};

/** `/v1/usage/exports` and `/v1/usage/schedule`: what was told to billing, and when more is. */
export function addExportRoutes(app: App, parts: ExportParts, idempotent: IdempotentAnswers): void {
  addBatchRoutes(app, parts, idempotent);
  addFileRoute(app, parts);
  addScheduleRoutes(app, parts);
}

function addBatchRoutes(
  app: App,
  { store, exporter, admin, jobs }: ExportParts,
  idempotent: IdempotentAnswers,
): void {
  app.get(
    "/v1/usage/exports",
    {
      schema: {
        querystring: pageQuerySchema,
        response: { 200: pageSchema(exportBatchViewSchema) },
      },
    },
    async ({ query: { limit, cursor } }) => {
      const batches = await store.list(limit + 1, parseCursor(cursor));
      const rows = await Promise.all(
        batches.map(async (batch) => ({
          batch,
          rejected: await store.rejections(batch.manifest.batchId),
        })),
      );
      return pageOf(
        rows,
        limit,
        ({ batch: { sealedAtMs, manifest } }) => ({ atMs: sealedAtMs, id: manifest.batchId }),
        ({ batch, rejected }) => viewOfBatch(batch, rejected),
      );
    },
  );

  app.get(
    "/v1/usage/exports/:id",
    { schema: { params: idParams, response: { 200: exportBatchViewSchema } } },
    async ({ params: { id } }) => viewOfBatch(await store.byId(id), await store.rejections(id)),
  );

  app.post(
    "/v1/usage/exports",
    { schema: { response: { 201: exportRunSchema } } },
    async (request, reply) =>
      idempotent.once(request, reply, exportRunSchema, async () => {
        await admin.unpark(actorOf(request));
        const batch = await exporter.seal();
        await jobs.runNow();
        return { queued: true as const, batch: batch === null ? null : viewOfBatch(batch, []) };
      }),
  );

  app.post(
    "/v1/usage/exports/epoch",
    { schema: { response: { 201: exportEpochSchema } } },
    async (request, reply) =>
      idempotent.once(request, reply, exportEpochSchema, async () => {
        const epoch = await admin.beginEpoch(actorOf(request));
        await jobs.runNow();
        return { epoch };
      }),
  );

  app.post(
    "/v1/usage/exports/acknowledgements",
    { schema: { body: acknowledgementImportSchema, response: { 200: exportBatchViewSchema } } },
    async (request) => {
      const batch = await admin.importAcknowledgement(request.body, actorOf(request));
      return viewOfBatch(batch, await store.rejections(batch.manifest.batchId));
    },
  );
}

/** A signed file for receivers without a line, and a table for people. */
function addFileRoute(app: App, { db, store }: ExportParts): void {
  app.get(
    "/v1/usage/exports/:id/file",
    { schema: { params: idParams, querystring: fileQuery } },
    async ({ params: { id }, query: { format } }, reply) => {
      const batch = await store.byId(id);
      const { manifest } = batch;
      const name = `usage-${manifest.applianceId}-${String(manifest.epoch)}-${String(manifest.number)}`;
      if (format === "csv") {
        const entries = await entriesAfter(db, manifest.fromSequence - 1, manifest.entryCount);
        return reply
          .header("content-disposition", `attachment; filename="${name}.csv"`)
          .type("text/csv; charset=utf-8; header=present")
          .send(batchCsv(entries));
      }
      const { body } = await eventsOf(db, batch);
      const lines = linesOfBody(Buffer.from(body).toString("utf8"));
      return reply
        .header("content-disposition", `attachment; filename="${name}.ndjson"`)
        .type("application/x-ndjson")
        .send(writeBatchFile(batch.signed, lines));
    },
  );
}

function addScheduleRoutes(app: App, parts: ExportParts): void {
  const { settings, jobs } = parts;
  app.get("/v1/usage/schedule", { schema: { response: { 200: exportScheduleViewSchema } } }, () =>
    scheduleView(parts),
  );

  app.put(
    "/v1/usage/schedule",
    {
      schema: { body: exportScheduleChangeSchema, response: { 200: exportScheduleViewSchema } },
    },
    async (request) => {
      await settings.change(request.body, actorOf(request));
      await jobs.scheduleNext();
      return scheduleView(parts);
    },
  );
}

async function scheduleView(parts: ExportParts): Promise<ExportScheduleView> {
  const { ledger, store, settings, clock } = parts;
  const current = await settings.current();
  const state = await store.state();
  const { next } = await store.position(true);
  const halted = state.forked ? "fork" : next?.state.kind === "parked" ? "parked" : null;
  return {
    ...current,
    hasCredential: await settings.hasCredential(),
    nextRunAt: timeText(nextExportAtMs(current, clock.nowMs())),
    epoch: state.epoch,
    watermark: state.watermark,
    backlog: (await ledger.head()).sequence - state.watermark,
    halted,
    failingSince: state.failingSinceMs === null ? null : timeText(state.failingSinceMs),
    lastProblem: next?.lastProblem ?? null,
  };
}
