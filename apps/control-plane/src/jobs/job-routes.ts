import {
  jobFilterSchema,
  type JobView,
  jobViewSchema,
  pageQuerySchema,
  pageSchema,
} from "@agentcall/contract";
import { z } from "zod";
import { actorOf } from "../access/authorization.ts";
import { timeText } from "../calls/call-view.ts";
import { pageOf, parseCursor } from "../http/cursor.ts";
import type { App } from "../http/typed-app.ts";
import type { JobQueue } from "./job-queue.ts";
import type { StoredJob } from "./job-store.ts";

const idParams = z.object({ id: z.string() });
const listQuery = z.strictObject({ ...pageQuerySchema.shape, ...jobFilterSchema.shape });

/** `/v1/jobs`: what is to be done, what failed for good, and trying that again. */
export function addJobRoutes(app: App, jobs: JobQueue): void {
  app.get(
    "/v1/jobs",
    { schema: { querystring: listQuery, response: { 200: pageSchema(jobViewSchema) } } },
    async ({ query: { limit, cursor, ...filter } }) => {
      const rows = await jobs.list(filter, limit + 1, parseCursor(cursor));
      return pageOf(rows, limit, ({ createdAtMs, id }) => ({ atMs: createdAtMs, id }), viewOf);
    },
  );

  app.post(
    "/v1/jobs/:id/retry",
    { schema: { params: idParams, response: { 200: jobViewSchema } } },
    async (request) => viewOf(await jobs.retry(request.params.id, actorOf(request))),
  );
}

function viewOf(job: StoredJob): JobView {
  return {
    id: job.id,
    kind: job.kind,
    status: job.state,
    subject: job.dedupeId,
    attempts: job.attempts,
    dueAt: job.state === "waiting" ? timeText(job.dueAtMs) : null,
    lastReason: job.lastReason,
    createdAt: timeText(job.createdAtMs),
    updatedAt: timeText(job.updatedAtMs),
  };
}
