import { type ApiKeyView, errorBodySchema } from "@agentcall/contract";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { OpenApp } from "../testing/open-app.ts";

type Created = ApiKeyView & { readonly apiKey: string };

let house: OpenApp;

beforeEach(async () => {
  house = await OpenApp.open();
});
afterEach(async () => {
  await house.close();
});

describe("an API key", () => {
  test("is shown once, works by its role, is listed without itself, and tells its last use", async () => {
    const created = await create({ role: "viewer", label: "Console" });
    house.clock.advance(120_000);
    const used = await use(created.apiKey);

    const listed = await list();

    expect(created.apiKey).toMatch(/^ac_live_/);
    expect(used.statusCode).toBe(200);
    expect(JSON.stringify(listed)).not.toContain(created.apiKey);
    expect(listed.find(({ id }) => id === created.id)).toMatchObject({
      role: "viewer",
      label: "Console",
      lastUsedAt: new Date(house.clock.nowMs()).toISOString(),
    });
  });

  test("is made once by one Idempotency-Key, and the answer that is given again holds no key", async () => {
    const headers = { "idempotency-key": "first-dashboard" };
    const body = { role: "viewer" };
    const first = await house.ask("POST", "/v1/api-keys", { as: "admin", body, headers });
    const again = await house.ask("POST", "/v1/api-keys", { as: "admin", body, headers });

    expect([first.statusCode, again.statusCode]).toEqual([201, 201]);
    expect(again.json()).toEqual({ ...first.json<Created>(), apiKey: null });
    expect(again.headers["x-agentcall-idempotency-replayed"]).toBe("true");
    const kept = await house.db.all("SELECT body FROM idempotency");
    expect(JSON.stringify(kept)).not.toContain(first.json<Created>().apiKey);
  });

  test("is unknown once it is revoked", async () => {
    const created = await create({ role: "operator" });

    const revoked = await house.ask("DELETE", `/v1/api-keys/${created.id}`, { as: "admin" });

    expect(revoked.statusCode).toBe(204);
    expect((await use(created.apiKey)).statusCode).toBe(401);
  });

  test("of the last admin cannot be revoked, and one that is not there is not found", async () => {
    const admins = (await list()).filter(({ role }) => role === "admin");

    const last = await house.ask("DELETE", `/v1/api-keys/${admins[0]?.id ?? ""}`, { as: "admin" });
    const none = await house.ask("DELETE", "/v1/api-keys/key_none", { as: "admin" });

    expect(admins).toHaveLength(1);
    expect(errorBodySchema.parse(last.json()).error.code).toBe("conflict");
    expect(none.statusCode).toBe(404);
  });

  test.each([{ role: "owner" }, {}, { role: "viewer", label: 7 }])(
    "%o is refused",
    async (body) => {
      const answer = await house.ask("POST", "/v1/api-keys", { as: "admin", body });

      expect(answer.statusCode).toBe(422);
    },
  );
});

test("every change is in the audit: who, what, before and after, and the chain holds", async () => {
  const number = (
    await house.ask("POST", "/v1/numbers", { body: { number: "+14155550101" } })
  ).json<{ id: string }>();
  await house.ask("PATCH", `/v1/numbers/${number.id}`, { body: { label: "Desk" } });
  await house.ask("DELETE", `/v1/numbers/${number.id}`);
  const { items } = (await house.ask("GET", "/v1/audit?limit=3", { as: "admin" })).json<{
    items: { action: string; object: string; role: string; detail: object; seq: number }[];
  }>();
  const verdict = await house.ask("GET", "/v1/audit/verify", { as: "admin" });
  const older = await house.ask("GET", `/v1/audit?cursor=${String(items[2]?.seq)}`, {
    as: "admin",
  });
  const wrong = await house.ask("GET", "/v1/audit?cursor=x", { as: "admin" });

  expect(items.map(({ action }) => action)).toEqual([
    "number.deleted",
    "number.changed",
    "number.created",
  ]);
  expect(items[1]).toMatchObject({
    object: number.id,
    role: "operator",
    detail: { before: { label: null }, after: { label: "Desk" } },
  });
  expect(verdict.json()).toMatchObject({ ok: true, brokenAt: null });
  expect(older.json()).toMatchObject({ items: [{ action: "api-key.created" }, {}, {}] });
  expect(wrong.statusCode).toBe(422);
});

async function create(body: object): Promise<Created> {
  const answer = await house.ask("POST", "/v1/api-keys", { as: "admin", body });
  expect(answer.statusCode).toBe(201);
  return answer.json<Created>();
}

async function list(): Promise<readonly ApiKeyView[]> {
  return (await house.ask("GET", "/v1/api-keys", { as: "admin" })).json<{ items: ApiKeyView[] }>()
    .items;
}

function use(key: string): ReturnType<OpenApp["ask"]> {
  return house.ask("GET", "/v1/numbers", { as: null, headers: { authorization: `Bearer ${key}` } });
}
