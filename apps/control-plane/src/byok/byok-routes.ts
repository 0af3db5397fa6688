import { type Clock, invariant } from "@agentcall/base";
import {
  byokAliasSchema,
  byokAliasViewSchema,
  byokBulkSavedSchema,
  byokBulkSchema,
  byokDeletedSchema,
  byokKeyHealthSchema,
  byokKeySchema,
  byokSavedSchema,
  byokTestedSchema,
  managedKeySavedSchema,
  pageSchema,
} from "@agentcall/contract";
import type { FastifyRequest } from "fastify";
import type { ZodTypeProvider } from "fastify-type-provider-zod";
import { z } from "zod";
import { actorOf, callerOf } from "../access/authorization.ts";
import { timeText } from "../calls/call-view.ts";
import type { App } from "../http/typed-app.ts";
import type { Licensing } from "../license/licensing.ts";
import type { RegisteredNumber } from "../numbers/number-store.ts";
import type { ByokKeys } from "./byok-keys.ts";
import { KeyTestLimit } from "./key-test-limit.ts";
import type { ManagedKey } from "./managed-key.ts";

const idParams = z.object({ id: z.string() });

/** Run before a route that has a key tested. */
type CountTest = (request: FastifyRequest, reply: unknown, next: (problem?: Error) => void) => void;

/** The numbers' own keys: tested, saved, deleted. On the free plan none of it is there. */
export function addByokRoutes(
  app: App,
  {
    byokKeys: keys,
    managedKey,
    licensing,
    clock,
  }: {
    readonly byokKeys: ByokKeys;
    readonly managedKey: ManagedKey;
    readonly licensing: Licensing;
    readonly clock: Clock;
  },
): void {
  const limit = new KeyTestLimit(clock);
  const countTest: CountTest = (request, _, next) => {
    limit.count(callerOf(request).apiKeyId);
    next();
  };
  void app.register((plain, _, done) => {
    const byok = plain.withTypeProvider<ZodTypeProvider>();
    byok.addHook("preValidation", (_request, _reply, next) => {
      next(licensing.byokProblem() ?? undefined);
    });
    addKeyOfNumber(byok, keys, countTest);
    addAliases(byok, keys, countTest);
    addBulk(byok, keys, countTest);
    done();
  });
  addManagedKey(app, managedKey, countTest);
}

function addKeyOfNumber(app: App, keys: ByokKeys, countTest: CountTest): void {
  app.post(
    "/v1/numbers/:id/byok/test",
    {
      preHandler: countTest,
      schema: { params: idParams, body: byokKeySchema, response: { 200: byokTestedSchema } },
    },
    async ({ params, body }) => ({
      ok: true as const,
      model: await keys.test(params.id, body.apiKey),
    }),
  );

  app.post(
    "/v1/numbers/:id/byok/key",
    {
      preHandler: countTest,
      schema: { params: idParams, body: byokKeySchema, response: { 200: byokSavedSchema } },
    },
    async (request) => {
      const { params, body } = request;
      const number = await keys.save(params.id, body.apiKey, actorOf(request));
      const { id: numberId, voiceMode, keyPreview, updatedAtMs } = number;
      invariant(keyPreview !== null, "a number whose key was saved has one");
      return {
        ok: true as const,
        numberId,
        voiceMode,
        keyPreview,
        configuredAt: timeText(updatedAtMs),
      };
    },
  );

  app.delete(
    "/v1/numbers/:id/byok/key",
    { schema: { params: idParams, response: { 200: byokDeletedSchema } } },
    async (request) => {
      const { id: numberId, voiceMode } = await keys.delete(request.params.id, actorOf(request));
      return { ok: true as const, numberId, voiceMode };
    },
  );
}

/** One key for many numbers, and how each key fares. */
function addBulk(app: App, keys: ByokKeys, countTest: CountTest): void {
  app.get(
    "/v1/byok/health",
    { schema: { response: { 200: pageSchema(byokKeyHealthSchema) } } },
    async () => ({ items: [...(await keys.health())], nextCursor: null }),
  );

  app.post(
    "/v1/byok/bulk",
    {
      preHandler: countTest,
      schema: { body: byokBulkSchema, response: { 200: byokBulkSavedSchema } },
    },
    async (request) => {
      const { apiKey, numberIds } = request.body;
      const saved = await keys.saveForMany(numberIds, apiKey, actorOf(request));
      return {
        ok: true as const,
        keyPreview: saved.keyPreview,
        numbers: saved.numberIds.map((numberId) => ({ numberId, voiceMode: "byok" as const })),
      };
    },
  );
}

/** The key of every number in managed mode. */
function addManagedKey(app: App, managed: ManagedKey, countTest: CountTest): void {
  const path = "/v1/settings/managed-key";

  app.put(
    path,
    {
      preHandler: countTest,
      schema: { body: byokKeySchema, response: { 200: managedKeySavedSchema } },
    },
    async (request) => ({
      ok: true as const,
      keyPreview: await managed.save(request.body.apiKey, actorOf(request)),
    }),
  );

  app.delete(path, { schema: {} }, async (request, reply) => {
    await managed.delete(actorOf(request));
    return reply.code(204).send();
  });
}

/** The paths and names of clients that were there before. */
function addAliases(app: App, keys: ByokKeys, countTest: CountTest): void {
  const path = "/v1/numbers/:id/byok-key";

  app.post(
    path,
    {
      preHandler: countTest,
      schema: { params: idParams, body: byokAliasSchema, response: { 200: byokAliasViewSchema } },
    },
    async (request) => {
      const { params, body } = request;
      return aliasView(await keys.save(params.id, body.openaiApiKey, actorOf(request)));
    },
  );

  app.delete(
    path,
    { schema: { params: idParams, response: { 200: byokAliasViewSchema } } },
    async (request) => aliasView(await keys.delete(request.params.id, actorOf(request))),
  );
}

function aliasView({
  voiceMode,
  keyPreview,
}: RegisteredNumber): z.infer<typeof byokAliasViewSchema> {
  return { voiceMode, hasByokKey: keyPreview !== null, byokOpenaiApiKeyPreview: keyPreview };
}
