import { base32, type Clock, delay, type Random } from "@agentcall/base";
import type { FastifyInstance, FastifyReply, FastifyRequest } from "fastify";
import { bearerKey, parsePracticeKey, type PracticeDay } from "../practice-key.ts";
import {
  insufficientQuota,
  invalidKey,
  missingKey,
  modelNotFound,
  practiceHeader,
  practiceNotice,
  type ProviderError,
  rateLimited,
  rateLimitRetrySecs,
} from "../refusal.ts";
import type { Scenario, ScriptedExtraction } from "../scenario.ts";
import { sessionShape } from "../session/client-shapes.ts";
import { freshSettings, updatedSettings } from "../session/session-settings.ts";
import { isObject } from "../session/shape.ts";
import type { ClientSecrets } from "./client-secrets.ts";
import { jsonForSchema } from "./json-for-schema.ts";
import { models } from "./models.ts";

type RestContext = {
  readonly clock: Clock;
  readonly random: Random;
  readonly secrets: ClientSecrets;
  /** What the day's scenario has scripted for responses. */
  readonly scenario: () => Pick<Scenario, "extractions" | "extractionAfterMs">;
};

const secretLifeSecs = { min: 10, usual: 600, max: 7200 };

/** The routes of the provider's REST side: models, client secrets, responses. */
export function addRestRoutes(app: FastifyInstance, context: RestContext): void {
  app.addHook("onRequest", (_request, reply, done) => {
    void reply.header(practiceHeader, practiceNotice);
    done();
  });
  app.setNotFoundHandler((request, reply) =>
    refuse(
      reply,
      404,
      invalidRequest(`Unknown request URL: ${request.method} ${request.url}.`, null),
    ),
  );
  app.setErrorHandler((error: { statusCode?: number; message: string }, _request, reply) =>
    refuse(reply, error.statusCode ?? 500, invalidRequest(error.message, null)),
  );
  app.get("/v1/models", (request, reply) =>
    withDay(request, reply, (day) => ({ object: "list", data: modelsOf(day) })),
  );
  app.get<{ Params: { id: string } }>("/v1/models/:id", (request, reply) =>
    withDay(request, reply, (day) => {
      const { id } = request.params;
      return (
        modelsOf(day).find((model) => model.id === id) ?? refuse(reply, 404, modelNotFound(id))
      );
    }),
  );
  app.post("/v1/realtime/client_secrets", (request, reply) =>
    withDay(request, reply, (day) => makeSecret(request.body, day, reply, context)),
  );
  app.post("/v1/responses", async (request, reply) => {
    const { extractionAfterMs } = context.scenario();
    if (extractionAfterMs > 0) await delay(context.clock, extractionAfterMs);
    return withDay(request, reply, (day) => respond(request.body, day, reply, context));
  });
}

function withDay(
  request: FastifyRequest,
  reply: FastifyReply,
  answer: (day: PracticeDay) => unknown,
): unknown {
  const key = bearerKey(request.headers.authorization);
  if (key === null) return refuse(reply, 401, missingKey);
  const day = parsePracticeKey(key);
  if (day === null || day.kind === "invalid") return refuse(reply, 401, invalidKey(key));
  if (day.kind !== "ratelimited") return answer(day);
  void reply.header("retry-after", String(rateLimitRetrySecs));
  return refuse(reply, 429, rateLimited);
}

function modelsOf(day: PracticeDay): typeof models {
  return day.kind === "nomodel" ? models.filter((model) => !model.id.includes("realtime")) : models;
}

function makeSecret(
  body: unknown,
  day: PracticeDay,
  reply: FastifyReply,
  context: RestContext,
): unknown {
  const asked = isObject(body) ? body : {};
  const after = isObject(asked["expires_after"]) ? asked["expires_after"] : {};
  const seconds = after["seconds"] ?? secretLifeSecs.usual;
  if (
    typeof seconds !== "number" ||
    !(seconds >= secretLifeSecs.min && seconds <= secretLifeSecs.max)
  )
    return refuse(
      reply,
      400,
      invalidRequest("expires_after.seconds must be from 10 to 7200.", "expires_after.seconds"),
    );
  const session = isObject(asked["session"]) ? asked["session"] : null;
  const problem = session === null ? null : sessionShape(session, "session");
  if (problem !== null) return refuse(reply, 400, { type: "invalid_request_error", ...problem });
  const model = typeof session?.["model"] === "string" ? session["model"] : "gpt-realtime-2.1";
  if (day.kind === "nomodel") return refuse(reply, 404, modelNotFound(model));
  const secret = context.secrets.make(day, seconds, session);
  const expiresAtSecs = Math.floor(secret.expiresAtMs / 1000);
  const fresh = freshSettings(model, `sess_${base32(context.random.bytes(10))}`, expiresAtSecs);
  const settings = session === null ? fresh : updatedSettings(fresh, session, false);
  return {
    value: secret.value,
    expires_at: expiresAtSecs,
    session: "wire" in settings ? settings.wire : fresh.wire,
  };
}

function respond(
  body: unknown,
  day: PracticeDay,
  reply: FastifyReply,
  context: RestContext,
): unknown {
  if (day.kind === "noquota") return refuse(reply, 429, insufficientQuota);
  const asked = isObject(body) ? body : {};
  const model = asked["model"];
  if (typeof model !== "string")
    return refuse(reply, 400, invalidRequest("Missing required parameter: 'model'.", "model"));
  if (day.kind === "nomodel") return refuse(reply, 404, modelNotFound(model));
  const textSettings = isObject(asked["text"]) ? asked["text"] : {};
  const format = isObject(textSettings["format"]) ? textSettings["format"] : { type: "text" };
  const id = base32(context.random.bytes(10));
  const text = textFor(format, asked["input"], context.scenario().extractions);
  return {
    id: `resp_${id}`,
    object: "response",
    created_at: Math.floor(context.clock.nowMs() / 1000),
    status: "completed",
    error: null,
    incomplete_details: null,
    instructions: null,
    metadata: {
      ...(isObject(asked["metadata"]) ? asked["metadata"] : {}),
      provider: practiceNotice,
    },
    model,
    output: [
      {
        id: `msg_${id}`,
        type: "message",
        role: "assistant",
        status: "completed",
        content: [{ type: "output_text", text, annotations: [], logprobs: [] }],
      },
    ],
    parallel_tool_calls: true,
    temperature: 1,
    tool_choice: "auto",
    tools: [],
    top_p: 1,
    text: { format },
    usage: usageOf(asked["input"], text),
  };
}

function textFor(
  format: Readonly<Record<string, unknown>>,
  input: unknown,
  extractions: readonly ScriptedExtraction[],
): string {
  if (format["type"] === "json_schema") {
    return JSON.stringify(extractionFor(format["schema"], input, extractions));
  }
  return format["type"] === "json_object" ? "{}" : `This is the ${practiceNotice}.`;
}

/** A value that fits the schema, and in it what the scenario gives for an input with these words. */
function extractionFor(
  schema: unknown,
  input: unknown,
  extractions: readonly ScriptedExtraction[],
): unknown {
  const made = jsonForSchema(schema);
  const text = JSON.stringify(input ?? "");
  const scripted = extractions.find(({ when }) => text.includes(when));
  return isObject(made) && scripted !== undefined ? { ...made, ...scripted.give } : made;
}

function usageOf(input: unknown, output: string): Readonly<Record<string, unknown>> {
  const inputTokens = Math.ceil(JSON.stringify(input ?? "").length / 4);
  const outputTokens = Math.ceil(output.length / 4);
  return {
    input_tokens: inputTokens,
    input_tokens_details: { cached_tokens: 0 },
    output_tokens: outputTokens,
    output_tokens_details: { reasoning_tokens: 0 },
    total_tokens: inputTokens + outputTokens,
  };
}

function invalidRequest(message: string, param: string | null): ProviderError {
  return { type: "invalid_request_error", code: "invalid_request", message, param };
}

function refuse(reply: FastifyReply, status: number, error: ProviderError): FastifyReply {
  return reply.code(status).send({ error });
}
