import { createHash } from "node:crypto";
import { base32 } from "@agentcall/base";
import type { LedgerEntry } from "@agentcall/billing";
import { anEntry } from "@agentcall/billing/testing";
import type { Database } from "../../sqlite/database.ts";
import { LedgerStore } from "../ledger-store.ts";
import { spentMicros } from "../usage-totals.ts";

/** An entry that a name stands for, with that many seconds of talk in it. */
export function namedEntry(name: string, talkSecs: number): LedgerEntry {
  const digest = createHash("sha256").update(name).digest().subarray(0, 20);
  return anEntry({
    entryId: `ent_${base32(digest)}`,
    callId: `call_${name}`,
    toMs: talkSecs * 1_000,
    billedMs: talkSecs * 1_000,
    amountMicros: talkSecs * 1_000,
  });
}

/**
 * Runs a story over a ledger, and tells each line whose outcome was another than it says:
 *
 *     append e1 60 = created        append e1 60, e2 30 = exists, created
 *     total = 90                    chain = intact            sequence = 2
 */
export async function runLedgerScript(db: Database, script: string): Promise<readonly string[]> {
  const ledger = new LedgerStore(db);
  const wrong: string[] = [];
  for (const line of script.split("\n").map((text) => text.trim())) {
    if (line === "") continue;
    const [step = "", expected = ""] = line.split("=").map((text) => text.trim());
    const outcome = await runStep(db, ledger, step);
    if (outcome !== expected) wrong.push(`${step}: ${outcome}, not ${expected}`);
  }
  return wrong;
}

async function runStep(db: Database, ledger: LedgerStore, step: string): Promise<string> {
  const [verb = "", ...words] = step.split(" ");
  switch (verb) {
    case "append": {
      const entries = words.join(" ").split(",").map(parseEntry);
      const outcomes = await db.tx((writer) => ledger.append(writer, entries, 0));
      return outcomes.join(", ");
    }
    case "total":
      return String((await spentMicros(db, "2026-11", null)) / 1_000);
    case "sequence":
      return String((await ledger.head()).sequence);
    case "chain": {
      const verdict = await ledger.verify();
      return verdict.kind === "intact" ? "intact" : `broken at ${String(verdict.sequence)}`;
    }
    default:
      throw new Error(`the script has no verb ${verb}`);
  }
}

function parseEntry(text: string): LedgerEntry {
  const [name = "", seconds = ""] = text.trim().split(" ");
  return namedEntry(name, Number(seconds));
}
