import { afterEach, beforeEach, describe, expect, test } from "vitest";
import type { Database } from "../sqlite/database.ts";
import { openDatabase } from "../sqlite/open-database.ts";
import { usageEntryId } from "./entry-id.ts";
import { chainAt, LedgerStore } from "./ledger-store.ts";
import { namedEntry, runLedgerScript } from "./testing/ledger-script.ts";
import { spentMicros, totalsOf } from "./usage-totals.ts";

let db: Database;
const run = (script: string): Promise<readonly string[]> => runLedgerScript(db, script);

beforeEach(async () => {
  db = await openDatabase(":memory:", "sqlite3");
});

afterEach(async () => {
  await db.close();
});

describe("LedgerStore", () => {
  test("an entry can be sent again, and cannot be changed", async () => {
    const wrong = await run(`
      append e1 60   = created
      append e1 60   = exists
      append e1 61   = exists-with-different-content
      append e2 30   = created
      total          = 90
      sequence       = 2
      chain          = intact
    `);

    expect(wrong).toEqual([]);
  });

  test("several entries at once keep their order, and one of them twice counts once", async () => {
    const wrong = await run(`
      append e1 60, e2 30, e1 60   = created, created, exists
      append e3 1, e3 2            = created, exists-with-different-content
      append e2 30, e4 5           = exists, created
      total                        = 96
      sequence                     = 4
      chain                        = intact
    `);

    expect(wrong).toEqual([]);
  });

  test("more entries than one statement or one page takes are one chain", async () => {
    const ledger = new LedgerStore(db);
    const entries = Array.from({ length: 6_001 }, (_, index) => namedEntry(String(index), 1));

    const outcomes = await db.tx((writer) => ledger.append(writer, entries, 0));

    expect(new Set(outcomes)).toEqual(new Set(["created"]));
    expect(await ledger.verify()).toEqual({ kind: "intact", ...(await ledger.head()) });
    expect((await ledger.list(6_000, 10)).map(({ sequence }) => sequence)).toEqual([6_001]);
  }, 60_000); // 6,001 hashes, twice

  test("the database itself refuses to alter, to remove and to leave a gap", async () => {
    const attempt = (statement: string): Promise<number> =>
      db.tx((writer) => writer.run(statement));
    await run("append e1 60, e2 30 = created, created");
    await db.tx((writer) =>
      writer.run("CREATE TEMP TABLE copy AS SELECT * FROM ledger_entry WHERE sequence = 1"),
    );
    await attempt("UPDATE copy SET sequence = 4, entry_id = 'another'");

    await expect(attempt("UPDATE ledger_entry SET amount_micros = 0")).rejects.toThrow(
      "the ledger is not altered",
    );
    await expect(attempt("DELETE FROM ledger_entry")).rejects.toThrow("the ledger is not removed");
    await expect(attempt("INSERT INTO ledger_entry SELECT * FROM copy")).rejects.toThrow(
      "the ledger has no gap",
    );
    expect(await run("total = 90\nsequence = 2\nchain = intact")).toEqual([]);
  });

  test.each([
    ["altered", "UPDATE ledger_entry SET amount_micros = 1 WHERE sequence = 2", 2],
    ["taken out", "DELETE FROM ledger_entry WHERE sequence = 2", 3],
    ["moved", "UPDATE ledger_entry SET sequence = 9 WHERE sequence = 3", 9],
  ])(
    "whoever takes the triggers away is found out: an entry %s",
    async (_what, change, brokenAt) => {
      await run("append e1 60, e2 30, e3 10 = created, created, created");
      await db.tx(async (writer) => {
        await writer.run("DROP TRIGGER ledger_is_not_altered");
        await writer.run("DROP TRIGGER ledger_is_not_removed");
        await writer.run(change);
      });

      expect(await new LedgerStore(db).verify()).toEqual({ kind: "broken", sequence: brokenAt });
    },
  );

  test("what its transaction undoes has left nothing, neither in the sums", async () => {
    const ledger = new LedgerStore(db);
    const failing = db.tx(async (writer) => {
      await ledger.append(writer, [namedEntry("e1", 60)], 0);
      throw new Error("the record could not be written");
    });

    await expect(failing).rejects.toThrow("the record");
    expect(await run("append e2 5 = created\ntotal = 5\nsequence = 1")).toEqual([]);
  });

  test("its chain begins before the first entry and can be asked at each", async () => {
    await run("append e1 60, e2 30 = created, created");
    const [first] = await new LedgerStore(db).list(0, 1);

    expect(await chainAt(db, 0)).toBe("0".repeat(64));
    expect(await chainAt(db, 1)).toBe(first?.hash);
    await expect(chainAt(db, 3)).rejects.toThrow("no gap");
  });

  test("sums stand by month, number and mode, and a call counts once", async () => {
    const ledger = new LedgerStore(db);
    const december = Date.UTC(2026, 11);
    await db.tx((writer) =>
      ledger.append(
        writer,
        [
          { ...namedEntry("a", 300), kind: "interim" },
          { ...namedEntry("b", 10), fromMs: 4_000, kind: "recovered" },
          { ...namedEntry("c", 60), voiceMode: "byok" },
          { ...namedEntry("d", 60), bookedAtMs: december },
          { ...namedEntry("e", 60), bookedAtMs: december - 1, numberId: "num_2" },
        ],
        0,
      ),
    );

    const sums = (await totalsOf(db, "2026-11")).map(
      ({ numberId, voiceMode, calls, talkMs, billedMs }) =>
        `${numberId} ${voiceMode} ${String([calls, talkMs, billedMs])}`,
    );
    expect(sums).toEqual([
      "num_1 byok 1,60000,60000",
      "num_1 managed 1,306000,310000",
      "num_2 managed 1,60000,60000",
    ]);
    expect(await spentMicros(db, "2026-11", "num_1")).toBe(370_000);
    expect(await spentMicros(db, "2026-12", null)).toBe(60_000);
    expect(await spentMicros(db, "2027-01", null)).toBe(0);
  });
});

test("an entry's id is made of what makes it this entry, and of nothing else", () => {
  const id = usageEntryId("box", 1, "call_1", 0);

  expect(id).toMatch(/^ent_[0-9a-z]{32}$/);
  expect(usageEntryId("box", 1, "call_1", 0)).toBe(id);
  const others = [
    usageEntryId("box2", 1, "call_1", 0),
    usageEntryId("box", 2, "call_1", 0),
    usageEntryId("box", 1, "call_2", 0),
    usageEntryId("box", 1, "call_1", 1),
    usageEntryId("box", 11, "call_1", 0),
  ];
  expect(new Set([id, ...others]).size).toBe(6);
});
