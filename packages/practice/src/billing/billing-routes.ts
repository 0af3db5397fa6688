import { type Clock, delay } from "@agentcall/base";
import type { FastifyInstance, FastifyReply, FastifyRequest } from "fastify";
import type { BillingFaults } from "./billing-faults.ts";
import type { BillingAnswer, BillingReceiver } from "./billing-receiver.ts";

/** Where the receiver takes batches. */
export const billingPath = "/billing/v1/usage";

const bodyBytesMax = 16_777_216; // a batch of 10,000 entries is 7 MB
const lateMs = 300;

/** Billing over HTTP, with what may befall a request. */
export function addBillingRoutes(
  app: FastifyInstance,
  receiver: BillingReceiver,
  faults: BillingFaults,
  clock: Clock,
): void {
  app.register((scope, _options, done) => {
    // The signature is over the bytes: they are taken as they came.
    scope.addContentTypeParser(
      ["application/cloudevents-batch+json", "application/x-ndjson"],
      { parseAs: "string", bodyLimit: bodyBytesMax },
      (_request, body, parsed) => {
        parsed(null, body);
      },
    );
    scope.post(billingPath, { bodyLimit: bodyBytesMax }, async (request, reply) => {
      const receive = (): Promise<BillingAnswer> =>
        receiver.receive({ headers: headersOf(request), body: textOf(request) });
      switch (faults.take()) {
        case "lose-request":
          return hangUp(reply);
        case "fail-5xx":
          return reply.code(503).send({ error: "busy" });
        case "refuse-4xx":
          return reply.code(422).send({ error: "not_today" });
        case "lose-reply":
          await receive();
          return hangUp(reply);
        case "half-reply":
          return halfOf(reply, await receive());
        case "twice":
          await receive();
          return answer(reply, await receive());
        case "late": {
          const late = await receive();
          await delay(clock, lateMs);
          return answer(reply, late);
        }
        case "none":
          return answer(reply, await receive());
      }
    });
    scope.post(`${billingPath}/files`, { bodyLimit: bodyBytesMax }, async (request, reply) => {
      const shown = headersOf(request)["agentcall-public-key"] ?? "";
      const key = Buffer.from(shown, "base64url").toString("utf8");
      return answer(reply, await receiver.receiveFile(textOf(request), key));
    });
    scope.get("/billing/v1/totals", () => receiver.book.totals(null));
    done();
  });
}

function answer(reply: FastifyReply, { status, body }: BillingAnswer): FastifyReply {
  return reply.code(status).send(body);
}

function hangUp(reply: FastifyReply): FastifyReply {
  reply.hijack();
  reply.raw.destroy();
  return reply;
}

function halfOf(reply: FastifyReply, { status, body }: BillingAnswer): FastifyReply {
  const text = JSON.stringify(body);
  reply.hijack();
  reply.raw.writeHead(status, {
    "content-type": "application/json",
    "content-length": text.length,
  });
  reply.raw.write(text.slice(0, text.length / 2), () => reply.raw.destroy());
  return reply;
}

function textOf({ body }: FastifyRequest): string {
  return typeof body === "string" ? body : "";
}

function headersOf({ headers }: FastifyRequest): Record<string, string | undefined> {
  return Object.fromEntries(
    Object.entries(headers).map(([name, value]) => [
      name,
      Array.isArray(value) ? value.join(", ") : value,
    ]),
  );
}
