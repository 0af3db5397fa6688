import {
  AppError,
  type Clock,
  delay,
  every,
  invariant,
  type Log,
  newId,
  type Random,
  retryDelayMs,
  type Timer,
} from "@agentcall/base";
import type { JobFilter } from "@agentcall/contract";
import type { Actor, AuditLog } from "../audit/audit-log.ts";
import type { Database, SqlWriter } from "../sqlite/database.ts";
import type { JobAttempt, JobKind, JobOutcome, JobRequest } from "./job.ts";
import {
  insertJob,
  jobById,
  listJobs,
  markRunning,
  nextDueAtMs,
  pruneJobs,
  readyJobs,
  returnRunning,
  settleJob,
  type Settlement,
  type StoredJob,
} from "./job-store.ts";

export type JobQueueOptions = {
  readonly db: Database;
  readonly audit: AuditLog;
  readonly clock: Clock;
  readonly random: Random;
  readonly log: Log;
};

/** A kind whose payload only it can read. */
type Registered = {
  readonly limits: Omit<JobKind<unknown>, "run" | "parked" | "payload">;
  run(payloadText: string, attempt: JobAttempt): Promise<JobOutcome>;
  parked(writer: SqlWriter, payloadText: string, reason: string): Promise<void>;
};

type Running = { readonly job: StoredJob; readonly end: Promise<void>; readonly abort: () => void };

const doneKeptMs = 7 * 86_400_000; // for so long a job is not written a second time
const parkedKeptMs = 90 * 86_400_000; // who has not looked after it by then does not miss it
const pruneEveryMs = 3_600_000;
const lookAgainMsMax = 60_000; // the machine's time may have been set
const afterFaultMs = 5_000; // a full disk, say
const drainMs = 1_000; // the supervisor gives a program two seconds to end

/**
 * Work that follows from facts. A job is written in the transaction of its cause, done later, tried
 * again with growing waits, and parked for a person after its last attempt. Jobs of one lane keep
 * their order; a parked one does not hold up its lane.
 */
export class JobQueue {
  readonly #options: JobQueueOptions;
  readonly #kinds = new Map<string, Registered>();
  readonly #running = new Map<string, Running>();
  readonly #stopping = new AbortController();
  #started = false;
  #pumping: Promise<void> | null = null;
  /** Grows with each wake; `#seenWakes` is as far as the pump has looked. */
  #wakes = 0;
  #seenWakes = 0;
  #timer: Timer | null = null;
  #pruneTimer: Timer | null = null;
  #closing: Promise<void> | null = null;

  constructor(options: JobQueueOptions) {
    this.#options = options;
  }

  get runningCount(): number {
    return this.#running.size;
  }

  /** Before `start`. A job of a kind that nobody has registered waits. */
  register<Payload>(kind: JobKind<Payload>): void {
    invariant(!this.#kinds.has(kind.name), `the kind ${kind.name} is registered once`);
    this.#kinds.set(kind.name, {
      limits: kind,
      run: (text, attempt) => kind.run(kind.payload.parse(JSON.parse(text)), attempt),
      parked: async (writer, text, reason) => {
        await kind.parked?.(writer, kind.payload.parse(JSON.parse(text)), reason);
      },
    });
  }

  /**
   * Writes a job in the transaction of what causes it. `exists`: the kind has one with this dedupe
   * id, and nothing was written.
   */
  async enqueue<Payload>(
    writer: SqlWriter,
    kind: Pick<JobKind<Payload>, "name" | "payload">,
    request: JobRequest<Payload>,
  ): Promise<"created" | "exists"> {
    const { clock, random } = this.#options;
    const id = newId("job", random);
    const nowMs = clock.nowMs();
    const lane = request.lane ?? id;
    const isNew = await insertJob(writer, {
      id,
      kind: kind.name,
      dedupeId: request.dedupeId,
      lane,
      share: request.share ?? lane,
      payloadText: JSON.stringify(request.payload),
      dueAtMs: nowMs + (request.delayMs ?? 0),
      createdAtMs: nowMs,
    });
    if (isNew) {
      writer.afterCommit(() => {
        this.#wake();
      });
    }
    return isNew ? "created" : "exists";
  }

  /** Takes up what a former life has left, and begins. */
  async start(): Promise<void> {
    const { db, clock, log } = this.#options;
    const returned = await db.tx((writer) => returnRunning(writer, clock.nowMs()));
    if (returned > 0) log.warn({ jobs: returned }, "jobs were interrupted and wait again");
    await this.#prune();
    this.#pruneTimer = every(clock, pruneEveryMs, () => {
      this.#prune().catch((error: unknown) => {
        log.error({ err: error }, "old jobs could not be removed");
      });
    });
    this.#started = true;
    this.#wake();
  }

  list(
    filter: JobFilter,
    limit: number,
    before: { readonly atMs: number; readonly id: string } | null,
  ): Promise<readonly StoredJob[]> {
    return listJobs(this.#options.db, filter, limit, before);
  }

  /** A parked job begins anew, by hand. Throws `not_found` and `conflict`. */
  async retry(id: string, actor: Actor): Promise<StoredJob> {
    const { db, audit, clock } = this.#options;
    return db.tx(async (writer) => {
      const job = await jobById(writer, id);
      if (job.state !== "parked") throw new AppError("conflict", "This job is not parked.");
      const nowMs = clock.nowMs();
      const anew = { state: "waiting", attempts: 0, dueAtMs: nowMs, reason: null } as const;
      await settleJob(writer, id, anew, nowMs);
      await audit.append(writer, actor, "job.retried", id, {
        kind: job.kind,
        before: job.lastReason,
      });
      writer.afterCommit(() => {
        this.#wake();
      });
      return jobById(writer, id);
    });
  }

  /** Begins nothing more, gives what runs a second, then interrupts it. May be called twice. */
  close(): Promise<void> {
    this.#closing ??= this.#drain();
    return this.#closing;
  }

  async #drain(): Promise<void> {
    this.#timer?.cancel();
    this.#pruneTimer?.cancel();
    await this.#pumping;
    const ends = [...this.#running.values()].map(({ end }) => end);
    const all = Promise.all(ends);
    const enough = this.#options.clock.after(drainMs, () => {
      this.#stopping.abort(new Error("the appliance stops"));
      for (const { abort } of this.#running.values()) abort();
    });
    await all;
    enough.cancel();
    this.#stopping.abort(new Error("the appliance stops"));
  }

  #wake(): void {
    if (!this.#started || this.#closing !== null) return;
    this.#wakes += 1;
    if (this.#pumping !== null) return;
    this.#timer?.cancel();
    this.#pumping = this.#pump()
      .catch((error: unknown) => {
        this.#options.log.error({ err: error }, "jobs could not be read");
        return afterFaultMs;
      })
      .then((waitMs) => {
        this.#pumping = null;
        if (this.#closing !== null) return;
        const isBehind = this.#seenWakes !== this.#wakes;
        this.#timer = this.#options.clock.after(isBehind ? 0 : waitMs, () => {
          this.#wake();
        });
      });
  }

  /** Starts all that may run, and tells when to look again, in milliseconds. */
  async #pump(): Promise<number> {
    const { db, clock } = this.#options;
    let nowMs: number;
    let dueAtMs: number | null;
    do {
      this.#seenWakes = this.#wakes;
      for (const [name, kind] of this.#kinds) await this.#fill(name, kind);
      nowMs = clock.nowMs();
      dueAtMs = await nextDueAtMs(db, nowMs);
    } while (this.#seenWakes !== this.#wakes);
    return dueAtMs === null ? lookAgainMsMax : Math.min(lookAgainMsMax, dueAtMs - nowMs);
  }

  async #fill(name: string, kind: Registered): Promise<void> {
    const { db, clock } = this.#options;
    for (;;) {
      const mine = [...this.#running.values()].filter(({ job }) => job.kind === name);
      const free = kind.limits.atOnceMax - mine.length;
      if (free <= 0) return;
      const counts = Map.groupBy(mine, ({ job }) => job.share);
      const full = [...counts].filter(([, { length }]) => length >= kind.limits.atOncePerShareMax);
      const ready = await readyJobs(
        db,
        name,
        clock.nowMs(),
        free,
        full.map(([share]) => share),
      );
      const taken = withinShares(ready, kind.limits.atOncePerShareMax, (share) => {
        return counts.get(share)?.length ?? 0;
      });
      if (taken.length === 0) return;
      await db.tx((writer) => markRunning(writer, taken, clock.nowMs()));
      for (const job of taken) this.#begin({ ...job, attempts: job.attempts + 1 }, kind);
    }
  }

  #begin(job: StoredJob, kind: Registered): void {
    const { clock } = this.#options;
    const abort = new AbortController();
    const tooLong = clock.after(kind.limits.attemptMsMax, () => {
      abort.abort(new Error("the attempt took too long"));
    });
    const end = this.#attempt(job, kind, abort.signal).finally(() => {
      tooLong.cancel();
      this.#running.delete(job.id);
      this.#wake();
    });
    this.#running.set(job.id, {
      job,
      end,
      abort: () => {
        abort.abort(new Error("the appliance stops"));
      },
    });
  }

  /** Never rejects. */
  async #attempt(job: StoredJob, kind: Registered, signal: AbortSignal): Promise<void> {
    const { clock, log } = this.#options;
    let outcome = await this.#run(job, kind, signal);
    for (;;) {
      try {
        await this.#settle(job, kind, outcome);
        return;
      } catch (error) {
        log.error({ jobId: job.id, jobKind: job.kind, err: error }, "a job could not be settled");
        // What the job wanted to write is not written: then it has not done its work.
        outcome = { kind: "failed", reason: "internal_error" };
      }
      try {
        await delay(clock, afterFaultMs, this.#stopping.signal);
      } catch {
        return; // its row says that it runs: the next start takes it up
      }
    }
  }

  async #run(job: StoredJob, kind: Registered, signal: AbortSignal): Promise<JobOutcome> {
    try {
      const attempt = { jobId: job.id, number: job.attempts, signal };
      return await kind.run(job.payloadText, attempt);
    } catch (error) {
      if (error instanceof AppError) return { kind: "failed", reason: String(error.code) };
      if (!signal.aborted) {
        this.#options.log.error(
          { jobId: job.id, jobKind: job.kind, err: error },
          "a job threw what is no operating failure",
        );
      }
      return { kind: "failed", reason: signal.aborted ? "timeout" : "internal_error" };
    }
  }

  async #settle(job: StoredJob, kind: Registered, outcome: JobOutcome): Promise<void> {
    const { db, clock, log } = this.#options;
    const interrupted = outcome.kind !== "done" && this.#stopping.signal.aborted;
    const next = interrupted ? untried(job) : this.#settlement(job, kind, outcome);
    await db.tx(async (writer) => {
      if (!interrupted) await outcome.commit?.(writer);
      if (next.state === "parked") await kind.parked(writer, job.payloadText, next.reason ?? "");
      await settleJob(writer, job.id, next, clock.nowMs());
    });
    const fields = { jobId: job.id, jobKind: job.kind, attempt: job.attempts };
    if (next.state === "parked") log.warn({ ...fields, reason: next.reason }, "job parked");
    else log.debug({ ...fields, state: next.state, reason: next.reason }, "job attempted");
  }

  #settlement(job: StoredJob, { limits }: Registered, outcome: JobOutcome): Settlement {
    const { clock, random } = this.#options;
    const { attempts, dueAtMs } = job;
    if (outcome.kind === "done") return { state: "done", attempts, dueAtMs, reason: null };
    const { reason } = outcome;
    if (outcome.kind === "refused" || attempts >= limits.attemptsMax) {
      return { state: "parked", attempts, dueAtMs, reason };
    }
    const waitMs = Math.max(retryDelayMs(limits.retry, attempts, random), outcome.waitMs ?? 0);
    const nextAtMs = clock.nowMs() + Math.ceil(waitMs);
    return { state: "waiting", attempts, dueAtMs: nextAtMs, reason };
  }

  async #prune(): Promise<void> {
    const { db, clock } = this.#options;
    const nowMs = clock.nowMs();
    await db.tx((writer) => pruneJobs(writer, nowMs - doneKeptMs, nowMs - parkedKeptMs));
  }
}

/** An attempt that our own stopping has interrupted counts for nothing. */
function untried({ attempts, dueAtMs, lastReason }: StoredJob): Settlement {
  return { state: "waiting", attempts: attempts - 1, dueAtMs, reason: lastReason };
}

/** The first of each share, as many as it has places. */
function withinShares(
  jobs: readonly StoredJob[],
  perShareMax: number,
  runningOf: (share: string) => number,
): readonly StoredJob[] {
  const taken = new Map<string, number>();
  return jobs.filter(({ share }) => {
    const places = (taken.get(share) ?? runningOf(share)) + 1;
    if (places > perShareMax) return false;
    taken.set(share, places);
    return true;
  });
}
