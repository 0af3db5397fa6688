import { type Log, Secret, seededRandom, silentLog } from "@agentcall/base";
import { TestClock } from "@agentcall/base/testing";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { AuditLog } from "../audit/audit-log.ts";
import type { Database } from "../sqlite/database.ts";
import { openDatabase } from "../sqlite/open-database.ts";
import { cheapPassphrase, rootKeyOf } from "../testing/root-key.ts";
import { Rotation } from "./rotation.ts";
import { vaultStatus } from "./vault-status.ts";
import { Vault } from "./vault.ts";

const actor = { id: "key_1", role: "admin" };
const words = new Secret("correct horse battery");
const random = seededRandom(1);

let db: Database;
let clock: TestClock;
let errors: string[];
let vault: Vault;
let rotation: Rotation;

beforeEach(async () => {
  db = await openDatabase(":memory:", "sqlite3");
  clock = new TestClock();
  errors = [];
  await open();
});
afterEach(async () => {
  await rotation.close();
  await db.close();
});

describe("a rotation", () => {
  test("makes a new primary at once, and rewraps every envelope behind it", async () => {
    await put(250);

    const version = await rotation.rotate(actor);
    const during = await vaultStatus(db, vault.door);
    await rotation.settled();
    const after = await vaultStatus(db, vault.door);

    expect(version).toBe(2);
    expect(during).toMatchObject({ primaryVersion: 2, envelopes: 250 });
    expect(during.waitingForRewrap).toBeGreaterThan(0);
    expect(after).toMatchObject({ primaryVersion: 2, waitingForRewrap: 0, unreadable: 0 });
    expect(states(after)).toEqual(["disabled", "primary"]);
    expect(await reads(250)).toBe(250);
  });

  test("lets every envelope be opened and saved at every moment of it", async () => {
    await put(250);
    await rotation.rotate(actor);

    const work = { isSettled: false };
    const settled = rotation.settled().then(() => {
      work.isSettled = true;
    });
    let readAtOnce = 0;
    while (!work.isSettled) {
      readAtOnce += await reads(1, readAtOnce % 250);
      await put(1, 249 + readAtOnce);
    }
    await settled;

    expect(readAtOnce).toBeGreaterThan(3);
    expect(await reads(250 + readAtOnce)).toBe(250 + readAtOnce);
  });

  test("leaves alone what was saved anew while it was being rewrapped", async () => {
    await put(1);
    await rotation.rotate(actor);

    const saved = db.tx((writer) => vault.put(writer, keepsake(0, "the new one")));
    await Promise.all([saved, rotation.settled()]);

    expect((await vault.open("purpose", ownerOf(0)))?.reveal()).toBe("the new one");
  });

  test("destroys the former key a minute after nothing needs it, in file and memory", async () => {
    await put(3);
    await rotation.rotate(actor);
    await rotation.settled();
    expect(vault.door.opened().ring.key(1)).not.toBeNull();

    await clock.advanceAsync(60_000);
    await rotation.settled();

    expect(states(await vaultStatus(db, vault.door))).toEqual(["destroyed", "primary"]);
    expect(await db.get("SELECT * FROM wrapping_key WHERE key_version = 1")).toMatchObject({
      nonce: null,
      ciphertext: null,
      tag: null,
    });
    expect(vault.door.opened().ring.key(1)).toBeNull();
    expect(await reads(3)).toBe(3);
    expect(clock.pendingCount).toBe(0);
  });

  test("over a rotation that is not done yet brings all envelopes under the newest key", async () => {
    await put(150);

    await rotation.rotate(actor);
    const version = await rotation.rotate(actor);
    await rotation.settled();

    const status = await vaultStatus(db, vault.door);
    expect([version, status.primaryVersion, status.waitingForRewrap]).toEqual([3, 3, 0]);
    expect(states(status)).toEqual(["disabled", "disabled", "primary"]);
  });

  test("that was cut off goes on at the next start", async () => {
    await put(150);
    await rotation.rotate(actor);
    await rotation.close();
    const cut = await vaultStatus(db, vault.door);

    await open();
    rotation.resume();
    await rotation.settled();

    expect(cut.waitingForRewrap).toBeGreaterThan(0);
    expect(await vaultStatus(db, vault.door)).toMatchObject({ waitingForRewrap: 0 });
    expect(await reads(150)).toBe(150);
  });

  test("destroys at the next start what was due while nothing ran", async () => {
    await rotation.rotate(actor);
    await rotation.settled();
    await rotation.close();
    clock.advance(3_600_000);

    await open();
    rotation.resume();
    await rotation.settled();

    expect(states(await vaultStatus(db, vault.door))).toEqual(["destroyed", "primary"]);
  });

  test("is written into the audit, each of its steps", async () => {
    await rotation.rotate(actor);
    await rotation.settled();
    await clock.advanceAsync(60_000);
    await rotation.settled();

    const entries = await new AuditLog(db, clock).list(10, null);
    expect(entries.map(({ action, actor: { id }, detail }) => [action, id, detail])).toEqual([
      ["vault.key-destroyed", "appliance", { keyVersion: 1 }],
      ["vault.key-disabled", "appliance", { keyVersion: 1 }],
      ["vault.rotated", "key_1", { before: 1, after: 2 }],
    ]);
  });
});

describe("a damaged envelope", () => {
  test("is told and marked, and holds up neither the others nor the end of the old key", async () => {
    await put(3);
    await damage(1);

    await rotation.rotate(actor);
    await rotation.settled();

    const status = await vaultStatus(db, vault.door);
    expect(status).toMatchObject({ waitingForRewrap: 0, unreadable: 1 });
    expect(states(status)).toEqual(["disabled", "primary"]);
    expect(await vault.find("purpose", ownerOf(1))).toEqual({ kind: "unreadable" });
    expect(await reads(3)).toBe(2);
    expect(errors).toContain("a sealed secret does not open");
  });

  test("is found by a look through the vault, and good again when it was put back", async () => {
    await put(450);
    const stored = await damage(444);

    await vault.check();
    const found = await vaultStatus(db, vault.door);
    await db.tx((writer) =>
      writer.run("UPDATE secret SET stored = ? WHERE owner_id = ?", stored, ownerOf(444)),
    );
    await vault.check();

    expect(found.unreadable).toBe(1);
    expect(await vaultStatus(db, vault.door)).toMatchObject({ unreadable: 0 });
  });

  test("is replaced by a new secret as a whole one is", async () => {
    await put(1);
    await damage(0);
    await vault.find("purpose", ownerOf(0));

    await put(1);

    expect(await vaultStatus(db, vault.door)).toMatchObject({ unreadable: 0 });
    expect(await reads(1)).toBe(1);
  });
});

describe("a vault that is sealed", () => {
  test("is not rotated, and goes on with a rotation when it is unsealed", async () => {
    await rotation.close();
    await db.close();
    db = await openDatabase(":memory:", "sqlite3");
    await open(true);
    await vault.door.unseal(words, actor);
    await put(250);
    await rotation.rotate(actor);
    await vault.door.seal(actor);
    await rotation.settled();
    const sealed = await vaultStatus(db, vault.door);

    await expect(rotation.rotate(actor)).rejects.toMatchObject({ code: "vault_sealed" });
    await vault.door.unseal(words, actor);
    rotation.resume();
    await rotation.settled();

    expect(sealed).toMatchObject({ state: "sealed", primaryVersion: 2 });
    expect(await vaultStatus(db, vault.door)).toMatchObject({ state: "open", waitingForRewrap: 0 });
    expect(await reads(250)).toBe(250);
  });
});

test("a rotation that fails in the background is told, and tried again in a minute", async () => {
  await put(1);
  await rotation.rotate(actor);
  await db.tx((writer) => writer.run("ALTER TABLE secret RENAME TO secret_away"));
  await rotation.settled();
  expect(errors).toEqual(["envelopes could not be rewrapped"]);

  await db.tx((writer) => writer.run("ALTER TABLE secret_away RENAME TO secret"));
  await clock.advanceAsync(60_000);
  await rotation.settled();

  expect(await vaultStatus(db, vault.door)).toMatchObject({ waitingForRewrap: 0 });
});

async function open(isPassphrase = false): Promise<void> {
  const log: Log = {
    ...silentLog,
    error: (_, message) => {
      errors.push(message);
    },
  };
  const around = { clock, random, log };
  vault = await Vault.open(db, isPassphrase ? cheapPassphrase : rootKeyOf("root"), around);
  rotation = new Rotation({ ...around, db, audit: new AuditLog(db, clock), door: vault.door });
}

function ownerOf(index: number): string {
  return `num_${String(index).padStart(5, "0")}`;
}

function keepsake(index: number, text = `secret ${String(index)}`): Parameters<Vault["put"]>[1] {
  return {
    purpose: "purpose",
    ownerId: ownerOf(index),
    secret: new Secret(text),
    preview: "…",
  };
}

async function put(count: number, from = 0): Promise<void> {
  await db.tx(async (writer) => {
    for (let index = from; index < from + count; index += 1) {
      await vault.put(writer, keepsake(index));
    }
  });
}

/** How many of the secrets open and are what was sealed. */
async function reads(count: number, from = 0): Promise<number> {
  let opened = 0;
  for (let index = from; index < from + count; index += 1) {
    const secret = await vault.open("purpose", ownerOf(index));
    if (secret?.reveal() === `secret ${String(index)}`) opened += 1;
  }
  return opened;
}

/** Flips a bit of the wrapped data key. Returns what was there before. */
async function damage(index: number): Promise<Uint8Array> {
  const row = await db.get("SELECT stored FROM secret WHERE owner_id = ?", ownerOf(index));
  const stored = row?.["stored"];
  if (!(stored instanceof Uint8Array)) throw new Error("it was put before");
  const damaged = Buffer.from(stored);
  damaged.writeUInt8(damaged.readUInt8(20) ^ 1, 20);
  await db.tx((writer) =>
    writer.run("UPDATE secret SET stored = ? WHERE owner_id = ?", damaged, ownerOf(index)),
  );
  return stored;
}

function states({ keys }: Awaited<ReturnType<typeof vaultStatus>>): readonly string[] {
  return keys.map(({ state }) => state);
}
