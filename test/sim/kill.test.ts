import { fork } from "node:child_process";
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

/** How one life of the control plane ended. `killAfterMs` ends it from outside. */
async function live(killAt: string, killAfterMs: number | null = null): Promise<string> {
  const file = path.join(folder, "agentcall.db");
  const life = fork(child, [file, billing.url, billing.publicKeyPem, killAt], { stdio: "inherit" });
  const timer = systemClock().after(killAfterMs ?? lifeMsMax, () => life.kill("SIGKILL"));
  const [code, signal] = (await once(life, "exit")) as [number | null, string | null];
  timer.cancel();
  return signal ?? String(code);
}

async function laws(): Promise<unknown> {
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

  test(`at ${String(randomKills)} moments of chance loses nothing and doubles nothing`, async () => {
    const random: Random = seededRandom(7);
    for (let kill = 0; kill < randomKills; kill += 1) await live("never", 100 + random.below(900));

    expect(await live("never")).toBe("0");
    expect(await laws()).toEqual(inOrder);
  });
});
