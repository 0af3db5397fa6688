import { AppError } from "@agentcall/base";
import {
  briefStateSchema,
  briefViewSchema,
  callReportPendingSchema,
  callReportSchema,
  type CallReportView,
  pageQuerySchema,
  pageSchema,
  urgencySchema,
} from "@agentcall/contract";
import { z } from "zod";
import { actorOf } from "../access/authorization.ts";
import type { AuditLog } from "../audit/audit-log.ts";
import type { CallStore } from "../calls/call-store.ts";
import { timeText } from "../calls/call-view.ts";
import { pageOf, parseCursor } from "../http/cursor.ts";
import type { App } from "../http/typed-app.ts";
import type { Database } from "../sqlite/database.ts";
import type { CallReports } from "./call-reports.ts";
import {
  listBriefs,
  listReports,
  reportOf,
  setBriefState,
  type StoredReport,
} from "./report-store.ts";

export type ReportRoutesDeps = {
  readonly db: Database;
  readonly audit: AuditLog;
  readonly calls: CallStore;
  readonly reports: CallReports;
  readonly nowMs: () => number;
};

const idParams = z.object({ id: z.string() });
const briefQuery = z.strictObject({
  ...pageQuerySchema.shape,
  status: briefStateSchema.optional(),
  urgency: urgencySchema.optional(),
});

/** Reports of calls, and the briefs for the owner that come of them. */
export function addReportRoutes(app: App, deps: ReportRoutesDeps): void {
  const { db, calls, reports } = deps;

  app.get(
    "/v1/calls/:id/report",
    {
      schema: {
        params: idParams,
        response: { 200: callReportSchema, 202: callReportPendingSchema },
      },
    },
    async ({ params: { id } }, reply) => {
      const call = await calls.byId(id);
      const stored = await reportOf(db, call.id);
      if (stored === null && call.record !== null) {
        throw new AppError("not_found", "This call was not answered: it has no report.");
      }
      if (stored === null || stored.state === "extracting") {
        return reply.code(202).send({ status: "extracting" as const });
      }
      return viewOf(stored);
    },
  );

  app.post(
    "/v1/calls/:id/report",
    { schema: { params: idParams, response: { 202: callReportPendingSchema } } },
    async (request, reply) => {
      await reports.again(request.params.id, actorOf(request));
      return reply.code(202).send({ status: "extracting" as const });
    },
  );

  app.get(
    "/v1/reports",
    { schema: { querystring: pageQuerySchema, response: { 200: pageSchema(callReportSchema) } } },
    async ({ query: { limit, cursor } }) =>
      pageOf(
        await listReports(db, limit + 1, parseCursor(cursor)),
        limit,
        ({ updatedAtMs, callId }) => ({ atMs: updatedAtMs, id: callId }),
        viewOf,
      ),
  );

  addBriefRoutes(app, deps);
}

function addBriefRoutes(app: App, { db, audit, nowMs }: ReportRoutesDeps): void {
  app.get(
    "/v1/briefs",
    { schema: { querystring: briefQuery, response: { 200: pageSchema(briefViewSchema) } } },
    async ({ query: { limit, cursor, ...filter } }) =>
      pageOf(
        await listBriefs(db, filter, limit + 1, parseCursor(cursor)),
        limit,
        ({ createdAt, id }) => ({ atMs: Date.parse(createdAt), id }),
        (brief) => brief,
      ),
  );

  for (const [verb, state] of [
    ["ack", "acknowledged"],
    ["resolve", "resolved"],
  ] as const) {
    app.post(
      `/v1/briefs/:id/${verb}`,
      { schema: { params: idParams, response: { 200: briefViewSchema } } },
      async (request) =>
        db.tx(async (writer) => {
          const { id } = request.params;
          await audit.append(writer, actorOf(request), `brief.${state}`, id);
          return setBriefState(writer, id, state, nowMs());
        }),
    );
  }
}

function viewOf({ callId, state, report, updatedAtMs }: StoredReport): CallReportView {
  return {
    status: state === "failed" ? "failed" : "ready",
    callId,
    readyAt: timeText(updatedAtMs),
    report,
  };
}
