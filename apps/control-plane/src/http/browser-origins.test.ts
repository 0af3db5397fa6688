import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { OpenApp } from "../testing/open-app.ts";

const allowed = "https://dashboard.example"; // named when the tests' app is opened

let house: OpenApp;

beforeEach(async () => {
  house = await OpenApp.open();
});
afterEach(async () => {
  await house.close();
});

describe("pages of other origins", () => {
  test("a browser is told that a named origin may ask, before any key is looked for", async () => {
    const answer = await house.app.inject({
      method: "OPTIONS",
      url: "/v1/numbers",
      headers: { origin: allowed, "access-control-request-method": "POST" },
    });

    expect(answer.statusCode).toBe(204);
    expect(answer.headers).toMatchObject({
      "access-control-allow-origin": allowed,
      "access-control-allow-methods": expect.stringContaining("POST") as string,
      "access-control-allow-headers": expect.stringContaining("authorization") as string,
      vary: "origin",
    });
  });

  test("a named origin may read the answer, refusals too", async () => {
    const headers = { origin: allowed };
    const good = await house.ask("GET", "/v1/numbers", { headers });
    const refused = await house.ask("GET", "/v1/numbers", { as: null, headers });

    for (const answer of [good, refused]) {
      expect(answer.headers["access-control-allow-origin"]).toBe(allowed);
    }
    expect(refused.statusCode).toBe(401);
  });

  test.each(["https://dashboard.example.evil", "http://dashboard.example", "null"])(
    "%s may not",
    async (origin) => {
      const answer = await house.ask("GET", "/v1/numbers", { headers: { origin } });

      expect(answer.headers).not.toHaveProperty("access-control-allow-origin");
    },
  );
});
