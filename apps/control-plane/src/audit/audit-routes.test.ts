import type { auditHeadSchema } from "@agentcall/contract";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import type { z } from "zod";
import { isSignatureOf } from "../identity/identity.ts";
import { OpenApp } from "../testing/open-app.ts";
import { cheapPassphrase } from "../testing/root-key.ts";

let house: OpenApp;

beforeEach(async () => {
  house = await OpenApp.open();
  await house.identity.ensureSigningKey();
});
afterEach(async () => {
  await house.close();
});

describe("the head of the audit", () => {
  test("is signed by the appliance, and says how many entries it stands for", async () => {
    const { applianceId } = house.identity;

    const answer = await house.ask("GET", "/v1/audit/head", { as: "admin" });

    const { statement, signature, publicKey, ...told } = answer.json<Head>();
    const isSigned = (text: string): boolean =>
      isSignatureOf(
        { applianceId, publicKeyPem: publicKey },
        "audit-head",
        Buffer.from(text),
        Buffer.from(signature, "base64"),
      );
    expect(isSigned(statement)).toBe(true);
    expect(isSigned(statement.replace(`"entries":3`, `"entries":2`))).toBe(false);
    expect(told).toEqual({
      ...(JSON.parse(statement) as object),
      algorithm: "Ed25519",
    });
    expect(told).toMatchObject({ applianceId, entries: 3, at: "2026-01-01T00:00:00.000Z" });
  });

  test("that was kept shows later that entries were cut off the end", async () => {
    const { entries, head } = (
      await house.ask("GET", "/v1/audit/head", { as: "admin" })
    ).json<Head>();
    const verify = `/v1/audit/verify?entries=${String(entries)}&head=${head}`;
    const before = await house.ask("GET", verify, { as: "admin" });

    await house.db.tx(async (writer) => {
      await writer.run("DROP TRIGGER audit_is_not_removed");
      await writer.run("DELETE FROM audit WHERE seq = ?", entries);
    });

    expect(before.json()).toEqual({ ok: true, entries, head, brokenAt: null, fault: null });
    expect((await house.ask("GET", verify, { as: "admin" })).json()).toEqual({
      ok: false,
      entries: null,
      head: null,
      brokenAt: entries,
      fault: "removed",
    });
  });

  test.each(["entries=1", "head=ff", `entries=-1&head=${"0".repeat(64)}`, "entries=x&head=y"])(
    "is not compared with ?%s",
    async (query) => {
      const answer = await house.ask("GET", `/v1/audit/verify?${query}`, { as: "admin" });

      expect(answer.statusCode).toBe(422);
    },
  );
});

test("a sealed vault signs nothing, and says why", async () => {
  await house.close();
  house = await OpenApp.open(undefined, undefined, cheapPassphrase);

  const answer = await house.ask("GET", "/v1/audit/head", { as: "admin" });

  expect([answer.statusCode, answer.json<{ error: { code: string } }>().error.code]).toEqual([
    503,
    "vault_sealed",
  ]);
});

type Head = z.infer<typeof auditHeadSchema>;
