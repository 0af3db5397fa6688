import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { DatabaseSync } from "node:sqlite";
import { TestClock } from "@agentcall/base/testing";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import type { Database } from "../sqlite/database.ts";
import { openDatabase } from "../sqlite/open-database.ts";
import { AuditLog } from "./audit-log.ts";

const actor = { id: "key_1", role: "admin" };
const clock = new TestClock();

let folder: string;
let file: string;
let db: Database;
let audit: AuditLog;

beforeEach(async () => {
  folder = mkdtempSync(path.join(tmpdir(), "agentcall-audit-"));
  file = path.join(folder, "agentcall.db");
  await open();
  for (const object of ["a", "b", "c", "d"]) await append(object);
});
afterEach(async () => {
  await db.close();
  rmSync(folder, { recursive: true });
});

describe("the chain", () => {
  test("of rows that nobody touched is intact, and its head stands for all", async () => {
    const [newest] = await audit.list(1, null);

    expect(await audit.verify()).toEqual({ kind: "intact", entries: 4, head: newest?.hash });
    expect(await audit.head()).toEqual({ entries: 4, head: newest?.hash });
    expect(newest).toMatchObject({ seq: 4, actor, action: "thing.changed", object: "d" });
    expect((await audit.list(10, 3)).map(({ object }) => object)).toEqual(["b", "a"]);
  });

  test("goes not on when the change itself is undone", async () => {
    const undone = db.tx(async (writer) => {
      await audit.append(writer, actor, "thing.changed", "e");
      throw new Error("undone");
    });

    await expect(undone).rejects.toThrow("undone");
    expect(await audit.verify()).toMatchObject({ entries: 4 });
  });

  test("is intact over more rows than are read at a time", async () => {
    await db.tx(async (writer) => {
      for (let row = 0; row < 2_100; row += 1) await audit.append(writer, actor, "x", "y");
    });

    expect(await audit.verify()).toMatchObject({ kind: "intact", entries: 2_104 });
  });

  test.each(["UPDATE audit SET object = 'x' WHERE seq = 2", "DELETE FROM audit WHERE seq = 2"])(
    "is not changed by %s: the database refuses",
    async (statement) => {
      await expect(db.tx((writer) => writer.run(statement))).rejects.toThrow(/the audit is not/);
    },
  );
});

describe("somebody who changes the database's file", () => {
  test.each([
    ["an altered time", ["UPDATE audit SET at_ms = at_ms + 1 WHERE seq = 3"], 3, "altered"],
    ["an altered actor", ["UPDATE audit SET actor_id = 'x' WHERE seq = 2"], 2, "altered"],
    ["an altered role", ["UPDATE audit SET actor_role = 'x' WHERE seq = 2"], 2, "altered"],
    ["an altered action", ["UPDATE audit SET action = 'x' WHERE seq = 1"], 1, "altered"],
    ["an altered object", ["UPDATE audit SET object = 'x' WHERE seq = 2"], 2, "altered"],
    ["an altered detail", ["UPDATE audit SET detail = '{' WHERE seq = 1"], 1, "altered"],
    ["an altered hash", ["UPDATE audit SET hash = 'f' WHERE seq = 4"], 4, "altered"],
    ["a row taken out", ["DELETE FROM audit WHERE seq = 2"], 2, "removed"],
    ["the first row taken out", ["DELETE FROM audit WHERE seq = 1"], 1, "removed"],
    ["two rows taken out", ["DELETE FROM audit WHERE seq IN (2, 3)"], 2, "removed"],
    ["a row moved to the end", ["UPDATE audit SET seq = 9 WHERE seq = 2"], 2, "moved"],
    ["a row moved before the first", ["UPDATE audit SET seq = -1 WHERE seq = 2"], -1, "moved"],
    [
      "a row taken out, and those behind it moved up",
      ["DELETE FROM audit WHERE seq = 2", "UPDATE audit SET seq = seq - 1 WHERE seq > 2"],
      2,
      "altered",
    ],
    [
      "a row put in between",
      [
        "UPDATE audit SET seq = seq + 10 WHERE seq > 2",
        "INSERT INTO audit SELECT 3, at_ms, actor_id, actor_role, action, 'x', detail, hash FROM audit WHERE seq = 1",
        "UPDATE audit SET seq = seq - 9 WHERE seq > 10",
      ],
      3,
      "moved",
    ],
  ] as const)("leaves %s to be found and named", async (_, statements, seq, fault) => {
    await tamper(statements);

    expect(await audit.verify()).toEqual({ kind: "broken", seq, fault });
  });

  test("and changes two rows' places is told which was the first of them", async () => {
    await tamper([
      "UPDATE audit SET seq = 99 WHERE seq = 2",
      "UPDATE audit SET seq = 2 WHERE seq = 3",
      "UPDATE audit SET seq = 3 WHERE seq = 99",
    ]);

    expect(await audit.verify()).toEqual({ kind: "broken", seq: 2, fault: "moved" });
  });

  test("cuts off the end unseen, but not by who knows a former head", async () => {
    const known = await audit.head();

    await tamper(["DELETE FROM audit WHERE seq > 2"]);

    expect(await audit.verify()).toMatchObject({ kind: "intact", entries: 2 });
    expect(await audit.verify(known)).toEqual({ kind: "broken", seq: 3, fault: "removed" });
  });

  test("and writes the whole chain anew is found by who knows a former head", async () => {
    const known = await audit.head();
    await tamper(["DELETE FROM audit"]);
    for (const object of ["a", "b", "c", "other", "e"]) await append(object);

    expect(await audit.verify()).toMatchObject({ kind: "intact", entries: 5 });
    expect(await audit.verify(known)).toEqual({ kind: "broken", seq: 4, fault: "altered" });
  });
});

test("a chain that has grown since a head was known is intact", async () => {
  const known = await audit.head();
  await append("e");

  expect(await audit.verify(known)).toMatchObject({ kind: "intact", entries: 5 });
});

async function open(): Promise<void> {
  db = await openDatabase(file, "sqlite3");
  audit = new AuditLog(db, clock);
}

async function append(object: string): Promise<void> {
  await db.tx((writer) => audit.append(writer, actor, "thing.changed", object, { n: 1 }));
}

/** Another program's hand on the file, which first takes the triggers away. */
async function tamper(statements: readonly string[]): Promise<void> {
  await db.close();
  const other = new DatabaseSync(file);
  other.exec("DROP TRIGGER audit_is_not_altered");
  other.exec("DROP TRIGGER audit_is_not_removed");
  for (const statement of statements) other.exec(statement);
  other.close();
  await open();
}
