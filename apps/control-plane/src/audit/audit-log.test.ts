import { TestClock } from "@agentcall/base/testing";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import type { Database } from "../sqlite/database.ts";
import { openDatabase } from "../sqlite/open-database.ts";
import { AuditLog } from "./audit-log.ts";

const actor = { id: "key_1", role: "admin" };

let db: Database;
let audit: AuditLog;

beforeEach(async () => {
  db = await openDatabase(":memory:", "sqlite3");
  audit = new AuditLog(db, new TestClock());
  for (const object of ["a", "b", "c", "d"]) {
    await db.tx((writer) => audit.append(writer, actor, "thing.changed", object, { n: 1 }));
  }
});
afterEach(async () => {
  await db.close();
});

describe("the chain", () => {
  test("of rows that nobody touched is intact, and its head stands for all", async () => {
    const [newest] = await audit.list(1, null);

    expect(await audit.verify()).toEqual({ kind: "intact", entries: 4, head: newest?.hash });
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

  test.each(["UPDATE audit SET object = 'x' WHERE seq = 2", "DELETE FROM audit WHERE seq = 2"])(
    "is not changed by %s: the database refuses",
    async (statement) => {
      await expect(db.tx((writer) => writer.run(statement))).rejects.toThrow(/the audit is not/);
    },
  );

  test.each([
    ["an altered object", "UPDATE audit SET object = 'x' WHERE seq = 2", 2],
    ["an altered time", "UPDATE audit SET at_ms = at_ms + 1 WHERE seq = 3", 3],
    ["an altered detail", "UPDATE audit SET detail = '{' WHERE seq = 1", 1],
    ["an altered hash", "UPDATE audit SET hash = 'f' WHERE seq = 4", 4],
    ["a row taken out", "DELETE FROM audit WHERE seq = 2", 3],
    ["the first row taken out", "DELETE FROM audit WHERE seq = 1", 2],
    ["a row moved", "UPDATE audit SET seq = 9 WHERE seq = 2", 3],
  ])("shows %s, by whoever got round that", async (_, statement, brokenAt) => {
    await db.tx(async (writer) => {
      await writer.run("DROP TRIGGER audit_is_not_altered");
      await writer.run("DROP TRIGGER audit_is_not_removed");
      await writer.run(statement);
    });

    expect(await audit.verify()).toEqual({ kind: "broken", seq: brokenAt });
  });

  test("shows two rows that changed places", async () => {
    await db.tx(async (writer) => {
      await writer.run("DROP TRIGGER audit_is_not_altered");
      for (const [from, to] of [
        [2, 99],
        [3, 2],
        [99, 3],
      ] as const) {
        await writer.run("UPDATE audit SET seq = ? WHERE seq = ?", to, from);
      }
    });

    expect(await audit.verify()).toEqual({ kind: "broken", seq: 2 });
  });
});
