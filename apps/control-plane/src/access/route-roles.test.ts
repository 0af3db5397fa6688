import { type Role, roles } from "@agentcall/contract";
import { fastify } from "fastify";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { OpenApp } from "../testing/open-app.ts";
import { addAuthorization } from "./authorization.ts";
import { routeRoles } from "./route-roles.ts";

/** Answers for as long as somebody listens: who may is not asked for the answer itself. */
const endless = new Set(["GET /v1/events"]);
const callers: readonly (Role | null)[] = [null, ...roles];
const routes = Object.entries(routeRoles);

let house: OpenApp;

beforeEach(async () => {
  house = await OpenApp.open(); // one for each route: its limits of requests are fresh
  await house.identity.ensureSigningKey();
});
afterEach(async () => {
  await house.close();
});

describe("the table of roles", () => {
  test("names no route that is not served", () => {
    const missing = routes.filter(([route]) => {
      const [method = "", url = ""] = route.split(" ");
      return !house.app.hasRoute({ method: method, url });
    });

    expect(missing).toEqual([]);
  });

  test("must name every route: one that is not in it does not start", () => {
    const app = fastify();
    addAuthorization(app, house.apiKeys);

    expect(() => app.get("/v1/forgotten", () => "open")).toThrow("GET /v1/forgotten");
  });

  test.each(routes)("%s is open to %s, and to no smaller role", async (route, access) => {
    const [method = "", url = ""] = route.split(" ");
    for (const as of callers) {
      const refusal = refusalOf(as, access);
      if (refusal === null && endless.has(route)) continue;
      const body = method === "GET" || method === "DELETE" ? {} : { body: {} };

      const { statusCode } = await house.ask(method as "GET", url.replaceAll(/:\w+/g, "none"), {
        as,
        ...body,
      });

      if (refusal !== null) expect([as, statusCode]).toEqual([as, refusal]);
      else expect([401, 403, 500]).not.toContain(statusCode);
    }
  });
});

/** 401 without a key, 403 with too small a role, null for who may. */
function refusalOf(as: Role | null, access: Role | "public"): number | null {
  if (access === "public") return null;
  if (as === null) return 401;
  return roles.indexOf(as) >= roles.indexOf(access) ? null : 403;
}
