import type { VaultView } from "@agentcall/contract";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { OpenApp } from "../testing/open-app.ts";
import { cheapPassphrase } from "../testing/root-key.ts";

const passphrase = "correct horse battery";

let house: OpenApp;

afterEach(async () => {
  await house.close();
});

describe("the vault of an appliance with a file", () => {
  beforeEach(async () => {
    house = await OpenApp.open();
  });

  test("tells everyone with a key how it stands", async () => {
    const answer = await house.ask("GET", "/v1/vault", { as: "viewer" });

    expect(answer.json()).toEqual({
      state: "open",
      rootProvider: "file",
      isSetUp: true,
      primaryVersion: 1,
      envelopes: 0,
      waitingForRewrap: 0,
      unreadable: 0,
      keys: [
        {
          version: 1,
          state: "primary",
          madeAt: "2026-01-01T00:00:00.000Z",
          disabledAt: null,
          destroyedAt: null,
        },
      ],
    });
  });

  test("is rotated once by a request that is sent twice with the same Idempotency-Key", async () => {
    const headers = { "idempotency-key": "k1" };

    const first = await house.ask("POST", "/v1/vault/rotate", { as: "admin", headers });
    const again = await house.ask("POST", "/v1/vault/rotate", { as: "admin", headers });
    await house.rotation.settled();

    expect([first.statusCode, first.json<VaultView>().primaryVersion]).toEqual([201, 2]);
    expect(again.headers["x-agentcall-idempotency-replayed"]).toBe("true");
    const [entry] = (await house.audit.list(10, null)).filter(
      ({ action }) => action === "vault.rotated",
    );
    expect(entry).toMatchObject({ actor: { role: "admin" }, detail: { before: 1, after: 2 } });
    const status = (await house.ask("GET", "/v1/vault")).json<VaultView>();
    expect(status.keys.map(({ state }) => state)).toEqual(["disabled", "primary"]);
  });

  test("is rekeyed, with and without an empty body", async () => {
    const empty = await house.ask("POST", "/v1/vault/rekey", { as: "admin", body: {} });
    const none = await house.ask("POST", "/v1/vault/rekey", { as: "admin" });

    expect([empty.statusCode, none.statusCode]).toEqual([200, 200]);
  });

  test.each([["unseal", { passphrase }], ["seal"]])(
    "answers %s with a conflict: it has no passphrase",
    async (what, body?: object) => {
      const options = { as: "admin" as const, ...(body === undefined ? {} : { body }) };

      const answer = await house.ask("POST", `/v1/vault/${what}`, options);

      expect([answer.statusCode, codeOf(answer)]).toEqual([409, "conflict"]);
    },
  );
});

describe("the vault of an appliance with a passphrase", () => {
  beforeEach(async () => {
    house = await OpenApp.open(undefined, undefined, cheapPassphrase);
  });

  test("starts sealed, and the appliance is not ready before it is unsealed", async () => {
    const before = await house.ask("GET", "/readyz", { as: null });
    const sealed = await house.ask("GET", "/v1/vault");

    const unsealed = await unseal(passphrase);

    expect([before.statusCode, before.json()]).toEqual([
      503,
      {
        ready: false,
        checks: { database: "ok", gateways: 1, gatewaysDraining: 0, vault: "sealed" },
      },
    ]);
    expect(sealed.json()).toMatchObject({
      state: "sealed",
      rootProvider: "passphrase",
      isSetUp: false,
      primaryVersion: null,
    });
    expect(unsealed.json()).toMatchObject({ state: "open", isSetUp: true, primaryVersion: 1 });
    expect((await house.ask("GET", "/readyz", { as: null })).statusCode).toBe(200);
  });

  test("serves what needs no key while it is sealed, and says so where one is needed", async () => {
    const created = await house.ask("POST", "/v1/numbers", { body: { number: "+14155550101" } });
    const { id } = created.json<{ id: string }>();

    const deleted = await house.ask("DELETE", `/v1/numbers/${id}/byok/key`, { as: "admin" });
    const rotated = await house.ask("POST", "/v1/vault/rotate", { as: "admin" });

    expect([created.statusCode, deleted.statusCode]).toEqual([201, 200]);
    expect([rotated.statusCode, codeOf(rotated)]).toEqual([503, "vault_sealed"]);
  });

  test("is sealed again, and a wrong passphrase does not open it", async () => {
    await unseal(passphrase);

    const sealed = await house.ask("POST", "/v1/vault/seal", { as: "admin" });
    const wrong = await unseal("incorrect horse battery");

    expect(sealed.json()).toMatchObject({ state: "sealed", isSetUp: true });
    expect([wrong.statusCode, codeOf(wrong)]).toEqual([422, "wrong_passphrase"]);
    expect((await unseal(passphrase)).json()).toMatchObject({ state: "open" });
  });

  test("lets nobody guess more than five times a minute", async () => {
    const statuses: number[] = [];
    for (let guess = 0; guess < 7; guess += 1) statuses.push((await unseal("short")).statusCode);

    expect(statuses).toEqual([422, 422, 422, 422, 422, 429, 429]);
  });

  test("takes another passphrase, and only with the present one", async () => {
    await unseal(passphrase);
    const next = "another horse, another battery";
    const rekey = (body: object): ReturnType<OpenApp["ask"]> =>
      house.ask("POST", "/v1/vault/rekey", { as: "admin", body });

    const incomplete = await rekey({ newPassphrase: next });
    const wrong = await rekey({ currentPassphrase: next, newPassphrase: next });
    const right = await rekey({ currentPassphrase: passphrase, newPassphrase: next });

    expect(incomplete.json()).toMatchObject({
      error: {
        code: "validation_failed",
        details: { fields: { currentPassphrase: "is needed: this vault has a passphrase" } },
      },
    });
    expect([wrong.statusCode, codeOf(wrong)]).toEqual([422, "wrong_passphrase"]);
    expect(right.statusCode).toBe(200);
    await house.ask("POST", "/v1/vault/seal", { as: "admin" });
    expect((await unseal(next)).json()).toMatchObject({ state: "open" });
  });

  test("keeps no passphrase: neither in the database nor in an answer", async () => {
    const answer = await unseal(passphrase);

    const tables = await house.db.all("SELECT name FROM sqlite_schema WHERE type = 'table'");
    const rows = await Promise.all(
      tables.map(({ name }) => house.db.all(`SELECT * FROM ${String(name)}`)),
    );
    expect(answer.body + JSON.stringify(rows)).not.toContain(passphrase);
  });
});

function unseal(text: string): ReturnType<OpenApp["ask"]> {
  return house.ask("POST", "/v1/vault/unseal", { as: "admin", body: { passphrase: text } });
}

function codeOf(answer: Awaited<ReturnType<OpenApp["ask"]>>): string {
  return answer.json<{ error: { code: string } }>().error.code;
}
