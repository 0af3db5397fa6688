import { createPublicKey, verify } from "node:crypto";
import { seededRandom, silentLog } from "@agentcall/base";
import { TestClock } from "@agentcall/base/testing";
import { signedBytes } from "@agentcall/vault";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import type { Database } from "../sqlite/database.ts";
import { openDatabase } from "../sqlite/open-database.ts";
import { rootKeyOf } from "../testing/root-key.ts";
import { Vault } from "../vault/vault.ts";
import { Identity, isSignatureOf } from "./identity.ts";

const message = Buffer.from("batch 7");
const around = { clock: new TestClock(), random: seededRandom(1), log: silentLog };

let db: Database;
let identity: Identity;

beforeEach(async () => {
  db = await openDatabase(":memory:", "sqlite3");
  identity = await opened();
});
afterEach(async () => {
  await db.close();
});

describe("the appliance's identity", () => {
  test("signs, and what it has signed is checked with its public key alone", async () => {
    const signature = await identity.sign("usage-batch", message);

    expect(signature).toHaveLength(64);
    expect(isSignatureOf(await signer(), "usage-batch", message, signature)).toBe(true);
  });

  test("lasts: a later start signs with the same key", async () => {
    const before = await signer();

    const again = await opened();

    expect(await again.sign("usage-batch", message)).toEqual(
      await identity.sign("usage-batch", message),
    );
    expect({ ...before, applianceId: again.applianceId }).toEqual(before);
  });

  test.each([
    ["another purpose", { domain: "audit-head" }],
    ["other bytes", { message: Buffer.from("batch 8") }],
    ["another appliance", { applianceId: "app_other" }],
    ["a signature cut short", { bytes: 63 }],
  ] as const)("has not signed for %s", async (_, other) => {
    const {
      domain,
      message: bytes,
      applianceId,
      bytes: length,
    } = {
      domain: "usage-batch" as const,
      message,
      applianceId: identity.applianceId,
      bytes: 64,
      ...other,
    };
    const signature = (await identity.sign("usage-batch", message)).subarray(0, length);

    expect(isSignatureOf({ ...(await signer()), applianceId }, domain, bytes, signature)).toBe(
      false,
    );
  });

  test("signs bytes in which no two purposes, appliances and messages look alike", () => {
    expect(signedBytes("app_1", "audit-head", Buffer.from("x")).toString("latin1")).toBe(
      "\0\x15agentcall-signature/1\0\x0aaudit-head\0\x05app_1x",
    );
  });

  test("signs a webhook as it is, which is no signature for any purpose", async () => {
    const { publicKeyPem } = await signer();
    const signature = await identity.signWebhook(message);

    expect(verify(null, message, createPublicKey(publicKeyPem), signature)).toBe(true);
    expect(isSignatureOf(await signer(), "usage-batch", message, signature)).toBe(false);
  });

  test("keeps the private half nowhere but sealed", async () => {
    const [row] = await db.all("SELECT * FROM identity");
    const [sealed] = await db.all("SELECT purpose, preview FROM secret");

    expect(Object.keys(row ?? {})).toEqual(["id", "public_key", "made_at_ms"]);
    expect(sealed).toEqual({ purpose: "signing-key", preview: "ed25519" });
  });

  test("has no public key before the first one was made", async () => {
    await db.tx((writer) => writer.run("DELETE FROM identity"));

    expect(await identity.publicKeyPem()).toBeNull();
  });

  test("says so when the sealed key does not open", async () => {
    await db.tx((writer) => writer.run("UPDATE secret SET stored = x'01'"));

    await expect(identity.sign("usage-batch", message)).rejects.toMatchObject({
      code: "signing-key-unreadable",
    });
  });
});

async function opened(): Promise<Identity> {
  const vault = await Vault.open(db, rootKeyOf("the test"), around);
  const made = new Identity(db, vault, around.clock, around.random);
  await made.ensureSigningKey();
  return made;
}

async function signer(): Promise<{ applianceId: string; publicKeyPem: string }> {
  return {
    applianceId: identity.applianceId,
    publicKeyPem: (await identity.publicKeyPem()) ?? "",
  };
}
