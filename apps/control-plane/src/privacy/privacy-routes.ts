import { erasureProofSchema } from "@agentcall/contract";
import type { FastifyReply } from "fastify";
import type { Readable } from "node:stream";
import { z } from "zod";
import { actorOf } from "../access/authorization.ts";
import type { IdempotentAnswers } from "../http/idempotent-answers.ts";
import type { App } from "../http/typed-app.ts";
import type { Privacy } from "./open-privacy.ts";

const idParams = z.object({ id: z.string() });
const phoneParams = z.object({ e164: z.string() });

/** All that is held of one caller, to take away or to erase: by contact, or by number where there is none. */
export function addPrivacyRoutes(app: App, privacy: Privacy, idempotent: IdempotentAnswers): void {
  const { data, exports, erasure } = privacy;

  app.get("/v1/contacts/:id/export", { schema: { params: idParams } }, async (request, reply) => {
    const subject = await data.subjectOf(request.params.id);
    return sendZip(reply, await exports.open(subject, actorOf(request)));
  });
  app.get(
    "/v1/contacts/by-phone/:e164/export",
    { schema: { params: phoneParams } },
    async (request, reply) => {
      const subject = await data.subjectByPhone(request.params.e164);
      return sendZip(reply, await exports.open(subject, actorOf(request)));
    },
  );

  const response = { 201: erasureProofSchema };
  app.post(
    "/v1/contacts/:id/erase",
    { schema: { params: idParams, response } },
    async (request, reply) =>
      idempotent.once(request, reply, erasureProofSchema, () =>
        erasure.eraseContact(request.params.id, actorOf(request)),
      ),
  );
  app.post(
    "/v1/contacts/by-phone/:e164/erase",
    { schema: { params: phoneParams, response } },
    async (request, reply) =>
      idempotent.once(request, reply, erasureProofSchema, async () =>
        erasure.erase(await data.subjectByPhone(request.params.e164), actorOf(request)),
      ),
  );
}

function sendZip(reply: FastifyReply, zip: Readable): FastifyReply {
  return reply
    .type("application/zip")
    .header("content-disposition", 'attachment; filename="caller.zip"')
    .header("cache-control", "no-store")
    .send(zip);
}
