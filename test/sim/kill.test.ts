import { type ChildProcess, fork } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { type Random, seededRandom, systemClock } from "@agentcall/base";
import { type BillingServer, startBilling } from "@agentcall/practice";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { LedgerStore } from "../../apps/control-plane/src/ledger/ledger-store.ts";
import { openDatabase } from "../../apps/control-plane/src/sqlite/open-database.ts";

const child = path.join(import.meta.dirname, "ledger-child.ts");
const entryCount = 18; // what the child appends in its six rounds
const lifeMsMax = 60_000; // a life takes a second; one that hangs is told as killed
const killAfterMsMax = 200; // several rounds of append, seal, send and acknowledge
const randomKills = Number(process.env["KILLS"] ?? "3");

let folder: string;
let billing: BillingServer;

beforeEach(async () => {
  folder = mkdtempSync(path.join(tmpdir(), "agentcall-kill-"));
  billing = await startBilling({ file: path.join(folder, "billing.db") });
});

afterEach(async () => {
  await billing.close();
  rmSync(folder, { recursive: true });
});

function begin(killAt: string): ChildProcess {
  const file = path.join(folder, "agentcall.db");
  return fork(child, [file, billing.url, billing.publicKeyPem, killAt], { stdio: "inherit" });
}

/** How one life of the control plane ended. */
async function live(killAt: string): Promise<string> {
  const life = begin(killAt);
  const timer = systemClock().after(lifeMsMax, () => life.kill("SIGKILL"));
  const [code, signal] = (await once(life, "exit")) as [number | null, string | null];
  timer.cancel();
  return signal ?? String(code);
}

/** A life that works without end and is killed so long after it has begun to: the last sequence it told. */
async function liveUntilKilled(afterMs: number): Promise<number> {
  const life = begin("endless");
  let told = 0;
  life.on("message", (sequence) => {
    if (typeof sequence === "number") told = sequence;
  });
  const ended = once(life, "exit");
  const hanging = systemClock().after(lifeMsMax, () => life.kill("SIGKILL"));
  await Promise.race([once(life, "message"), ended]);
  const timer = systemClock().after(afterMs, () => life.kill("SIGKILL"));
  const [, signal] = (await ended) as [number | null, string | null];
  timer.cancel();
  hanging.cancel();
  expect(signal).toBe("SIGKILL");
  return told;
}

type Laws = {
  readonly entries: number;
  readonly amountMicros: number;
  readonly chain: number | "broken";
  readonly watermark: unknown;
};

async function laws(): Promise<Laws> {
  const db = await openDatabase(path.join(folder, "agentcall.db"), "sqlite3");
  try {
    const { entries, amountMicros } = billing.receiver.book.totals(null);
    const verdict = await new LedgerStore(db).verify();
    const state = await db.get("SELECT watermark FROM export_state");
    const chain = verdict.kind === "intact" ? verdict.sequence : "broken";
    return { entries, amountMicros, chain, watermark: state?.["watermark"] };
  } finally {
    await db.close();
  }
}

const inOrder = {
  entries: entryCount,
  amountMicros: entryCount * 60_000,
  chain: entryCount,
  watermark: entryCount,
};

describe("kill -9 of the control plane", () => {
  const points = ["append", "seal", "acknowledge"].flatMap((step) => [
    `${step}-within`,
    `${step}-after`,
  ]);

  test.each([...points, "send-before", "send-after"])(
    "at %s loses nothing and doubles nothing",
    async (point) => {
      const ends = [await live(`${point} 1`), await live(`${point} 2`), await live("never")];

      expect(ends).toEqual(["SIGKILL", "SIGKILL", "0"]);
      expect(await laws()).toEqual(inOrder);
    },
  );

  test(
    `at ${String(randomKills)} moments of chance loses nothing and doubles nothing`,
    async () => {
      const random: Random = seededRandom(Number(process.env["KILLS_SEED"] ?? "7"));
      let told = 0;
      for (let kill = 0; kill < randomKills; kill += 1) {
        told = Math.max(told, await liveUntilKilled(random.below(killAfterMsMax)));
      }

      expect(await live("never")).toBe("0"); // what is open is told

      const { chain, ...held } = await laws();
      const entries = typeof chain === "number" ? chain : 0;
      expect(entries).toBeGreaterThanOrEqual(Math.max(told, entryCount));
      expect(held).toEqual({ entries, amountMicros: entries * 60_000, watermark: entries });
      expect((await batchProblems()).slice(0, 5)).toEqual([]);
    },
    60_000 + randomKills * lifeMsMax,
  );
});

/** Batches of one epoch follow each other without a gap in numbers and sequences. */
async function batchProblems(): Promise<readonly unknown[]> {
  const db = await openDatabase(path.join(folder, "agentcall.db"), "sqlite3");
  try {
    return await db.all(
      `SELECT number FROM (SELECT number, from_sequence,
         lag(number, 1, 0) OVER ordered AS number_before,
         lag(to_sequence, 1, 0) OVER ordered AS sequence_before
         FROM export_batch WINDOW ordered AS (ORDER BY epoch, number))
       WHERE number <> number_before + 1 OR from_sequence <> sequence_before + 1`,
    );
  } finally {
    await db.close();
  }
}
