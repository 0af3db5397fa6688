import { AppError, type Log } from "@agentcall/base";
import {
  callFilterSchema,
  callTransferSchema,
  callViewSchema,
  pageQuerySchema,
  pageSchema,
  transcriptViewSchema,
} from "@agentcall/contract";
import { z } from "zod";
import { actorOf } from "../access/authorization.ts";
import type { AuditLog } from "../audit/audit-log.ts";
import type { App } from "../http/typed-app.ts";
import type { Database } from "../sqlite/database.ts";
import { pageOf, parseCursor } from "../http/cursor.ts";
import type { CallerContext } from "../control/caller-context.ts";
import { reportOf } from "../reports/report-store.ts";
import type { CallStore, StoredCall } from "./call-store.ts";
import { viewOfCall, viewOfTranscript } from "./call-view.ts";

const idParams = z.object({ id: z.string() });
const listQuery = z.strictObject({ ...pageQuerySchema.shape, ...callFilterSchema.shape });

/** Tells the gateway that carries a call to end it; false when it is not connected. */
export type HangUp = (call: StoredCall) => boolean;

/** Tells the gateway that carries a call to hand it over; false when it is not connected. */
export type Transfer = (call: StoredCall, to: string) => boolean;

/** Refuses to hand a call to a number that may not be called. */
export type CheckTransfer = (call: StoredCall, to: string) => Promise<void>;

export type CallRoutes = {
  readonly calls: CallStore;
  readonly hangUp: HangUp;
  readonly transfer: Transfer;
  readonly checkTransfer: CheckTransfer;
  readonly audit: AuditLog;
  readonly db: Database;
  readonly context: CallerContext;
  readonly log: Log;
};

const okSchema = z.object({ ok: z.literal(true) });

/** `/v1/calls`: what was called, what was said, and ending or handing over a call. */
export function addCallRoutes(app: App, routes: CallRoutes): void {
  const { calls, hangUp, db, context, log } = routes;
  app.get(
    "/v1/calls",
    { schema: { querystring: listQuery, response: { 200: pageSchema(callViewSchema) } } },
    async ({ query: { limit, cursor, ...filter } }) => {
      const before = parseCursor(cursor);
      const rows = await calls.list(
        filter,
        limit + 1,
        before === null ? null : { startedAtMs: before.atMs, id: before.id },
      );
      return pageOf(rows, limit, ({ startedAtMs, id }) => ({ atMs: startedAtMs, id }), viewOfCall);
    },
  );

  app.get(
    "/v1/calls/:id",
    { schema: { params: idParams, response: { 200: callViewSchema } } },
    async ({ params: { id } }) => ({
      ...viewOfCall(await calls.byId(id)),
      callerContext: await context.of(id),
    }),
  );

  app.get(
    "/v1/calls/:id/transcript",
    { schema: { params: idParams, response: { 200: transcriptViewSchema } } },
    async ({ params: { id } }) => {
      const call = await calls.byId(id);
      const report = (await reportOf(db, call.id))?.report ?? null;
      return viewOfTranscript(call, await calls.conversation(call.id), report?.summary ?? null);
    },
  );

  app.post(
    "/v1/calls/:id/hangup",
    { schema: { params: idParams, response: { 200: okSchema } } },
    async ({ params: { id } }) => {
      const call = await inProgress(calls, id);
      if (!hangUp(call)) throw notConnected();
      log.info({ callId: call.id }, "hangup asked for");
      return { ok: true as const };
    },
  );

  addTransferRoute(app, routes);
}

function addTransferRoute(
  app: App,
  { calls, transfer, checkTransfer, audit, db, log }: CallRoutes,
): void {
  app.post(
    "/v1/calls/:id/transfer",
    { schema: { params: idParams, body: callTransferSchema, response: { 200: okSchema } } },
    async (request) => {
      const { to } = request.body;
      const call = await inProgress(calls, request.params.id);
      if (call.status !== "in-progress") {
        throw new AppError("conflict", "This call is not answered yet.");
      }
      await checkTransfer(call, to);
      // Asked for again while it is under way, a transfer changes nothing: it needs no key of its own.
      if (!transfer(call, to)) throw notConnected();
      await db.tx((writer) =>
        audit.append(writer, actorOf(request), "call.transferred", call.id, { to }),
      );
      log.info({ callId: call.id, "pii.to": to }, "transfer asked for");
      return { ok: true as const };
    },
  );
}

async function inProgress(calls: CallStore, id: string): Promise<StoredCall> {
  const call = await calls.byId(id);
  if (call.record !== null) throw new AppError("conflict", "This call has ended already.");
  return call;
}

function notConnected(): AppError {
  return new AppError(
    "voice_ai_unavailable",
    "The gateway that carries this call is not connected.",
  );
}
