import { AppError, invariant } from "@agentcall/base";
import { errorCatalogue } from "@agentcall/contract";
import type { FastifyInstance, FastifyRequest } from "fastify";
import type { Actor } from "../audit/audit-log.ts";
import { type Caller, mayAct, parseBearer } from "./api-key.ts";
import type { ApiKeyStore } from "./api-key-store.ts";
import { type Access, routeRoles } from "./route-roles.ts";

const callers = new WeakMap<FastifyRequest, Caller>();

/** Who makes this request. Only for routes that need a key. */
export function callerOf(request: FastifyRequest): Caller {
  const caller = callers.get(request);
  invariant(caller !== undefined, "this route needs a key");
  return caller;
}

/** The same as the audit knows it. */
export function actorOf(request: FastifyRequest): Actor {
  const { apiKeyId, role } = callerOf(request);
  return { id: apiKeyId, role };
}

/** Whose requests are counted together: a key's, or an address's that has shown no valid key. */
export function countedAs(request: FastifyRequest): string {
  return callers.get(request)?.apiKeyId ?? `address ${request.ip}`;
}

/**
 * Learns first who calls, so that wrong keys are counted too; refuses later, before the body is
 * read. Throws at start for a route without a role.
 */
export function addAuthorization(app: FastifyInstance, apiKeys: ApiKeyStore): void {
  app.addHook("onRoute", ({ method, url }) => {
    for (const each of [method].flat()) accessTo(each, url);
  });
  app.addHook("onRequest", async (request) => {
    const caller = await findCaller(request.headers.authorization, apiKeys);
    if (caller !== null) callers.set(request, caller);
  });
  app.addHook("preParsing", (request, _reply, payload, done) => {
    const { url } = request.routeOptions;
    const needed = url === undefined ? "public" : accessTo(request.method, url);
    done(accessProblem(callers.get(request) ?? null, needed), payload);
  });
}

/** Who shows this header, or null. */
export async function findCaller(
  header: string | undefined,
  apiKeys: ApiKeyStore,
): Promise<Caller | null> {
  const key = parseBearer(header);
  return key === null ? null : apiKeys.find(key);
}

/** Null for a caller that may do it, else `unauthorized` or `forbidden`. */
export function accessProblem(caller: Caller | null, needed: Access): AppError | null {
  if (needed === "public") return null;
  if (caller === null) return new AppError("unauthorized", errorCatalogue.unauthorized.message);
  if (mayAct(caller.role, needed)) return null;
  return new AppError("forbidden", `This needs a key with the role ${needed}.`);
}

function accessTo(method: string, url: string): Access {
  const asked = method === "HEAD" ? "GET" : method; // the same answer without its body
  const access = routeRoles[`${asked} ${url}`];
  invariant(access !== undefined, `${asked} ${url} stands in the table of roles`);
  return access;
}
