import {
  errorBodySchema,
  trunkCreationSchema,
  type TrunkPlan,
  type TrunkView,
} from "@agentcall/contract";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { OpenApp } from "../testing/open-app.ts";
import { carrier } from "../testing/trunk-facts.ts";

let house: OpenApp;
beforeEach(async () => {
  house = await OpenApp.open();
});
afterEach(async () => {
  await house.close();
});

describe("a trunk", () => {
  test("is made with every setting, and shows of its passwords only that they are there", async () => {
    const made = await ask("POST", "/v1/trunks", carrier);

    expect(made.statusCode).toBe(201);
    expect(made.json()).toMatchObject({
      name: "Carrier",
      servers: [{ host: "sip.carrier.example", port: null }],
      credentials: { username: "alice", hasPassword: true },
      inbound: { digest: { username: "carrier", hasPassword: true }, fromServers: true },
      registration: { expiresSecs: 600, domain: null },
      keepAlive: { everySecs: 30 },
      state: "unknown",
    });
    await expectNoPasswordIn(made.body);
  });

  test("keeps what a change does not name, its passwords too", async () => {
    const { id } = await aTrunk();

    const changed = await ask("PATCH", `/v1/trunks/${id}`, {
      enabled: false,
      credentials: { username: "bob" },
    });

    expect(changed.json()).toMatchObject({
      name: "Carrier",
      enabled: false,
      state: "off",
      credentials: { username: "bob", hasPassword: true },
    });
    expect(await planOf(id)).toMatchObject({
      credentials: { username: "bob", password: "marked-outbound-1" },
      inbound: { digest: { username: "carrier", password: "marked-inbound-1" } },
    });
  });

  test("takes a new password in place of the former, and forgets one that is taken away", async () => {
    const { id } = await aTrunk();

    await ask("PATCH", `/v1/trunks/${id}`, {
      credentials: { username: "alice", password: "marked-outbound-2" },
      inbound: { addresses: ["192.0.2.0/24"] },
    });

    expect(await planOf(id)).toMatchObject({
      credentials: { username: "alice", password: "marked-outbound-2" },
      inbound: { digest: null },
    });
    expect(await house.db.all("SELECT purpose FROM secret")).toEqual([
      { purpose: "sip-outbound-password" },
    ]);
  });

  test("goes with its passwords, but not while a number belongs to it", async () => {
    const { id } = await aTrunk();
    const number = await house.ask("POST", "/v1/numbers", {
      body: { number: "+14155550101", trunkId: id },
    });
    const { id: numberId } = number.json<{ id: string }>();

    const refused = await ask("DELETE", `/v1/trunks/${id}`);
    await house.ask("PATCH", `/v1/numbers/${numberId}`, { body: { trunkId: null } });
    const deleted = await ask("DELETE", `/v1/trunks/${id}`);

    expect([refused.statusCode, deleted.statusCode]).toEqual([409, 204]);
    expect((await ask("GET", `/v1/trunks/${id}`)).statusCode).toBe(404);
    expect(await house.db.all("SELECT * FROM secret")).toEqual([]);
  });

  test("is listed page by page, oldest first", async () => {
    for (const name of ["one", "two", "three"]) {
      await ask("POST", "/v1/trunks", { name, inbound: { addresses: ["192.0.2.1"] } });
      house.clock.advance(1);
    }

    const first = (await ask("GET", "/v1/trunks?limit=2")).json<Page>();
    const second = (await ask("GET", `/v1/trunks?cursor=${first.nextCursor ?? ""}`)).json<Page>();

    expect(first.items.map(({ name }) => name)).toEqual(["one", "two"]);
    expect(second).toMatchObject({ items: [{ name: "three" }], nextCursor: null });
  });

  test("is in the audit with every change, and without a password", async () => {
    const { id } = await aTrunk();
    await ask("PATCH", `/v1/trunks/${id}`, { enabled: false });
    await ask("DELETE", `/v1/trunks/${id}`);

    const entries = await house.audit.list(3, null);

    expect(entries.map(({ action, object }) => [action, object])).toEqual([
      ["trunk.deleted", id],
      ["trunk.changed", id],
      ["trunk.created", id],
    ]);
    await expectNoPasswordIn(JSON.stringify(entries));
  });

  test.each<[string, unknown, number, string]>([
    ["without any way in or out", { name: "x" }, 422, "servers"],
    ["that registers without credentials", { ...carrier, credentials: null }, 422, "credentials"],
    [
      "that registers nowhere",
      { ...carrier, servers: [], outboundProxy: { host: "p.example" } },
      422,
      "registration",
    ],
    [
      "with a user name and no password",
      { ...carrier, credentials: { username: "alice" } },
      422,
      "credentials.password",
    ],
    [
      "with an inbound digest and no password",
      { ...carrier, inbound: { digest: { username: "carrier" } } },
      422,
      "inbound.digest.password",
    ],
  ])("%s is refused, and nothing is kept of it", async (_, body, status, field) => {
    const answer = await ask("POST", "/v1/trunks", body);

    expect(answer.statusCode).toBe(status);
    expect(errorBodySchema.parse(answer.json()).error.details).toMatchObject({
      fields: { [field]: expect.any(String) as string },
    });
    expect(await house.db.all("SELECT id FROM trunk")).toEqual([]);
    expect(await house.db.all("SELECT * FROM secret")).toEqual([]);
  });

  test.each([
    ["of the same name", { name: "Carrier", inbound: { addresses: ["192.0.2.9"] } }],
    [
      "with the same inbound user name",
      { name: "Other", inbound: { digest: { username: "carrier", password: "x" } } },
    ],
  ])("%s is a conflict", async (_, body) => {
    await aTrunk();

    expect((await ask("POST", "/v1/trunks", body)).statusCode).toBe(409);
  });

  test("cannot be one more than the appliance holds", async () => {
    for (let index = 0; index < 100; index += 1) {
      await house.trunks.create(creationOf(index), { id: "test", role: "system" });
    }

    const answer = await ask("POST", "/v1/trunks", creationOf(100));

    expect(answer.statusCode).toBe(409);
  });
});

describe("a number's trunk", () => {
  test("is set, shown, searched for and taken away", async () => {
    const { id } = await aTrunk();
    const made = await house.ask("POST", "/v1/numbers", {
      body: { number: "+14155550101", trunkId: id },
    });
    const { id: numberId } = made.json<{ id: string }>();

    const found = await house.ask("GET", `/v1/numbers?trunkId=${id}`);
    const freed = await house.ask("PATCH", `/v1/numbers/${numberId}`, { body: { trunkId: null } });
    const gone = await house.ask("GET", `/v1/numbers?trunkId=${id}`);

    expect(made.json()).toMatchObject({ trunkId: id });
    expect(found.json()).toMatchObject({ items: [{ id: numberId, trunkId: id }] });
    expect(freed.json()).toMatchObject({ trunkId: null });
    expect(gone.json()).toMatchObject({ items: [] });
  });

  test("that is not there is refused", async () => {
    const answer = await house.ask("POST", "/v1/numbers", {
      body: { number: "+14155550101", trunkId: "trunk_unknown" },
    });

    expect(answer.statusCode).toBe(422);
    expect((await house.ask("GET", "/v1/numbers")).json()).toMatchObject({ items: [] });
  });
});

type Page = { readonly items: readonly TrunkView[]; readonly nextCursor: string | null };

function ask(method: "GET" | "POST" | "PATCH" | "DELETE", url: string, body?: unknown) {
  return house.ask(method, url, { as: "admin", ...(body === undefined ? {} : { body }) });
}

async function aTrunk(changes: Readonly<Record<string, unknown>> = {}): Promise<TrunkView> {
  return (await ask("POST", "/v1/trunks", { ...carrier, ...changes })).json<TrunkView>();
}

async function planOf(id: string): Promise<TrunkPlan | undefined> {
  return (await house.trunks.plansFor("gateway-1")).find(({ trunkId }) => trunkId === id);
}

function creationOf(index: number): Parameters<OpenApp["trunks"]["create"]>[0] {
  const name = `trunk ${String(index)}`;
  const inbound = { addresses: ["192.0.2.1"] };
  return trunkCreationSchema.parse({ name, inbound });
}

/** Neither in what was answered nor, in plain, anywhere in the database. */
async function expectNoPasswordIn(text: string): Promise<void> {
  const tables = ["secret", "trunk", "audit", "idempotency"];
  const rows = await Promise.all(tables.map((table) => house.db.all(`SELECT * FROM ${table}`)));
  expect(text + JSON.stringify(rows)).not.toContain("marked-");
}
