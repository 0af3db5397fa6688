import type { FastifyInstance } from "fastify";

/** Origins of pages, such as `https://dashboard.example`, whose scripts may use the API. */
export type BrowserOrigins = ReadonlySet<string>;

const methods = "GET, POST, PUT, PATCH, DELETE";
const requestHeaders =
  "authorization, content-type, idempotency-key, last-event-id, mcp-protocol-version";
const answerHeaders = "retry-after, x-agentcall-idempotency-replayed";
const preflightSecsMax = "600";

/**
 * Tells browsers (Fetch Standard, "CORS protocol") that pages of these origins may use the API, and
 * nobody else's. A preflight carries no key, so that it is answered before one is looked for.
 */
export function addBrowserOrigins(app: FastifyInstance, allowed: BrowserOrigins): void {
  app.addHook("onRequest", (request, reply, done) => {
    const { origin } = request.headers;
    if (origin === undefined || !allowed.has(origin)) {
      done();
      return;
    }
    void reply
      .header("access-control-allow-origin", origin)
      .header("access-control-expose-headers", answerHeaders)
      .header("vary", "origin");
    if (request.method !== "OPTIONS") {
      done();
      return;
    }
    void reply
      .header("access-control-allow-methods", methods)
      .header("access-control-allow-headers", requestHeaders)
      .header("access-control-max-age", preflightSecsMax)
      .code(204)
      .send();
  });
}
