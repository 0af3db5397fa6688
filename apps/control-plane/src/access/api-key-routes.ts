import {
  apiKeyCreatedSchema,
  apiKeyCreationSchema,
  type ApiKeyView,
  apiKeyViewSchema,
  pageSchema,
} from "@agentcall/contract";
import { z } from "zod";
import { timeText } from "../calls/call-view.ts";
import type { IdempotentAnswers } from "../http/idempotent-answers.ts";
import type { App } from "../http/typed-app.ts";
import type { ApiKeyStore, StoredApiKey } from "./api-key-store.ts";
import { actorOf } from "./authorization.ts";

const idParams = z.object({ id: z.string() });

/** `/v1/api-keys`: who may use this API. */
export function addApiKeyRoutes(
  app: App,
  apiKeys: ApiKeyStore,
  idempotent: IdempotentAnswers,
): void {
  app.get(
    "/v1/api-keys",
    { schema: { response: { 200: pageSchema(apiKeyViewSchema) } } },
    async () => ({ items: (await apiKeys.list()).map(viewOf), nextCursor: null }),
  );

  app.post(
    "/v1/api-keys",
    { schema: { body: apiKeyCreationSchema, response: { 201: apiKeyCreatedSchema } } },
    async (request, reply) =>
      idempotent.once(
        request,
        reply,
        apiKeyCreatedSchema,
        async () => {
          const { role, label } = request.body;
          const { stored, key } = await apiKeys.create(role, label, actorOf(request));
          return { ...viewOf(stored), apiKey: key.reveal() };
        },
        { keptOf: (body) => ({ ...body, apiKey: null }) }, // of a key only its hash lies in the database
      ),
  );

  app.delete("/v1/api-keys/:id", { schema: { params: idParams } }, async (request, reply) => {
    await apiKeys.revoke(request.params.id, actorOf(request));
    return reply.code(204).send();
  });
}

function viewOf({ id, role, label, createdAtMs, lastUsedAtMs }: StoredApiKey): ApiKeyView {
  return {
    id,
    role,
    label,
    createdAt: timeText(createdAtMs),
    lastUsedAt: lastUsedAtMs === null ? null : timeText(lastUsedAtMs),
  };
}
