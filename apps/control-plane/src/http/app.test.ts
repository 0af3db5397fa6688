import { errorBodySchema } from "@agentcall/contract";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { routeRoles } from "../access/route-roles.ts";
import { OpenApp } from "../testing/open-app.ts";

let house: OpenApp;

beforeEach(async () => {
  house = await OpenApp.open();
});
afterEach(async () => {
  await house.close();
});

describe("authorization", () => {
  const routes = Object.entries(routeRoles).map(([route, access]) => {
    const [method = "", url = ""] = route.split(" ");
    return { method: method as "GET", url: url.replace(":id", "num_none"), access };
  });

  test.each(routes.filter(({ access }) => access === "public"))(
    "$method $url needs no key",
    async ({ method, url }) => {
      const { statusCode } = await house.ask(method, url, { as: null });

      expect([401, 403]).not.toContain(statusCode);
    },
  );

  test("a key of another form, a wrong one and another scheme are all unauthorized", async () => {
    const headers = [
      "Bearer ac_live_00000000000000000000000000",
      "Basic YTpi",
      "Bearer",
      "ac_live_x",
    ];
    const answers = await Promise.all(
      headers.map((authorization) =>
        house.ask("GET", "/v1/numbers", { as: null, headers: { authorization } }),
      ),
    );

    expect(answers.map(({ statusCode }) => statusCode)).toEqual(headers.map(() => 401));
  });

  test("a request without a key is refused before its body is read", async () => {
    const answer = await house.ask("POST", "/v1/numbers", {
      as: null,
      body: "{ not json",
      headers: { "content-type": "application/json" },
    });

    expect(answer.statusCode).toBe(401);
  });
});

describe("errors", () => {
  test("a path that does not exist is not found, in the body of every error", async () => {
    const answer = await house.ask("GET", "/v1/nothing");

    expect(answer.statusCode).toBe(404);
    expect(answer.json()).toEqual({
      error: { code: "not_found", message: "There is no such path in this API." },
    });
  });

  test("a body that is no JSON is a malformed request", async () => {
    const answer = await house.ask("POST", "/v1/numbers", {
      body: "{ not json",
      headers: { "content-type": "application/json" },
    });

    expect(answer.statusCode).toBe(400);
    expect(errorBodySchema.parse(answer.json()).error.code).toBe("malformed_request");
  });

  test("a body of more than a megabyte is too large", async () => {
    const answer = await house.ask("POST", "/v1/numbers", {
      body: { label: "x".repeat(1_100_000) },
    });

    expect(answer.statusCode).toBe(413);
    expect(errorBodySchema.parse(answer.json()).error.code).toBe("payload_too_large");
  });

  test("fields that are not valid are named one by one", async () => {
    const answer = await house.ask("POST", "/v1/numbers", {
      body: { number: "0155", label: 7, colour: "red" },
    });

    expect(answer.statusCode).toBe(422);
    const { error } = errorBodySchema.parse(answer.json());
    expect(error.code).toBe("validation_failed");
    expect(Object.keys(error.details?.["fields"] as object)).toEqual(
      expect.arrayContaining(["number", "label"]),
    );
  });

  test("a fault of our own is told without its inside", async () => {
    await house.db.close();

    const answer = await house.ask("GET", "/v1/numbers", { as: null });
    const withKey = await house.ask("GET", "/v1/numbers");

    expect(answer.statusCode).toBe(401);
    expect(withKey.statusCode).toBe(500);
    expect(withKey.json()).toEqual({
      error: {
        code: "internal_error",
        message: "A fault inside the appliance; it has been logged.",
      },
    });
  });
});

test("the 101st request of a minute is told to wait, and another key is not", async () => {
  for (let count = 0; count < 100; count += 1) await house.ask("GET", "/v1/calls");

  const refused = await house.ask("GET", "/v1/calls");
  const other = await house.ask("GET", "/v1/calls", { as: "viewer" });
  const health = await house.ask("GET", "/healthz");

  expect(refused.statusCode).toBe(429);
  expect(errorBodySchema.parse(refused.json()).error.code).toBe("rate_limited");
  expect(Number(refused.headers["retry-after"])).toBeGreaterThan(0);
  expect(other.statusCode).toBe(200);
  expect(health.statusCode).toBe(200);
});

describe("readiness", () => {
  test("the appliance is ready while a gateway is connected", async () => {
    const answer = await house.ask("GET", "/readyz", { as: null });

    expect(answer.statusCode).toBe(200);
    expect(answer.json()).toEqual({
      ready: true,
      checks: { database: "ok", gateways: 1, gatewaysDraining: 0, vault: "open" },
    });
  });

  test("it is not ready without one, nor without its database", async () => {
    house.state.gateways = 0;
    const alone = await house.ask("GET", "/readyz", { as: null });
    house.state.gateways = 1;
    await house.db.close();
    const withoutDatabase = await house.ask("GET", "/readyz", { as: null });

    expect(alone.statusCode).toBe(503);
    expect(withoutDatabase.statusCode).toBe(503);
    expect(withoutDatabase.json()).toMatchObject({ checks: { database: "failed" } });
  });
});
