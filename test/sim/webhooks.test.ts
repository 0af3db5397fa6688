// Webhooks under faults: a receiver that fails, is silent, or forgets its answer, and an appliance that dies
// at any moment. Laws: every event arrives, each once by its id, in the order of its call, signed so that the
// receiver can tell; a second receiver that is well is never held up by the first.
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { type Random, seededRandom, silentLog } from "@agentcall/base";
import { TestClock } from "@agentcall/base/testing";
import { expect, test } from "vitest";
import { openAfterCall, type AfterCall } from "../../apps/control-plane/src/after-call.ts";
import { applianceActor, AuditLog } from "../../apps/control-plane/src/audit/audit-log.ts";
import { EventStream } from "../../apps/control-plane/src/events/event-stream.ts";
import { JobQueue } from "../../apps/control-plane/src/jobs/job-queue.ts";
import type { Database } from "../../apps/control-plane/src/sqlite/database.ts";
import { openDatabase } from "../../apps/control-plane/src/sqlite/open-database.ts";
import { HttpReceiver, type Reaction } from "../../apps/control-plane/src/testing/http-receiver.ts";
import { rootKeyOf } from "../../apps/control-plane/src/testing/root-key.ts";
import { Vault } from "../../apps/control-plane/src/vault/vault.ts";
import { eventually } from "../support/eventually.ts";

const seedCount = Number(process.env["SEEDS"] ?? 10);
const seeds = Array.from({ length: seedCount }, (_, index) => index + 1);
const callCount = 3;
const eventsPerCall = 4;

test.each(seeds)("each event arrives once and in its call's order, seed %i", async (seed) => {
  const chance = seededRandom(seed);
  const folder = mkdtempSync(path.join(tmpdir(), "agentcall-webhooks-"));
  const clock = new TestClock();
  const [ill, well] = await Promise.all([HttpReceiver.open(), HttpReceiver.open()]);
  let life = await Life.begin(folder, clock, seed);
  const events = ["call.status"] as const;
  for (const { url } of [ill, well]) {
    await life.afterCall.webhooks.create({ url, events: [...events] }, applianceActor);
  }
  ill.reactions.push(500, 500, "silence", ...faults(chance, ill));

  let published = 0;
  let deaths = 0;
  for (let turn = 0; turn < 4_000 && !(await life.isQuiet(published)); turn += 1) {
    if (published < callCount * eventsPerCall && chance.below(4) === 0) {
      await life.publish(`call_${String(published % callCount)}`, published);
      published += 1;
    }
    await breathe(chance.below(20));
    if (deaths < 6 && chance.below(20) === 0) {
      deaths += 1;
      await life.die();
      life = await Life.begin(folder, clock, seed + 1_000 * deaths);
    }
    const { jobs } = life;
    await eventually("only what is kept waiting waits", () => jobs.runningCount <= ill.holding);
    clock.advance(chance.below(2_000));
  }

  for (const { taken } of [ill, well]) {
    const firsts = new Map(taken.map(({ headers, body }) => [headers["webhook-id"], body]));
    expect(firsts.size).toBe(published);
    for (let call = 0; call < callCount; call += 1) expectInOrder([...firsts.values()], call);
  }
  expect(published).toBe(callCount * eventsPerCall);
  expect(await life.db.get("PRAGMA integrity_check")).toEqual({ integrity_check: "ok" });
  await life.end();
  await Promise.all([ill.close(), well.close()]);
  rmSync(folder, { recursive: true });
});

/** What a receiver took first it took in the order in which the call told it. */
function expectInOrder(bodies: readonly string[], call: number): void {
  const numbers = bodies
    .map((body) => (JSON.parse(body) as { data: { callId: string; n: number } }).data)
    .filter(({ callId }) => callId === `call_${String(call)}`)
    .map(({ n }) => n);
  expect(numbers).toEqual(numbers.toSorted((one, other) => one - other));
}

/** Some more trouble: refusals, silence, and answers that are lost on their way back. */
function faults(chance: Random, { taken }: HttpReceiver): readonly Reaction[] {
  const lostAnswer: Reaction = (response, got) => {
    taken.push(got);
    response.destroy();
  };
  const kinds: readonly Reaction[] = [500, 503, "silence", lostAnswer, 200];
  return Array.from({ length: 8 }, () => kinds[chance.below(kinds.length)] ?? 200);
}

/** Lets what is under way on real sockets and disks go a little further. */
async function breathe(rounds: number): Promise<void> {
  for (let round = 0; round < rounds; round += 1) {
    await new Promise((resolve) => setImmediate(resolve));
  }
}

/** The parts of a control plane that deliver webhooks, in one life of its process. */
class Life {
  readonly db: Database;
  readonly jobs: JobQueue;
  readonly afterCall: AfterCall;

  private constructor(db: Database, jobs: JobQueue, afterCall: AfterCall) {
    this.db = db;
    this.jobs = jobs;
    this.afterCall = afterCall;
  }

  static async begin(folder: string, clock: TestClock, seed: number): Promise<Life> {
    const random = seededRandom(seed);
    const db = await openDatabase(path.join(folder, "agentcall.db"), "sqlite3");
    const audit = new AuditLog(db, clock);
    const around = { clock, random, log: silentLog };
    const vault = await Vault.open(db, rootKeyOf("the simulation"), around);
    const jobs = new JobQueue({ db, audit, ...around });
    const stream = new EventStream(clock);
    const afterCall = openAfterCall({
      db,
      audit,
      vault,
      jobs,
      stream,
      managedKey: { find: () => Promise.resolve({ kind: "none" }) },
      provider: { baseUrl: "http://127.0.0.1:9/v1", model: "none" },
      outgoingAllowed: new Set(["127.0.0.1"]),
      ...around,
    });
    await jobs.start();
    return new Life(db, jobs, afterCall);
  }

  publish(callId: string, n: number): Promise<void> {
    return this.db.tx((writer) =>
      this.afterCall.outbox.publish(writer, {
        event: "call.status",
        callId,
        dedupeId: String(n),
        data: { callId, n },
      }),
    );
  }

  async isQuiet(published: number): Promise<boolean> {
    if (published < callCount * eventsPerCall || this.jobs.runningCount > 0) return false;
    const row = await this.db.get("SELECT count(*) AS count FROM job WHERE state <> 'done'");
    return row?.["count"] === 0;
  }

  /** As after kill -9: nothing of what is under way is written any more. */
  die(): Promise<void> {
    return this.db.close();
  }

  async end(): Promise<void> {
    await this.jobs.close();
    await this.db.close();
  }
}
