import type { Clock, Log } from "@agentcall/base";
import { z } from "zod";
import { applianceActor } from "../audit/audit-log.ts";
import type { JobKind, JobOutcome } from "../jobs/job.ts";
import type { JobQueue } from "../jobs/job-queue.ts";
import type { Database, SqlWriter } from "../sqlite/database.ts";
import type { RecordingStore } from "./recording-store.ts";

type RecordingSweepOptions = {
  readonly db: Database;
  readonly jobs: JobQueue;
  readonly store: RecordingStore;
  readonly clock: Clock;
  readonly log: Log;
};

const payload = z.object({});
const dayMs = 86_400_000;
const sweepAtMs = 3 * 3_600_000; // 03:00 UTC: after the sweep of transcripts and reports
const atOnce = 100; // each is a transaction of its own, between which calls have their turn
const attemptsEver = Number.MAX_SAFE_INTEGER; // what is to be deleted stays to be deleted

/** Each day deletes the recordings that were kept for as long as their number says. */
export class RecordingSweep {
  readonly #options: RecordingSweepOptions;
  readonly job: JobKind<z.infer<typeof payload>>;

  /** Registers the job: before the queue starts. */
  constructor(options: RecordingSweepOptions) {
    this.#options = options;
    this.job = {
      name: "recordings.sweep",
      payload,
      atOnceMax: 1,
      atOncePerShareMax: 1,
      retry: { firstMs: 60_000, maxMs: 3_600_000 },
      attemptsMax: attemptsEver,
      attemptMsMax: 3_600_000, // a year of a busy appliance, at its first sweep
      run: (_, { signal }) => this.#run(signal),
    };
    options.jobs.register(this.job);
  }

  /** Writes the next sweep; there is one a day. */
  async scheduleNext(): Promise<void> {
    const nowMs = this.#options.clock.nowMs();
    await this.#options.db.tx((writer) => this.#enqueue(writer, nowMs));
  }

  async #run(signal: AbortSignal): Promise<JobOutcome> {
    const { store, clock, log } = this.#options;
    let deleted = 0;
    for (;;) {
      const due = await store.expired(atOnce);
      if (due.length === 0) break;
      for (const callId of due) {
        if (signal.aborted) return { kind: "failed", reason: "timeout" };
        await store.delete(callId, applianceActor);
        deleted += 1;
      }
    }
    if (deleted > 0)
      log.info({ deleted }, "recordings that had been kept for their time were deleted");
    return { kind: "done", commit: (writer) => this.#enqueue(writer, clock.nowMs()) };
  }

  async #enqueue(writer: SqlWriter, nowMs: number): Promise<void> {
    const today = Math.floor((nowMs - sweepAtMs) / dayMs);
    const dueAtMs = (today + 1) * dayMs + sweepAtMs;
    await this.#options.jobs.enqueue(writer, this.job, {
      dedupeId: `at ${String(dueAtMs)}`,
      payload: {},
      delayMs: dueAtMs - nowMs,
    });
  }
}
