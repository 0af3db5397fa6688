import { Secret, seededRandom, silentLog } from "@agentcall/base";
import { TestClock } from "@agentcall/base/testing";
import { rootKeyFromBytes } from "@agentcall/vault";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { AuditLog } from "../audit/audit-log.ts";
import type { Database } from "../sqlite/database.ts";
import { openDatabase } from "../sqlite/open-database.ts";
import { cheapPassphrase, rootKeyOf } from "../testing/root-key.ts";
import type { RootSource } from "./root-source.ts";
import { Vault } from "./vault.ts";

const actor = { id: "key_1", role: "admin" };
const words = new Secret("correct horse battery");
const otherWords = new Secret("another horse, another battery");
const around = { clock: new TestClock(), random: seededRandom(1), log: silentLog };

let db: Database;

beforeEach(async () => {
  db = await openDatabase(":memory:", "sqlite3");
});
afterEach(async () => {
  await db.close();
});

describe("a vault with a file", () => {
  test("is open from the first start on, and at every later one", async () => {
    await put(await opened(rootKeyOf("root")));

    const again = await opened(rootKeyOf("root"));

    expect(again.door.isSealed).toBe(false);
    expect(await revealed(again)).toBe("the secret");
  });

  test("does not open by another key, and nothing is written then", async () => {
    await put(await opened(rootKeyOf("root")));
    const before = await everything();

    const wrong = opened(rootKeyOf("another"));

    await expect(wrong).rejects.toMatchObject({
      code: "wrong-setting",
      message:
        "AGENTCALL_ROOT_KEY_FILE is wrong: the key in it does not open the vault of this database.",
    });
    expect(await everything()).toEqual(before);
  });

  test("is not sealed or unsealed: the file would open it again", async () => {
    const { door } = await opened(rootKeyOf("root"));

    await expect(door.seal(actor)).rejects.toMatchObject({ code: "conflict" });
    await expect(door.unseal(words, actor)).rejects.toMatchObject({ code: "conflict" });
    await expect(door.rekeyPassphrase(words, words, actor)).rejects.toMatchObject({
      code: "conflict",
    });
  });

  test("opens by the next key alone after a rekey, with the same secrets and fingerprints", async () => {
    const root = rootKeyOf("root");
    const former = root.keys.current;
    const vault = await opened(root);
    await put(vault);
    const before = await vault.fingerprintOf("purpose", "owner");

    await vault.door.rekeyFile(actor);

    expect(root.keys.current).not.toEqual(former);
    const again = await opened(root);
    expect(await revealed(again)).toBe("the secret");
    await put(again);
    expect(await again.fingerprintOf("purpose", "owner")).toBe(before);
    await expect(opened(rootKeyOf("root"))).rejects.toMatchObject({ code: "wrong-setting" });
    expect(await actions()).toEqual(["vault.rekeyed"]);
  });

  test("whose rekey was interrupted before the ring followed keeps its key", async () => {
    const root = rootKeyOf("root");
    await put(await opened(root));
    root.keys.stage(Buffer.alloc(32, 7));

    const again = await opened(root);

    expect(await revealed(again)).toBe("the secret");
    expect(root.keys.staged).toBeNull();
    expect(root.keys.current).toEqual(rootKeyOf("root").keys.current);
  });

  test("whose rekey was interrupted after the ring followed takes the next key", async () => {
    const root = rootKeyOf("root");
    const vault = await opened(root);
    await put(vault);
    const former = root.keys.current;
    await vault.door.rekeyFile(actor);
    const next = root.keys.current;
    const halfway = rootKeyOf("root");
    const keys = { ...halfway.keys, current: former, staged: next, promote: () => undefined };

    const again = await opened({ kind: "file", keys });

    expect(await revealed(again)).toBe("the secret");
  });

  test("whose file and staged key are both strange does not open", async () => {
    await opened(rootKeyOf("root"));
    const root = rootKeyOf("another");
    root.keys.stage(Buffer.alloc(32, 7));

    await expect(opened(root)).rejects.toMatchObject({ code: "wrong-setting" });
    expect(root.keys.staged).toEqual(rootKeyFromBytes(Buffer.alloc(32, 7)));
  });
});

describe("a vault with a passphrase", () => {
  test("starts sealed; the first passphrase is the one, and only that opens it again", async () => {
    const vault = await opened(cheapPassphrase);
    expect(vault.door.isSealed).toBe(true);
    await vault.door.unseal(words, actor);
    await put(vault);

    const again = await opened(cheapPassphrase);
    await expect(again.open("purpose", "owner")).rejects.toMatchObject({ code: "vault_sealed" });
    expect(await again.find("purpose", "owner")).toEqual({ kind: "sealed" });
    await expect(put(again)).rejects.toMatchObject({ code: "vault_sealed" });
    await expect(again.door.unseal(otherWords, actor)).rejects.toMatchObject({
      code: "wrong_passphrase",
    });
    await again.door.unseal(words, actor);

    expect(await revealed(again)).toBe("the secret");
    expect(await actions()).toEqual(["vault.set-up", "vault.passphrase-refused", "vault.unsealed"]);
  });

  test("has the same id before and after its passphrase was chosen", async () => {
    const vault = await opened(cheapPassphrase);
    const { applianceId } = vault;
    await vault.door.unseal(words, actor);

    expect((await opened(cheapPassphrase)).applianceId).toBe(applianceId);
  });

  test("refuses a first passphrase that is too short to withstand guessing", async () => {
    const { door } = await opened(cheapPassphrase);

    await expect(door.unseal(new Secret("eleven char"), actor)).rejects.toMatchObject({
      code: "validation_failed",
      details: { fields: { passphrase: "must have 12 characters or more" } },
    });
    expect(door.isSealed).toBe(true);
  });

  test("is sealed again, and does each time it opens what waits for that", async () => {
    const { door } = await opened(cheapPassphrase);
    let times = 0;
    await door.whenOpen(() => {
      times += 1;
      return Promise.resolve();
    });

    await door.unseal(words, actor);
    await door.unseal(words, actor); // it is open already
    await door.seal(actor);
    await door.seal(actor); // it is sealed already

    expect([door.isSealed, times]).toEqual([true, 1]);
    await door.unseal(words, actor);
    expect([door.isSealed, times]).toEqual([false, 2]);
  });

  test("leaves no key in memory when it is sealed", async () => {
    const { door } = await opened(cheapPassphrase);
    await door.unseal(words, actor);
    const { root, ring } = door.opened();
    const key = ring.primary();

    await door.seal(actor);

    for (const bytes of [root.wrapping, root.fingerprint, key]) {
      expect(bytes.every((byte) => byte === 0)).toBe(true);
    }
  });

  test("takes another passphrase from who knows the present one", async () => {
    const vault = await opened(cheapPassphrase);
    await vault.door.unseal(words, actor);
    await put(vault);
    const before = await vault.fingerprintOf("purpose", "owner");

    await vault.door.rekeyPassphrase(words, otherWords, actor);

    const again = await opened(cheapPassphrase);
    await expect(again.door.unseal(words, actor)).rejects.toMatchObject({
      code: "wrong_passphrase",
    });
    await again.door.unseal(otherWords, actor);
    expect(await revealed(again)).toBe("the secret");
    await put(again);
    expect(await again.fingerprintOf("purpose", "owner")).toBe(before);
  });

  test.each([
    ["a present one that is wrong", otherWords, words, "wrong_passphrase"],
    ["a next one that is too short", words, new Secret("short"), "validation_failed"],
  ])("does not take %s", async (_, present, next, code) => {
    const vault = await opened(cheapPassphrase);
    await vault.door.unseal(words, actor);

    await expect(vault.door.rekeyPassphrase(present, next, actor)).rejects.toMatchObject({ code });

    const again = await opened(cheapPassphrase);
    await again.door.unseal(words, actor);
    expect(again.door.isSealed).toBe(false);
  });

  test("takes no other passphrase while it is sealed, and has no file to exchange", async () => {
    const { door } = await opened(cheapPassphrase);

    await expect(door.rekeyPassphrase(words, otherWords, actor)).rejects.toMatchObject({
      code: "vault_sealed",
    });
    await expect(door.rekeyFile(actor)).rejects.toMatchObject({ code: "conflict" });
  });
});

test.each([
  [rootKeyOf("root"), cheapPassphrase, "file"],
  [cheapPassphrase, rootKeyOf("root"), "passphrase"],
] as const)("a vault is not opened in another way than it was set up", async (first, then, way) => {
  await opened(first);

  await expect(opened(then)).rejects.toMatchObject({
    code: "wrong-setting",
    message: `AGENTCALL_VAULT is wrong: the vault of this database was set up with a ${way}.`,
  });
});

function opened(root: RootSource): Promise<Vault> {
  return Vault.open(db, root, around);
}

async function put(vault: Vault): Promise<void> {
  const secret = new Secret("the secret");
  await db.tx((writer) =>
    vault.put(writer, { purpose: "purpose", ownerId: "owner", secret, preview: "…" }),
  );
}

async function revealed(vault: Vault): Promise<string | null> {
  return (await vault.open("purpose", "owner"))?.reveal() ?? null;
}

async function actions(): Promise<readonly string[]> {
  const entries = await new AuditLog(db, around.clock).list(10, null);
  return entries.map(({ action }) => action).reverse();
}

async function everything(): Promise<unknown> {
  const tables = ["vault", "wrapping_key", "secret", "audit", "api_key", "number"];
  return Promise.all(tables.map((table) => db.all(`SELECT * FROM ${table}`)));
}
