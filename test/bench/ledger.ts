import { fork } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { type Clock, silentLog, systemClock, systemRandom } from "@agentcall/base";
import type { LedgerEntry } from "@agentcall/billing";
import { AuditLog } from "../../apps/control-plane/src/audit/audit-log.ts";
import { EventStream } from "../../apps/control-plane/src/events/event-stream.ts";
import { Exporter } from "../../apps/control-plane/src/exports/exporter.ts";
import { ExportSettingsStore } from "../../apps/control-plane/src/exports/export-settings.ts";
import { Identity } from "../../apps/control-plane/src/identity/identity.ts";
import { usageEntryId } from "../../apps/control-plane/src/ledger/entry-id.ts";
import { LedgerStore } from "../../apps/control-plane/src/ledger/ledger-store.ts";
import { totalsOf } from "../../apps/control-plane/src/ledger/usage-totals.ts";
import { OutgoingHttp } from "../../apps/control-plane/src/outside/outgoing-http.ts";
import type { Database } from "../../apps/control-plane/src/sqlite/database.ts";
import { openDatabase } from "../../apps/control-plane/src/sqlite/open-database.ts";
import { rootKeyOf } from "../../apps/control-plane/src/testing/root-key.ts";
import { Vault } from "../../apps/control-plane/src/vault/vault.ts";

/** A month's totals, a sealed batch and an export of very many entries, held against their limits. */
const entryCount = Number(process.argv[2] ?? "1000000");
const appendedAtOnce = 400;
const appendedPerTransaction = 20_000; // a commit waits for the disk, and that is not measured here
const numberCount = 50;
const clock: Clock = systemClock();
const folder = mkdtempSync(path.join(tmpdir(), "agentcall-bench-"));

try {
  await bench();
} finally {
  rmSync(folder, { recursive: true });
}

async function bench(): Promise<void> {
  const db = await openDatabase(path.join(folder, "agentcall.db"), "sqlite3");
  const billing = await startBilling(path.join(folder, "billing.db"));
  const around = { clock, random: systemRandom(), log: silentLog };
  const vault = await Vault.open(db, rootKeyOf("the bench"), around);
  const exporter = await exporterOf(db, vault, billing.url, billing.key);
  await timed(`append ${String(entryCount)} entries`, null, () => fill(db, vault.applianceId));
  await timed("a month's totals", 200, () => totalsOf(db, "2026-11"));
  await timed("seal a batch of 10,000", 500, () => exporter.seal());
  await timed(`export ${String(entryCount)} entries`, 60_000, () =>
    exporter.run(new AbortController().signal),
  );
  const totals: unknown = await (await fetch(new URL("/billing/v1/totals", billing.url))).json();
  say(`billing holds ${JSON.stringify(totals)}`);
  const rssMb = process.resourceUsage().maxRSS / 1_024;
  say(`memory at its highest: ${rssMb.toFixed(0)} MB (limit 300)`);
  billing.close();
  vault.close();
  await db.close();
}

/** Billing is another machine's business: it runs in a process of its own. */
async function startBilling(
  file: string,
): Promise<{ readonly url: string; readonly key: string; close(): void }> {
  const child = fork("packages/practice/src/main.ts", [], {
    env: { ...process.env, AGENTCALL_BILLING_FILE: file, AGENTCALL_LOG_LEVEL: "error" },
    stdio: ["ignore", "ignore", "inherit", "ipc"],
  });
  const [message] = (await once(child, "message")) as [{ billing: string; billingKey: string }];
  return { url: message.billing, key: message.billingKey, close: () => child.kill() };
}

async function exporterOf(
  db: Database,
  vault: Vault,
  endpoint: string,
  receiverKey: string,
): Promise<Exporter> {
  const identity = new Identity(db, vault, clock, systemRandom());
  await identity.ensureSigningKey();
  const http = new OutgoingHttp({ allowedHosts: new Set([new URL(endpoint).host]), clock });
  const audit = new AuditLog(db, clock);
  const byDefault = (): { endpoint: string; receiverKey: string } => ({ endpoint, receiverKey });
  const nowMs = (): number => clock.nowMs();
  return new Exporter({
    outbox: { publish: () => Promise.resolve() },
    db,
    settings: new ExportSettingsStore({ db, audit, vault, http, byDefault, nowMs }),
    http,
    signer: identity,
    applianceId: vault.applianceId,
    customer: () => "bench",
    stream: new EventStream(clock),
    clock,
    log: silentLog,
  });
}

async function fill(db: Database, applianceId: string): Promise<void> {
  const ledger = new LedgerStore(db);
  for (let begin = 0; begin < entryCount; begin += appendedPerTransaction) {
    const end = Math.min(begin + appendedPerTransaction, entryCount);
    await db.tx(async (writer) => {
      for (let from = begin; from < end; from += appendedAtOnce) {
        const length = Math.min(appendedAtOnce, end - from);
        const entries = Array.from({ length }, (_, index) => entryOf(applianceId, from + index));
        await ledger.append(writer, entries, 0);
      }
    });
  }
}

function entryOf(applianceId: string, index: number): LedgerEntry {
  const callId = `call_${String(index)}`;
  return {
    entryId: usageEntryId(applianceId, 1, callId, 0),
    epoch: 1,
    kind: "final",
    callId,
    segment: 0,
    numberId: `num_${String(index % numberCount)}`,
    voiceMode: index % 2 === 0 ? "managed" : "byok",
    direction: "inbound",
    recorded: false,
    rateCardVersion: "2026-11",
    keyFingerprint: null,
    trunkId: null,
    bookedAtMs: Date.UTC(2026, 10, 1) + index * 2_000,
    fromMs: 0,
    toMs: 60_000,
    billedMs: 60_000,
    amountMicros: 400_000,
    clockDriftMs: 0,
    correctsEntryId: null,
    reason: null,
  };
}

async function timed(
  what: string,
  limitMs: number | null,
  work: () => Promise<unknown>,
): Promise<void> {
  const fromMs = clock.monotonicMs();
  await work();
  const tookMs = clock.monotonicMs() - fromMs;
  const limit = limitMs === null ? "" : ` (limit ${String(limitMs)})`;
  say(`${what}: ${tookMs.toFixed(0)} ms${limit}`);
}

function say(line: string): void {
  process.stdout.write(`${line}\n`);
}
