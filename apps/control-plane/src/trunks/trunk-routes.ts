import {
  pageQuerySchema,
  pageSchema,
  trunkChangeSchema,
  trunkCreationSchema,
  trunkStatusViewSchema,
  trunkTestedSchema,
  type TrunkView,
  trunkViewSchema,
} from "@agentcall/contract";
import { z } from "zod";
import { actorOf } from "../access/authorization.ts";
import { timeText } from "../calls/call-view.ts";
import { pageOf, parseCursor } from "../http/cursor.ts";
import type { IdempotentAnswers } from "../http/idempotent-answers.ts";
import type { App } from "../http/typed-app.ts";
import type { Trunk } from "./trunk.ts";
import type { TrunkDesk } from "./trunk-desk.ts";
import type { TrunkStore } from "./trunk-store.ts";

const idParams = z.object({ id: z.string() });
// Each test rings at the carrier's door, and too many failed REGISTERs lock an account.
const rateLimit = { max: 10, timeWindow: "1 minute" };

/** `/v1/trunks`: what is peered with, how it fares, and a test of it. */
export function addTrunkRoutes(
  app: App,
  trunks: TrunkStore,
  desk: TrunkDesk,
  idempotent: IdempotentAnswers,
): void {
  const view = (trunk: Trunk): TrunkView => viewOf(trunk, desk);

  app.get(
    "/v1/trunks",
    {
      schema: { querystring: pageQuerySchema, response: { 200: pageSchema(trunkViewSchema) } },
    },
    async ({ query: { limit, cursor } }) => {
      const after = parseCursor(cursor);
      const rows = await trunks.list(
        limit + 1,
        after === null ? null : { createdAtMs: after.atMs, id: after.id },
      );
      return pageOf(rows, limit, ({ createdAtMs, id }) => ({ atMs: createdAtMs, id }), view);
    },
  );

  app.post(
    "/v1/trunks",
    { schema: { body: trunkCreationSchema, response: { 201: trunkViewSchema } } },
    async (request, reply) =>
      idempotent.once(request, reply, trunkViewSchema, async () => {
        const trunk = await trunks.create(request.body, actorOf(request));
        desk.changed();
        return view(trunk);
      }),
  );

  app.get(
    "/v1/trunks/:id",
    { schema: { params: idParams, response: { 200: trunkViewSchema } } },
    async ({ params: { id } }) => view(await trunks.byId(id)),
  );

  app.patch(
    "/v1/trunks/:id",
    { schema: { params: idParams, body: trunkChangeSchema, response: { 200: trunkViewSchema } } },
    async (request) => {
      const trunk = await trunks.change(request.params.id, request.body, actorOf(request));
      desk.changed();
      return view(trunk);
    },
  );

  app.delete("/v1/trunks/:id", { schema: { params: idParams } }, async (request, reply) => {
    await trunks.delete(request.params.id, actorOf(request));
    desk.changed();
    return reply.code(204).send();
  });

  addStatusRoutes(app, trunks, desk);
}

function addStatusRoutes(app: App, trunks: TrunkStore, desk: TrunkDesk): void {
  app.get(
    "/v1/trunks/:id/status",
    { schema: { params: idParams, response: { 200: trunkStatusViewSchema } } },
    async ({ params: { id } }) => desk.statusOf(await trunks.byId(id)),
  );

  app.post(
    "/v1/trunks/:id/test",
    {
      config: { rateLimit },
      schema: { params: idParams, response: { 200: trunkTestedSchema } },
    },
    async (request) => {
      const trunk = await trunks.byId(request.params.id);
      const lines = await desk.test(trunk, actorOf(request));
      return { ok: lines.every(({ verdict }) => verdict !== "failed"), lines: [...lines] };
    },
  );
}

function viewOf(trunk: Trunk, desk: TrunkDesk): TrunkView {
  const { settings, hasPassword, hasInboundPassword } = trunk;
  const { credentials, inbound } = settings;
  return {
    ...settings,
    id: trunk.id,
    credentials: credentials === null ? null : { ...credentials, hasPassword },
    inbound: {
      ...inbound,
      digest:
        inbound.digest === null ? null : { ...inbound.digest, hasPassword: hasInboundPassword },
    },
    state: desk.stateOf(trunk),
    createdAt: timeText(trunk.createdAtMs),
    updatedAt: timeText(trunk.updatedAtMs),
  };
}
