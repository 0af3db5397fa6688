import { type Clock, invariant } from "@agentcall/base";
import { z } from "zod";
import type { JobKind, JobOutcome } from "../jobs/job.ts";
import type { JobQueue } from "../jobs/job-queue.ts";
import type { Database, SqlWriter } from "../sqlite/database.ts";
import type { Exporter } from "./exporter.ts";
import { nextExportAtMs } from "./export-schedule.ts";
import type { ExportSettingsStore } from "./export-settings.ts";

const payload = z.object({
  /** Whether the next one is to follow. */
  scheduled: z.boolean(),
});
type Payload = z.infer<typeof payload>;

const runMsMax = 600_000; // a backlog of a million entries takes a minute
const attemptsEver = Number.MAX_SAFE_INTEGER; // billing waits for its usage for ever

type ExportJobParts = {
  readonly db: Database;
  readonly jobs: JobQueue;
  readonly exporter: Exporter;
  readonly settings: ExportSettingsStore;
  readonly clock: Clock;
};

/** The export as jobs: by the schedule, at a person's word, and again after a failure. */
export class ExportJobs {
  readonly #parts: ExportJobParts;
  readonly #kind: JobKind<Payload>;

  constructor(parts: ExportJobParts) {
    this.#parts = parts;
    this.#kind = {
      name: "usage.export",
      payload,
      atOnceMax: 2, // one that is run by hand does not wait behind one that waits to be tried again
      atOncePerShareMax: 2,
      retry: { firstMs: 5_000, maxMs: 3_600_000 },
      attemptsMax: attemptsEver,
      attemptMsMax: runMsMax,
      run: ({ scheduled }, { signal }) => this.#run(scheduled, signal),
    };
    parts.jobs.register(this.#kind);
  }

  /** Writes the next scheduled run; there is one for each moment. */
  async scheduleNext(): Promise<void> {
    const timing = await this.#parts.settings.current();
    const nowMs = this.#parts.clock.nowMs();
    const dueAtMs = nextExportAtMs(timing, nowMs);
    await this.#parts.db.tx((writer) => this.#enqueue(writer, dueAtMs, nowMs));
  }

  /** Runs as soon as the jobs come to it. */
  async runNow(): Promise<void> {
    const { db, jobs, clock } = this.#parts;
    await db.tx(async (writer) => {
      const dedupeId = `now ${String(clock.nowMs())}`;
      await jobs.enqueue(writer, this.#kind, { dedupeId, payload: { scheduled: false } });
    });
  }

  async #run(scheduled: boolean, signal: AbortSignal): Promise<JobOutcome> {
    const { exporter, settings, clock } = this.#parts;
    const run = await exporter.run(signal);
    if (run.kind === "failed") {
      return { kind: "failed", reason: run.reason, waitMs: run.waitMs };
    }
    // Stopped for a person: the next moment of the schedule looks again.
    if (!scheduled) return { kind: "done" };
    const timing = await settings.current();
    const nowMs = clock.nowMs();
    const dueAtMs = nextExportAtMs(timing, nowMs);
    return { kind: "done", commit: (writer) => this.#enqueue(writer, dueAtMs, nowMs) };
  }

  async #enqueue(writer: SqlWriter, dueAtMs: number, nowMs: number): Promise<void> {
    invariant(dueAtMs > nowMs, "the next export lies ahead");
    await this.#parts.jobs.enqueue(writer, this.#kind, {
      dedupeId: `at ${String(dueAtMs)}`,
      payload: { scheduled: true },
      delayMs: dueAtMs - nowMs,
    });
  }
}
