import { AppError, type Log } from "@agentcall/base";
import {
  callFilterSchema,
  callViewSchema,
  pageQuerySchema,
  pageSchema,
  transcriptViewSchema,
} from "@agentcall/contract";
import { z } from "zod";
import type { App } from "../http/typed-app.ts";
import { pageOf, parseCursor } from "../http/cursor.ts";
import type { CallStore, StoredCall } from "./call-store.ts";
import { viewOfCall, viewOfTranscript } from "./call-view.ts";

const idParams = z.object({ id: z.string() });
const listQuery = z.strictObject({ ...pageQuerySchema.shape, ...callFilterSchema.shape });

/** Tells the gateway that carries a call to end it; false when it is not connected. */
export type HangUp = (call: StoredCall) => boolean;

/** `/v1/calls`: what was called, what was said, and ending a call. */
export function addCallRoutes(app: App, calls: CallStore, hangUp: HangUp, log: Log): void {
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
    async ({ params: { id } }) => viewOfCall(await calls.byId(id)),
  );

  app.get(
    "/v1/calls/:id/transcript",
    { schema: { params: idParams, response: { 200: transcriptViewSchema } } },
    async ({ params: { id } }) => {
      const call = await calls.byId(id);
      return viewOfTranscript(call, await calls.turns(call.id));
    },
  );

  app.post(
    "/v1/calls/:id/hangup",
    { schema: { params: idParams, response: { 200: z.object({ ok: z.literal(true) }) } } },
    async ({ params: { id } }) => {
      const call = await calls.byId(id);
      if (call.record !== null) throw new AppError("conflict", "This call has ended already.");
      if (!hangUp(call)) {
        throw new AppError(
          "voice_ai_unavailable",
          "The gateway that carries this call is not connected.",
        );
      }
      log.info({ callId: call.id }, "hangup asked for");
      return { ok: true as const };
    },
  );
}
