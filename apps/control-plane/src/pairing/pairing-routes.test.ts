import { pairedSchema, pairingCreatedSchema } from "@agentcall/contract";
import type { LightMyRequestResponse } from "fastify";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { OpenApp } from "../testing/open-app.ts";

let house: OpenApp;

beforeEach(async () => {
  house = await OpenApp.open();
});
afterEach(async () => {
  await house.close();
});

describe("pairing", () => {
  test("a code gives one console one admin key, and the audit tells of it", async () => {
    const code = await newCode();

    const first = await claim(code);
    const second = await claim(code);

    const { apiKey, apiKeyId } = pairedSchema.parse(first.json());
    const asConsole = await house.ask("GET", "/v1/api-keys", {
      as: null,
      headers: { authorization: `Bearer ${apiKey}` },
    });
    expect(first.statusCode).toBe(201);
    expect(asConsole.body).toContain(`"label":"console: front desk"`);
    expect(second.statusCode).toBe(403);
    expect((await house.ask("GET", "/v1/audit", { as: "admin" })).body).toContain(apiKeyId);
  });

  test("a code may be typed in small letters and without its dash", async () => {
    const code = await newCode();

    expect((await claim(` ${code.replace("-", " ").toLowerCase()}`)).statusCode).toBe(201);
  });

  test("a code that is too old is a wrong one", async () => {
    const code = await newCode(5);
    house.clock.advance(5 * 60_000);

    expect((await claim(code)).statusCode).toBe(403);
  });

  test("a new code makes the former one worthless", async () => {
    const former = await newCode();
    const latter = await newCode();

    expect((await claim(former)).statusCode).toBe(403);
    expect((await claim(latter)).statusCode).toBe(201);
  });

  test.each(["while a code is open", "while none is"])(
    "three wrong codes lock it for a minute, %s",
    async (when) => {
      const code = when.includes("none") ? null : await newCode();

      const answers = [await claim("2222-2222"), await claim("no code"), await claim("3333-3333")];
      const locked = await claim(code ?? "4444-4444");

      expect(answers.map(({ statusCode }) => statusCode)).toEqual([403, 403, 429]);
      expect(locked.statusCode).toBe(429);
      expect(locked.headers["retry-after"]).toBe("60");
      house.clock.advance(60_000);
      expect((await claim(code ?? (await newCode()))).statusCode).toBe(201);
    },
  );

  test("a code made while it is locked is good when the minute is over", async () => {
    for (const wrong of ["2222-2222", "3333-3333", "4444-4444"]) await claim(wrong);

    const code = await newCode();

    expect((await claim(code)).statusCode).toBe(429);
    house.clock.advance(60_000);
    expect((await claim(code)).statusCode).toBe(201);
  });

  test("only an admin makes codes", async () => {
    const asked = await house.ask("POST", "/v1/pairing", { body: {}, as: "operator" });

    expect(asked.statusCode).toBe(403);
  });
});

async function newCode(validMinutes = 10): Promise<string> {
  const answer = await house.ask("POST", "/v1/pairing", { body: { validMinutes }, as: "admin" });
  return pairingCreatedSchema.parse(answer.json()).code;
}

function claim(code: string): Promise<LightMyRequestResponse> {
  return house.ask("POST", "/v1/pairing/claim", {
    body: { code, consoleName: "front desk" },
    as: null,
  });
}
