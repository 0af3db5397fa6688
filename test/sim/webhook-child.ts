// A control plane's webhooks in a process that may be killed: see webhook-kill.test.ts.
import { type Clock, silentLog, systemClock, systemRandom } from "@agentcall/base";
import { AuditLog } from "../../apps/control-plane/src/audit/audit-log.ts";
import { JobQueue } from "../../apps/control-plane/src/jobs/job-queue.ts";
import {
  OutgoingHttp,
  type OutgoingOutcome,
  type OutgoingRequest,
} from "../../apps/control-plane/src/outside/outgoing-http.ts";
import type { Database, SqlWriter } from "../../apps/control-plane/src/sqlite/database.ts";
import { openDatabase } from "../../apps/control-plane/src/sqlite/open-database.ts";
import { rootKeyOf } from "../../apps/control-plane/src/testing/root-key.ts";
import { Vault } from "../../apps/control-plane/src/vault/vault.ts";
import { webhookDeliveryJob } from "../../apps/control-plane/src/webhooks/webhook-delivery-job.ts";
import { WebhookOutbox } from "../../apps/control-plane/src/webhooks/webhook-outbox.ts";
import { Webhooks } from "../../apps/control-plane/src/webhooks/webhooks.ts";

const [file = "", beganAt = "0", killAt = ""] = process.argv.slice(2);
const calls = 2;
const eventsPerCall = 3;
const speed = 40; // ten seconds until the second attempt are a quarter of one
const lookEveryMs = 1_000; // by the fast clock
const clock = fastClock(systemClock(), Number(beganAt));
const passed = new Map<string, number>();

/** Dies here when it is the point, and the pass of it, that was asked for: such as `send-after 2`. */
function at(point: string): void {
  const pass = (passed.get(point) ?? 0) + 1;
  passed.set(point, pass);
  if (killAt === `${point} ${String(pass)}`) process.kill(process.pid, "SIGKILL");
}

/** Runs faster than the world, and on from one life to the next. */
function fastClock(real: Clock, zeroMs: number): Clock {
  return {
    nowMs: () => Math.round(zeroMs + (real.nowMs() - zeroMs) * speed),
    monotonicMs: () => real.monotonicMs() * speed,
    after: (delayMs, run) => real.after(delayMs / speed, run),
  };
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
function mortal(db: Database, name: string): Database {
  return {
    get: (sql, ...parameters) => db.get(sql, ...parameters),
    all: (sql, ...parameters) => db.all(sql, ...parameters),
    checkpoint: () => db.checkpoint(),
    close: () => db.close(),
    tx: async <Result>(work: (writer: SqlWriter) => Promise<Result>): Promise<Result> => {
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

const random = systemRandom();
const around = { clock, random, log: silentLog };
const db = await openDatabase(file, "sqlite3");
const vault = await Vault.open(db, rootKeyOf("the test"), around);
const audit = new AuditLog(db, clock);
const jobs = new JobQueue({ db: mortal(db, "queue"), audit, ...around });
const http = new MortalHttp({ allowedHosts: new Set(["127.0.0.1"]), clock });
const outbox = new WebhookOutbox({ jobs, clock, random });
const webhooks = new Webhooks({ db, audit, vault, outbox, http, clock, random });
jobs.register(webhookDeliveryJob({ db, webhooks, http, clock }));
await jobs.start();

const callsDb = mortal(db, "publish");
for (let n = 0; n < calls * eventsPerCall; n += 1) {
  const callId = `call_${String(n % calls)}`;
  // A gateway tells again what it does not know to be kept: the second time it changes nothing.
  await callsDb.tx((writer) =>
    outbox.publish(writer, {
      event: "call.status",
      callId,
      dedupeId: String(n),
      data: { callId, n },
    }),
  );
}
while ((await db.get("SELECT 1 FROM job WHERE state IN ('waiting', 'running') LIMIT 1")) !== null) {
  await new Promise<void>((resolve) => {
    clock.after(lookEveryMs, resolve);
  });
}
await jobs.close();
vault.close();
await db.close();
