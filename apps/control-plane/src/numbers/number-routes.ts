import { AppError } from "@agentcall/base";
import {
  inboundConfigSchema,
  inboundConfigViewSchema,
  numberChangeSchema,
  numberCreationSchema,
  type NumberView,
  numberViewSchema,
  outboundDefaultsSchema,
  outboundDefaultsViewSchema,
  pageQuerySchema,
  pageSchema,
  voiceModeSchema,
} from "@agentcall/contract";
import { z } from "zod";
import { actorOf } from "../access/authorization.ts";
import { timeText } from "../calls/call-view.ts";
import type { App } from "../http/typed-app.ts";
import { pageOf, parseCursor } from "../http/cursor.ts";
import type { IdempotentAnswers } from "../http/idempotent-answers.ts";
import type { ManagedKey } from "../byok/managed-key.ts";
import { hasTrialLeft } from "../license/entitlement.ts";
import type { Licensing } from "../license/licensing.ts";
import type { VaultDoor } from "../vault/vault-door.ts";
import { type ApplianceFacts, numberStatus } from "./number-status.ts";
import type { NumberStore, RegisteredNumber } from "./number-store.ts";

const searchCharsMax = 100;
const idParams = z.object({ id: z.string() }); // what is no id is not found
const listQuery = z.strictObject({
  ...pageQuerySchema.shape,
  q: z.string().max(searchCharsMax).optional(),
  voiceMode: voiceModeSchema.optional(),
  trunkId: z.string().optional(),
});

export type NumberRoutesDeps = {
  readonly numbers: NumberStore;
  readonly idempotent: IdempotentAnswers;
  readonly managedKey: ManagedKey;
  readonly licensing: Licensing;
  readonly vault: { readonly door: VaultDoor };
};

/** `/v1/numbers` and the agent of each. */
export function addNumberRoutes(app: App, deps: NumberRoutesDeps): void {
  const { numbers, idempotent } = deps;
  const view = async (number: RegisteredNumber): Promise<NumberView> =>
    viewOf(number, await applianceFacts(deps));

  app.get(
    "/v1/numbers",
    { schema: { querystring: listQuery, response: { 200: pageSchema(numberViewSchema) } } },
    async ({ query: { limit, cursor, q, voiceMode, trunkId } }) => {
      const after = parseCursor(cursor);
      const rows = await numbers.list(
        { q, voiceMode, trunkId },
        limit + 1,
        after === null ? null : { createdAtMs: after.atMs, id: after.id },
      );
      const facts = await applianceFacts(deps);
      return pageOf(
        rows,
        limit,
        ({ createdAtMs, id }) => ({ atMs: createdAtMs, id }),
        (number) => viewOf(number, facts),
      );
    },
  );

  app.post(
    "/v1/numbers",
    { schema: { body: numberCreationSchema, response: { 201: numberViewSchema } } },
    async (request, reply) =>
      idempotent.once(request, reply, numberViewSchema, async () =>
        view(await numbers.create(request.body, actorOf(request))),
      ),
  );

  app.get(
    "/v1/numbers/:id",
    { schema: { params: idParams, response: { 200: numberViewSchema } } },
    async ({ params: { id } }) => view(await numbers.byId(id)),
  );

  app.patch(
    "/v1/numbers/:id",
    { schema: { params: idParams, body: numberChangeSchema, response: { 200: numberViewSchema } } },
    async (request) =>
      view(await numbers.change(request.params.id, request.body, actorOf(request))),
  );

  app.delete("/v1/numbers/:id", { schema: { params: idParams } }, async (request, reply) => {
    await numbers.delete(request.params.id, actorOf(request));
    return reply.code(204).send();
  });

  addAgentRoutes(app, numbers);
  addOutboundDefaults(app, numbers);
}

function addAgentRoutes(app: App, numbers: NumberStore): void {
  const path = "/v1/numbers/:id/inbound-config";

  app.get(
    path,
    { schema: { params: idParams, response: { 200: inboundConfigViewSchema } } },
    async ({ params: { id } }) => agentViewOf(await numbers.byId(id)),
  );

  app.post(
    path,
    {
      schema: {
        params: idParams,
        body: inboundConfigSchema,
        response: { 200: inboundConfigViewSchema },
      },
    },
    async (request) =>
      agentViewOf(await numbers.setInbound(request.params.id, request.body, actorOf(request))),
  );

  app.delete(path, { schema: { params: idParams } }, async (request, reply) => {
    await numbers.setInbound(request.params.id, null, actorOf(request));
    return reply.code(204).send();
  });
}

/** The agent of calls that the number places, where a call names none of its own. */
function addOutboundDefaults(app: App, numbers: NumberStore): void {
  const path = "/v1/numbers/:id/outbound-defaults";

  app.get(
    path,
    { schema: { params: idParams, response: { 200: outboundDefaultsViewSchema } } },
    async ({ params: { id } }) => (await numbers.byId(id)).outbound,
  );

  app.post(
    path,
    {
      schema: {
        params: idParams,
        body: outboundDefaultsSchema,
        response: { 200: outboundDefaultsViewSchema },
      },
    },
    async (request) => {
      const { params, body } = request;
      return (await numbers.setOutbound(params.id, body, actorOf(request))).outbound;
    },
  );

  app.delete(path, { schema: { params: idParams } }, async (request, reply) => {
    await numbers.setOutbound(request.params.id, null, actorOf(request));
    return reply.code(204).send();
  });
}

async function applianceFacts(deps: NumberRoutesDeps): Promise<ApplianceFacts> {
  const trial = await deps.licensing.trial();
  return {
    isTrialExhausted: trial !== null && !hasTrialLeft(trial.includedMs - trial.usedMs),
    isVaultSealed: deps.vault.door.isSealed,
    plan: deps.licensing.entitlement().plan,
    managedKey: await deps.managedKey.presence(),
  };
}

function viewOf(number: RegisteredNumber, facts: ApplianceFacts): NumberView {
  return {
    id: number.id,
    number: number.e164,
    label: number.label,
    trunkId: number.trunkId,
    voiceMode: number.voiceMode,
    hasByokKey: number.keyPreview !== null,
    keyPreview: number.keyPreview,
    inbound: number.inbound,
    outbound: number.outbound,
    status: numberStatus(number, facts),
    createdAt: timeText(number.createdAtMs),
    updatedAt: timeText(number.updatedAtMs),
  };
}

function agentViewOf(number: RegisteredNumber): z.infer<typeof inboundConfigViewSchema> {
  if (number.inbound === null) throw new AppError("not_found", "This number has no agent.");
  return {
    ...number.inbound,
    voiceMode: number.voiceMode,
    hasByokKey: number.keyPreview !== null,
    byokOpenaiApiKeyPreview: number.keyPreview,
  };
}
