import type { NumberId } from "@agentcall/contract";
import { afterEach, beforeEach, expect, test } from "vitest";
import type { Database } from "../sqlite/database.ts";
import { openDatabase } from "../sqlite/open-database.ts";
import { recordOf } from "../testing/call-facts.ts";
import { addTokens, tokensOf } from "./token-totals.ts";

const numberId = "num_1" as NumberId;

let db: Database;

beforeEach(async () => {
  db = await openDatabase(":memory:", "sqlite3");
});

afterEach(async () => {
  await db.close();
});

test("calls of one month, number, mode and model add up", async () => {
  for (const model of ["a", "a", "b"]) {
    await db.tx((writer) => addTokens(writer, recordOf({ numberId, model })));
  }

  const totals = await tokensOf(db, "2026-11");
  expect(totals.map(({ model, tokenUsage }) => [model, tokenUsage.outputAudioTokens])).toEqual([
    ["a", 8],
    ["b", 4],
  ]);
});

test("a call counts in the month of its answer, one without in that of its beginning", async () => {
  const startedAtMs = Date.UTC(2026, 11) - 1_000;
  const answered = recordOf({ numberId, startedAtMs, answeredAtMs: startedAtMs + 2_000 });
  const unanswered = recordOf({ numberId, startedAtMs, answeredAtMs: null, model: "b" });
  await db.tx(async (writer) => {
    await addTokens(writer, answered);
    await addTokens(writer, unanswered);
  });

  expect(await tokensOf(db, "2026-11")).toMatchObject([{ model: "b" }]);
  expect(await tokensOf(db, "2026-12")).toMatchObject([{ model: answered.model }]);
});

test.each([
  ["number", { numberId: null }],
  ["mode", { numberId, voiceMode: null }],
  ["model", { numberId, model: null }],
])("a call without a %s has used none", async (_what, changes) => {
  await db.tx((writer) => addTokens(writer, recordOf(changes)));

  expect(await tokensOf(db, "2026-11")).toEqual([]);
});
