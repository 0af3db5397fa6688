import { proLicense } from "@agentcall/control-plane/testing";
import { afterEach, describe, expect, test } from "vitest";
import { House } from "../support/house.ts";

const goodKey = "sk-proj-practice-good-contractxy12";
const preview = "sk-proj-...xy12";
const aTime = expect.stringMatching(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/) as string;

let house: House;

afterEach(async () => {
  await house.close();
});

/** The pairs of request and answer that clients from before rely on, each field of them. */
describe("the API of numbers' own keys, as its contract has it", () => {
  test("tests, saves, shows and deletes a key in exactly these words", async () => {
    house = await House.open();
    const id = await numberId();
    await house.setAgent({ model: "gpt-realtime" });
    const path = `/v1/numbers/${id}`;

    expect(await house.request("POST", `${path}/byok/test`, { apiKey: ` '${goodKey}'\n` })).toEqual(
      {
        status: 200,
        body: { ok: true, model: "gpt-realtime" },
      },
    );
    expect(await house.request("POST", `${path}/byok/test`, { apiKey: keyOf("nomodel") })).toEqual({
      status: 422,
      body: {
        error: {
          code: "byok_key_invalid",
          reason: "model_not_found",
          message: "Key cannot access gpt-realtime in this project.",
        },
      },
    });
    expect(await house.request("POST", `${path}/byok/key`, { apiKey: goodKey })).toEqual({
      status: 200,
      body: {
        ok: true,
        numberId: id,
        voiceMode: "byok",
        keyPreview: preview,
        configuredAt: aTime,
      },
    });
    expect((await house.request("GET", `${path}/inbound-config`)).body).toMatchObject({
      voiceMode: "byok",
      hasByokKey: true,
      byokOpenaiApiKeyPreview: preview,
    });
    expect(await house.request("DELETE", `${path}/byok/key`)).toEqual({
      status: 200,
      body: { ok: true, numberId: id, voiceMode: "managed" },
    });
  });

  test("leaves the agent byte for byte as it was when a key comes and goes", async () => {
    house = await House.open();
    const path = `/v1/numbers/${await numberId()}`;
    await house.setAgent({ systemPrompt: "Be  brief.\n", voice: "cedar" });
    const before = await house.ask("GET", `${path}/inbound-config`);

    await house.request("POST", `${path}/byok/key`, { apiKey: goodKey });
    await house.request("DELETE", `${path}/byok/key`);

    expect(JSON.stringify(await house.ask("GET", `${path}/inbound-config`))).toBe(
      JSON.stringify(before),
    );
  });

  test("keeps the paths and names of older clients", async () => {
    house = await House.open();
    const path = `/v1/numbers/${await numberId()}/byok-key`;

    expect(await house.request("POST", path, { openaiApiKey: goodKey })).toEqual({
      status: 200,
      body: { voiceMode: "byok", hasByokKey: true, byokOpenaiApiKeyPreview: preview },
    });
    expect(await house.request("DELETE", path)).toEqual({
      status: 200,
      body: { voiceMode: "managed", hasByokKey: false, byokOpenaiApiKeyPreview: null },
    });
  });

  test.each([
    ["no key at all", 422, "byok_key_invalid", "malformed_key"],
    [keyOf("invalid"), 422, "byok_key_invalid", "invalid_api_key"],
    [keyOf("noquota"), 422, "byok_key_invalid", "insufficient_quota"],
    [keyOf("ratelimited"), 422, "byok_key_invalid", "rate_limited"],
    [keyOf("drops0s"), 502, "byok_test_failed", "provider_error"],
  ])(
    "refuses %s with %i, %s, %s, and asks the provider only about keys",
    async (apiKey, status, code, reason) => {
      house = await House.open();
      const path = `/v1/numbers/${await numberId()}/byok/key`;

      const refused = await house.request("POST", path, { apiKey });

      expect(refused).toMatchObject({ status, body: { error: { code, reason } } });
      if (reason === "malformed_key") expect(house.practice.opened()).toBe(0);
      expect(await house.ask("GET", "/v1/numbers")).toMatchObject({
        items: [{ voiceMode: "managed", hasByokKey: false, keyPreview: null }],
      });
    },
  );

  test("is a matter of the plan pro", async () => {
    house = await House.open({ license: { ...proLicense(), given: null } });
    const path = `/v1/numbers/${await numberId()}/byok/key`;

    expect(await house.request("POST", path, { apiKey: goodKey })).toMatchObject({
      status: 403,
      body: { error: { code: "plan_limit_byok" } },
    });
    expect(house.practice.opened()).toBe(0);
  });
});

function keyOf(kind: string): string {
  return `sk-proj-practice-${kind}-contractxy12`;
}

async function numberId(): Promise<string> {
  const { items } = (await house.ask("GET", "/v1/numbers")) as { items: { id: string }[] };
  return items[0]?.id ?? "";
}
