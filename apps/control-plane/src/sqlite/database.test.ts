import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import type { Connection, Database, SqlValue } from "./database.ts";
import { openDatabase, type SqliteDriver } from "./open-database.ts";
import { QueuedDatabase } from "./queued-database.ts";

const drivers: readonly SqliteDriver[] = ["sqlite3", "node"];

// Both drivers keep the same promises: each test runs with each of them, on a real file.
describe.each(drivers)("the database through %s", (driver) => {
  let folder: string;
  let db: Database;

  beforeEach(async () => {
    folder = mkdtempSync(path.join(tmpdir(), "agentcall-db-"));
    db = await openDatabase(path.join(folder, "test.db"), driver);
    await db.tx(async (writer) => {
      await writer.run("CREATE TABLE thing (name TEXT PRIMARY KEY, size INTEGER) STRICT");
      await writer.run(
        "CREATE TABLE part (thing TEXT NOT NULL REFERENCES thing (name), size REAL) STRICT",
      );
    });
  });
  afterEach(async () => {
    await db.close();
    rmSync(folder, { recursive: true });
  });

  const put = (name: string, size: SqlValue): Promise<number> =>
    db.tx((writer) => writer.run("INSERT INTO thing (name, size) VALUES (?, ?)", name, size));
  const names = async (): Promise<readonly SqlValue[]> =>
    (await db.all("SELECT name FROM thing ORDER BY name")).map(({ name }) => name ?? null);

  test("keeps what it was given", async () => {
    const changes = await put("a", 7);

    expect(changes).toBe(1);
    expect(await db.get("SELECT * FROM thing")).toEqual({ name: "a", size: 7 });
    expect(await db.get("SELECT * FROM thing WHERE name = 'b'")).toBeNull();
  });

  test("two transactions never interleave, so that one's undoing takes nothing from the other", async () => {
    const gate = Promise.withResolvers<undefined>();
    const first = db.tx(async (writer) => {
      await writer.run("INSERT INTO thing (name) VALUES ('first')");
      await gate.promise;
      throw new Error("thought better of it");
    });
    const second = put("second", 2);
    gate.resolve(undefined);

    await expect(first).rejects.toThrow("thought better of it");
    await second;
    expect(await names()).toEqual(["second"]);
  });

  test("what is to follow a transaction follows it on disk, and not when it is undone", async () => {
    const followed: unknown[] = [];
    await db.tx(async (writer) => {
      writer.afterCommit(() => followed.push("kept"));
      await writer.run("INSERT INTO thing (name) VALUES ('kept')");
      expect(followed).toEqual([]);
    });
    const undone = db.tx((writer) => {
      writer.afterCommit(() => followed.push("undone"));
      return Promise.reject(new Error("thought better of it"));
    });

    await expect(undone).rejects.toThrow("thought better of it");
    expect(followed).toEqual(["kept"]);
  });

  test("a failing statement undoes the whole transaction, and the next one works", async () => {
    await put("there", 1);

    const failed = db.tx(async (writer) => {
      await writer.run("INSERT INTO thing (name) VALUES ('new')");
      await writer.run("INSERT INTO thing (name) VALUES ('there')");
    });

    await expect(failed).rejects.toThrow(/UNIQUE/);
    expect(await names()).toEqual(["there"]);
    await put("next", 2);
    expect(await names()).toEqual(["next", "there"]);
  });

  test("a hundred transactions at once each see the ones before them", async () => {
    await put("count", 0);

    await Promise.all(
      Array.from({ length: 100 }, () =>
        db.tx(async (writer) => {
          const row = await writer.get("SELECT size FROM thing WHERE name = 'count'");
          await writer.run(
            "UPDATE thing SET size = ? WHERE name = 'count'",
            Number(row?.["size"]) + 1,
          );
        }),
      ),
    );

    expect(await db.get("SELECT size FROM thing")).toEqual({ size: 100 });
  });

  test("a statement of a transaction that is over is refused", async () => {
    const late = await db.tx((writer) => Promise.resolve(writer));

    await expect(late.run("INSERT INTO thing (name) VALUES ('late')")).rejects.toThrow("is over");
    await expect(late.all("SELECT 1")).rejects.toThrow("is over");
    expect(await names()).toEqual([]);
  });

  test.each([
    [10n],
    [undefined],
    [Number.NaN],
    [Number.POSITIVE_INFINITY],
    [2 ** 53],
    [{}],
    [true],
  ])("refuses %s as a parameter, which would be stored as something else", async (value) => {
    await expect(put("odd", value as SqlValue)).rejects.toThrow(/parameter 2/);
    expect(await names()).toEqual([]);
  });

  test("refuses to read a whole number that JavaScript would round", async () => {
    await db.tx((writer) => writer.run("INSERT INTO thing VALUES ('big', 9007199254740993)"));

    await expect(db.get("SELECT size FROM thing")).rejects.toThrow();
  });

  test("refuses a second statement behind the first, and names in quotes", async () => {
    await expect(
      db.tx((writer) => writer.run("DELETE FROM thing; DELETE FROM part")),
    ).rejects.toThrow("one statement at a time");
    await expect(db.all('SELECT "nosuchcolumn" FROM thing')).rejects.toThrow("without quotes");
    expect(await db.all("SELECT 'a;b \"c\"' AS text")).toEqual([{ text: 'a;b "c"' }]);
  });

  test("a statement that is wrong rejects, and the process lives", async () => {
    await expect(db.all("SELEKT 1")).rejects.toThrow(/syntax error/);
    await expect(db.tx((writer) => writer.run("INSERT INTO nowhere VALUES (1)"))).rejects.toThrow(
      /no such table/,
    );
    expect(await db.get("SELECT 1 AS one")).toEqual({ one: 1 });
  });

  test("foreign keys and column types hold", async () => {
    const orphan = db.tx((writer) => writer.run("INSERT INTO part (thing) VALUES ('none')"));
    const text = put("a", "seven");

    await expect(orphan).rejects.toThrow(/FOREIGN KEY/);
    await expect(text).rejects.toThrow(/INTEGER/);
  });

  test("bytes come back as bytes, and texts with every letter", async () => {
    await db.tx((writer) => writer.run("CREATE TABLE blob (bytes BLOB, text TEXT) STRICT"));
    const bytes = Uint8Array.from({ length: 256 }, (_, index) => index);
    await db.tx((writer) => writer.run("INSERT INTO blob VALUES (?, ?)", bytes, "Grüße 😀 '\""));

    const row = await db.get("SELECT * FROM blob");

    expect(Uint8Array.from(row?.["bytes"] as Uint8Array)).toEqual(bytes);
    expect(row?.["text"]).toBe("Grüße 😀 '\"");
  });

  test("outside of a transaction nothing is written", async () => {
    await expect(db.all("INSERT INTO thing (name) VALUES ('x') RETURNING name")).rejects.toThrow(
      /readonly/,
    );
  });

  test("its file is set up so that a commit survives a power cut", async () => {
    const setting = async (name: string): Promise<unknown> =>
      db.tx(async (writer) => Object.values((await writer.get(`PRAGMA ${name}`)) ?? {})[0]);

    expect(await setting("journal_mode")).toBe("wal");
    expect(await setting("synchronous")).toBe(2);
    expect(await setting("foreign_keys")).toBe(1);
    expect(await setting("secure_delete")).toBe(1);
  });

  test("closing waits for what is under way, may be done twice, and ends the taking of more", async () => {
    const written = put("last", 1);
    const closed = db.close();
    await Promise.all([written, closed, db.close()]);

    await expect(put("more", 2)).rejects.toThrow("closed");
    db = await openDatabase(path.join(folder, "test.db"), driver);
    expect(await names()).toEqual(["last"]);
  });

  test("a file of a newer version is not touched", async () => {
    await db.tx((writer) => writer.run("PRAGMA user_version = 9999"));
    await db.close();

    await expect(openDatabase(path.join(folder, "test.db"), driver)).rejects.toThrow(
      /newer version of the appliance/,
    );
  });
});

test("what one driver wrote, the other reads", async () => {
  const folder = mkdtempSync(path.join(tmpdir(), "agentcall-db-"));
  const file = path.join(folder, "test.db");
  const one = await openDatabase(file, "sqlite3");
  await one.tx((writer) => writer.run("CREATE TABLE thing (name TEXT) STRICT"));
  await one.tx((writer) => writer.run("INSERT INTO thing VALUES ('a')"));
  await one.close();

  const other = await openDatabase(file, "node");

  expect(await other.all("SELECT name FROM thing")).toEqual([{ name: "a" }]);
  await other.close();
  rmSync(folder, { recursive: true });
});

test("a file that is no database is told in a sentence, or not opened at all", async () => {
  const folder = mkdtempSync(path.join(tmpdir(), "agentcall-db-"));

  await expect(openDatabase(folder, "sqlite3")).rejects.toThrow();
  await expect(openDatabase(folder, "node")).rejects.toThrow();
  rmSync(folder, { recursive: true });
});

test("a checkpoint that another program's reading kept from finishing is a failure", async () => {
  const busy: Connection = {
    all: () => Promise.resolve([{ busy: 1, log: 3, checkpointed: 0 }]),
    run: () => Promise.resolve(0),
    close: () => Promise.resolve(),
  };

  const checkpoint = new QueuedDatabase(busy, busy).checkpoint();

  await expect(checkpoint).rejects.toThrow(/not out of its files yet/);
});
