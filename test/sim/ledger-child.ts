// A control plane's ledger and export in a process that may be killed: see kill.test.ts.
import { AuditLog } from "../../apps/control-plane/src/audit/audit-log.ts";
import { EventStream } from "../../apps/control-plane/src/events/event-stream.ts";
import { Exporter } from "../../apps/control-plane/src/exports/exporter.ts";
import { ExportSettingsStore } from "../../apps/control-plane/src/exports/export-settings.ts";
import { Identity } from "../../apps/control-plane/src/identity/identity.ts";
import { LedgerStore } from "../../apps/control-plane/src/ledger/ledger-store.ts";
import { namedEntry } from "../../apps/control-plane/src/ledger/testing/ledger-script.ts";
import {
  OutgoingHttp,
  type OutgoingOutcome,
  type OutgoingRequest,
} from "../../apps/control-plane/src/outside/outgoing-http.ts";
import type { Database, SqlWriter } from "../../apps/control-plane/src/sqlite/database.ts";
import { openDatabase } from "../../apps/control-plane/src/sqlite/open-database.ts";
import { rootKeyOf } from "../../apps/control-plane/src/testing/root-key.ts";
import { Vault } from "../../apps/control-plane/src/vault/vault.ts";
import { silentLog, systemClock, systemRandom } from "@agentcall/base";

const [file = "", endpoint = "", receiverKey = "", killAt = ""] = process.argv.slice(2);
const rounds = 6;
const entriesPerRound = 3;
/** Lives until it is killed, goes on where its former lives have come to, and tells what is on disk. */
const isEndless = killAt === "endless";
const clock = systemClock();
const passed = new Map<string, number>();

/** Dies here when it is the point, and the pass of it, that was asked for: such as `seal-within 2`. */
function at(point: string): void {
  const pass = (passed.get(point) ?? 0) + 1;
  passed.set(point, pass);
  if (killAt === `${point} ${String(pass)}`) process.kill(process.pid, "SIGKILL");
}

class MortalHttp extends OutgoingHttp {
  override async send(request: OutgoingRequest): Promise<OutgoingOutcome> {
    at("send-before");
    const outcome = await super.send(request);
    at("send-after");
    return outcome;
  }
}

/** Its transactions die within, before they are on disk, and right after. */
function mortal(db: Database, nameOf: () => string): Database {
  return {
    get: (sql, ...parameters) => db.get(sql, ...parameters),
    all: (sql, ...parameters) => db.all(sql, ...parameters),
    checkpoint: () => db.checkpoint(),
    close: () => db.close(),
    tx: async <Result>(work: (writer: SqlWriter) => Promise<Result>): Promise<Result> => {
      const name = nameOf();
      const result = await db.tx(async (writer) => {
        const done = await work(writer);
        at(`${name}-within`);
        return done;
      });
      at(`${name}-after`);
      return result;
    },
  };
}

const db = await openDatabase(file, "sqlite3");
const vault = await Vault.open(db, rootKeyOf("the test"), {
  clock,
  random: systemRandom(),
  log: silentLog,
});
const identity = new Identity(db, vault, clock, systemRandom());
await identity.ensureSigningKey();
const http = new MortalHttp({ allowedHosts: new Set([new URL(endpoint).host]), clock });
let sealing = true;
const exporterDb = mortal(db, () => {
  const name = sealing ? "seal" : "acknowledge";
  sealing = !sealing;
  return name;
});
const settings = new ExportSettingsStore({
  ...{ db, audit: new AuditLog(db, clock), vault, http },
  byDefault: () => ({ endpoint, receiverKey }),
  nowMs: () => clock.nowMs(),
});
const exporter = new Exporter({
  outbox: { publish: () => Promise.resolve() },
  ...{ db: exporterDb, settings, http, signer: identity, applianceId: vault.applianceId },
  ...{ customer: () => "acme", stream: new EventStream(clock), clock, log: silentLog },
});
const ledger = new LedgerStore(db);
const ledgerDb = mortal(db, () => "append");
process.send?.("ready");
for (let round = 0; isEndless || round < rounds; round += 1) {
  const from = isEndless ? (await ledger.head()).sequence : round * entriesPerRound;
  const names = Array.from(
    { length: entriesPerRound },
    (_, index) => `call ${String(from + index)}`,
  );
  const entries = names.map((name) => namedEntry(name, 60));
  await ledgerDb.tx((writer) => ledger.append(writer, entries, clock.nowMs()));
  if (isEndless) process.send?.(from + entriesPerRound);
  // What a former life has sealed is told first: then its transaction is the acknowledgement's.
  const next = await db.get("SELECT 1 FROM export_delivery WHERE state <> 'acknowledged' LIMIT 1");
  sealing = next === null;
  await exporter.run(new AbortController().signal);
}
vault.close();
await db.close();
process.disconnect();
