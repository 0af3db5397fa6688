import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { AppError, seededRandom, silentLog } from "@agentcall/base";
import { TestClock } from "@agentcall/base/testing";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { z } from "zod";
import { eventually } from "../../../../test/support/eventually.ts";
import { applianceActor, AuditLog } from "../audit/audit-log.ts";
import type { Database } from "../sqlite/database.ts";
import { openDatabase } from "../sqlite/open-database.ts";
import type { JobAttempt, JobKind, JobOutcome, JobRequest } from "./job.ts";
import { JobQueue } from "./job-queue.ts";

type Letter = { readonly to: string };
type Job = { readonly letter: Letter; readonly attempt: JobAttempt };

const done: JobOutcome = { kind: "done" };
const failed: JobOutcome = { kind: "failed", reason: "nobody_home" };

let folder: string;
let db: Database;
let clock: TestClock;
let queue: JobQueue;
/** The attempts that wait for the test to end them, and all that were begun. */
let begun: { to: string; number: number; settle: (outcome: JobOutcome) => void }[];
let answer: (job: Job) => JobOutcome | Promise<JobOutcome>;

beforeEach(async () => {
  folder = mkdtempSync(path.join(tmpdir(), "agentcall-jobs-"));
  clock = new TestClock();
  begun = [];
  answer = ({ letter, attempt }) =>
    new Promise((resolve) => {
      begun.push({ to: letter.to, number: attempt.number, settle: resolve });
    });
  await openQueue();
});
afterEach(async () => {
  answer = () => done;
  for (const { settle } of begun) settle(done);
  await queue.close();
  await db.close();
  rmSync(folder, { recursive: true });
});

describe("a job", () => {
  test("is there with its cause, or not at all", async () => {
    const undone = db.tx(async (writer) => {
      await queue.enqueue(writer, letters, { dedupeId: "a", payload: { to: "a" } });
      throw new Error("thought better of it");
    });

    await expect(undone).rejects.toThrow("thought better of it");
    expect(await states()).toEqual([]);
  });

  test("is done once, however often it is asked for", async () => {
    answer = record;
    const first = await post({ dedupeId: "a", payload: { to: "a" } });
    const second = await post({ dedupeId: "a", payload: { to: "b" } });
    await settled();
    const third = await post({ dedupeId: "a", payload: { to: "c" } });

    expect([first, second, third]).toEqual(["created", "exists", "exists"]);
    expect(begun.map(({ to }) => to)).toEqual(["a"]);
    expect(await states()).toEqual([["a", "done", 1]]);
  });

  test("that failed is tried again later and later, then parked, with its reason", async () => {
    answer = (job) => {
      void record(job);
      return failed;
    };
    const waitsMs: number[] = [];
    await post({ dedupeId: "a", payload: { to: "a" } });
    for (let attempt = 1; attempt < letters.attemptsMax; attempt += 1) {
      await eventually("the attempt is over", () => begun.length === attempt);
      await settled();
      const fromMs = clock.nowMs();
      while (begun.length === attempt) await step(500);
      waitsMs.push(clock.nowMs() - fromMs);
    }
    await settled();

    const [job] = await queue.list({}, 10, null);
    expect(job).toMatchObject({ state: "parked", attempts: 3, lastReason: "nobody_home" });
    expect(waitsMs[0]).toBeGreaterThanOrEqual(5_000);
    expect(waitsMs[1]).toBeGreaterThanOrEqual(10_000);
  });

  test("that is refused is parked at once, and begins anew by hand", async () => {
    answer = () => ({ kind: "refused", reason: "gone" });
    await post({ dedupeId: "a", payload: { to: "a" } });
    await settled();
    const [parked] = await queue.list({ status: "parked" }, 10, null);

    answer = () => done;
    await queue.retry(parked?.id ?? "", applianceActor);
    await settled();

    expect(await states()).toEqual([["a", "done", 1]]);
    await expect(queue.retry(parked?.id ?? "", applianceActor)).rejects.toThrow(AppError);
    await expect(queue.retry("job_none", applianceActor)).rejects.toThrow("no such job");
  });

  test("waits as long as the other side has named", async () => {
    answer = (job) => {
      void record(job);
      return { kind: "failed", reason: "busy", waitMs: 3_600_000 };
    };
    await post({ dedupeId: "a", payload: { to: "a" } });
    await settled();

    expect((await queue.list({}, 1, null))[0]?.dueAtMs).toBe(clock.nowMs() + 3_600_000);
  });

  test("is not begun before its time", async () => {
    answer = record;
    await post({ dedupeId: "a", payload: { to: "a" }, delayMs: 30_000 });
    await step(29_000);
    const before = begun.length;
    await eventually("its time has come", () => {
      clock.advance(500);
      return begun.length > 0;
    });

    expect(before).toBe(0);
  });

  test("writes what lasts together with its own end, or neither", async () => {
    await db.tx((writer) => writer.run("CREATE TABLE posted (name TEXT PRIMARY KEY) STRICT"));
    answer = ({ letter, attempt }) => ({
      kind: "done",
      commit: async (writer) => {
        await writer.run("INSERT INTO posted VALUES (?)", letter.to);
        if (attempt.number === 1) throw new Error("the disk is full");
      },
    });
    await post({ dedupeId: "a", payload: { to: "a" } });

    await advanceUntil(async () => (await states())[0]?.[1] === "done");

    expect(await db.all("SELECT * FROM posted")).toEqual([{ name: "a" }]);
    expect(await states()).toEqual([["a", "done", 2]]);
  });

  test("that throws, or hangs beyond its time, counts as failed", async () => {
    answer = ({ letter, attempt }) => {
      if (letter.to === "a") throw new AppError("peer_away", "away");
      return new Promise((_, reject) => {
        begun.push({ to: letter.to, number: attempt.number, settle: reject });
        attempt.signal.addEventListener("abort", () => {
          reject(new Error("aborted"));
        });
      });
    };
    await post({ dedupeId: "a", payload: { to: "a" } });
    await post({ dedupeId: "b", payload: { to: "b" } });
    await eventually("the second hangs", () => begun.length === 1 && queue.runningCount === 1);
    clock.advance(letters.attemptMsMax);
    await settled();

    const reasons = (await queue.list({}, 10, null)).map(({ lastReason }) => lastReason);
    expect(new Set(reasons)).toEqual(new Set(["peer_away", "timeout"]));
  });
});

describe("a lane", () => {
  test("is done in the order of its writing, one at a time, also while its first waits to be tried again", async () => {
    await post({ dedupeId: "1", lane: "x", payload: { to: "1" } });
    await post({ dedupeId: "2", lane: "x", payload: { to: "2" } });
    await post({ dedupeId: "3", lane: "y", payload: { to: "3" } });
    await eventually("two lanes have begun", () => begun.length === 2);
    begun[0]?.settle(failed);
    await eventually("the first is over", () => queue.runningCount === 1);
    const beforeRetry = begun.map(({ to }) => to);
    await advanceUntil(() => Promise.resolve(begun.length > 2));
    begun[2]?.settle(done);
    await eventually("its second has begun", () => begun.length === 4);

    expect(beforeRetry.sort(byText)).toEqual(["1", "3"]);
    expect(begun.slice(2).map(({ to }) => to)).toEqual(["1", "2"]);
  });

  test("goes on behind a parked job", async () => {
    answer = ({ letter }) => (letter.to === "1" ? { kind: "refused", reason: "gone" } : done);
    await post({ dedupeId: "1", lane: "x", payload: { to: "1" } });
    await post({ dedupeId: "2", lane: "x", payload: { to: "2" } });
    await settled();

    expect(await states()).toEqual([
      ["1", "parked", 1],
      ["2", "done", 1],
    ]);
  });
});

test("a share that is slow keeps its own places and no other's", async () => {
  for (let index = 0; index < 20; index += 1) {
    const to = `slow ${String(index)}`;
    await post({ dedupeId: to, share: "slow", payload: { to } });
  }
  await post({ dedupeId: "quick", share: "quick", payload: { to: "quick" } });
  await eventually("every place is taken that may be", () => begun.length === 3);

  expect(begun.map(({ to }) => to).sort(byText)).toEqual(["quick", "slow 0", "slow 1"]);
});

test("no more of a kind run at once than it allows", async () => {
  for (let index = 0; index < 10; index += 1) {
    await post({ dedupeId: String(index), payload: { to: String(index) } });
  }
  await eventually("the places are taken", () => begun.length === letters.atOnceMax);
  begun[0]?.settle(done);
  await eventually("the next has begun", () => begun.length === letters.atOnceMax + 1);

  expect(queue.runningCount).toBe(letters.atOnceMax);
});

describe("an end of the process", () => {
  test("in the middle of an attempt leaves the job to the next life, and counts the attempt", async () => {
    await post({ dedupeId: "a", payload: { to: "a" } });
    await eventually("it has begun", () => begun.length === 1);
    await die();

    answer = () => done;
    await openQueue();
    await settled();

    expect(await states()).toEqual([["a", "done", 2]]);
  });

  test("that is orderly lets what runs come to its end, and begins nothing more", async () => {
    await post({ dedupeId: "a", lane: "x", payload: { to: "a" } });
    await post({ dedupeId: "b", lane: "x", payload: { to: "b" } });
    await eventually("the first has begun", () => begun.length === 1);
    const closed = queue.close();
    begun[0]?.settle(done);
    await closed;

    expect(await states()).toEqual([
      ["a", "done", 1],
      ["b", "waiting", 0],
    ]);
  });

  test("interrupts after a second what does not come to its end, and the attempt counts for nothing", async () => {
    answer = ({ attempt }) =>
      new Promise((resolve) => {
        attempt.signal.addEventListener("abort", () => {
          resolve(failed);
        });
      });
    await post({ dedupeId: "a", payload: { to: "a" } });
    await eventually("it runs", () => queue.runningCount === 1);
    const closed = queue.close();
    await eventually("the second is over", () => {
      clock.advance(100);
      return queue.runningCount === 0;
    });
    await closed;

    expect(await states()).toEqual([["a", "waiting", 0]]);
  });
});

test("what is long done is forgotten, what waits is not", async () => {
  answer = ({ letter }) => (letter.to === "a" ? done : failed);
  await post({ dedupeId: "a", payload: { to: "a" } });
  await settled();
  await post({ dedupeId: "b", payload: { to: "b" }, delayMs: 100 * 86_400_000 });

  clock.advance(8 * 86_400_000);
  await advanceUntil(async () => (await states()).length === 1);

  expect(await states()).toEqual([["b", "waiting", 0]]);
});

const letters: JobKind<Letter> = {
  name: "letter",
  payload: z.object({ to: z.string() }),
  atOnceMax: 4,
  atOncePerShareMax: 2,
  retry: { firstMs: 10_000, maxMs: 60_000 },
  attemptsMax: 3,
  attemptMsMax: 20_000,
  run: (letter, attempt) => Promise.resolve(answer({ letter, attempt })),
};

function record({ letter, attempt }: Job): JobOutcome {
  begun.push({ to: letter.to, number: attempt.number, settle: () => undefined });
  return done;
}

async function openQueue(): Promise<void> {
  db = await openDatabase(path.join(folder, "jobs.db"), "sqlite3");
  const audit = new AuditLog(db, clock);
  queue = new JobQueue({ db, audit, clock, random: seededRandom(1), log: silentLog });
  queue.register(letters);
  await queue.start();
}

/** The process is gone in the middle: nothing of what it would still write is written. */
async function die(): Promise<void> {
  await db.close();
}

function post(request: JobRequest<Letter>): Promise<"created" | "exists"> {
  return db.tx((writer) => queue.enqueue(writer, letters, request));
}

async function states(): Promise<readonly (readonly unknown[])[]> {
  const rows = await db.all("SELECT dedupe_id, state, attempts FROM job ORDER BY seq");
  return rows.map(({ dedupe_id, state, attempts }) => [dedupe_id, state, attempts]);
}

/** Until nothing runs and nothing is ready to run. */
async function settled(): Promise<void> {
  await advanceUntil(async () => {
    const row = await db.get(
      "SELECT count(*) AS count FROM job WHERE state = 'running' OR (state = 'waiting' AND due_at_ms <= ?)",
      clock.nowMs(),
    );
    return row?.["count"] === 0 && queue.runningCount === 0;
  }, 0);
}

async function step(ms: number): Promise<void> {
  clock.advance(ms);
  await new Promise((resolve) => setImmediate(resolve));
  await db.get("SELECT 1");
}

async function advanceUntil(holds: () => Promise<boolean>, ms = 1_000): Promise<void> {
  for (let tries = 0; tries < 10_000; tries += 1) {
    if (await holds()) return;
    await step(ms);
  }
  throw new Error("it never came true");
}

function byText(one: string, other: string): number {
  return one < other ? -1 : 1;
}
