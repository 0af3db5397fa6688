import type { Clock, Log } from "@agentcall/base";
import { z } from "zod";
import { applianceActor, type AuditLog } from "../audit/audit-log.ts";
import type { JobKind, JobOutcome } from "../jobs/job.ts";
import type { JobQueue } from "../jobs/job-queue.ts";
import type { Database, SqlWriter } from "../sqlite/database.ts";
import { removeReports, removeTranscripts } from "./call-content.ts";
import {
  allKeeping,
  dueCalls,
  type Keeping,
  noteRemoval,
  type Removable,
} from "./retention-store.ts";

export type RetentionOptions = {
  readonly db: Database;
  readonly audit: AuditLog;
  readonly jobs: JobQueue;
  readonly clock: Clock;
  readonly log: Log;
};

const payload = z.object({});
const dayMs = 86_400_000;
const sweepAtMs = 2 * 3_600_000; // 02:00 UTC
const callsAtOnce = 200; // between two transactions a call's events find room
const attemptsEver = Number.MAX_SAFE_INTEGER; // what is to be deleted stays to be deleted

/** Each day takes away what has been kept for as long as its number says. */
export class Retention {
  readonly #options: RetentionOptions;
  readonly job: JobKind<z.infer<typeof payload>>;

  constructor(options: RetentionOptions) {
    this.#options = options;
    this.job = {
      name: "retention.sweep",
      payload,
      atOnceMax: 1,
      atOncePerShareMax: 1,
      retry: { firstMs: 60_000, maxMs: 3_600_000 },
      attemptsMax: attemptsEver,
      attemptMsMax: 3_600_000, // a year of a busy appliance, at its first sweep
      run: (_, { signal }) => this.#run(signal),
    };
  }

  /** Writes the next sweep; there is one a day. */
  async scheduleNext(): Promise<void> {
    const nowMs = this.#options.clock.nowMs();
    await this.#options.db.tx((writer) => this.#enqueue(writer, nowMs));
  }

  async #run(signal: AbortSignal): Promise<JobOutcome> {
    const { db, clock, log } = this.#options;
    const startedAtMs = clock.nowMs();
    let removed = 0;
    for (const keeping of await allKeeping(db)) {
      for (const what of ["transcript", "report"] as const) {
        removed += await this.#sweep(keeping, what, startedAtMs, signal);
      }
    }
    if (signal.aborted) return { kind: "failed", reason: "timeout" };
    await db.checkpoint(); // gone from the files as well, also what a sweep before has deleted
    if (removed > 0) log.info({ removed }, "what had been kept for its time was deleted");
    return { kind: "done", commit: (writer) => this.#enqueue(writer, clock.nowMs()) };
  }

  /** How many calls were emptied of this. */
  async #sweep(
    { numberId, retention }: Keeping,
    what: Removable,
    nowMs: number,
    signal: AbortSignal,
  ): Promise<number> {
    const { db, audit } = this.#options;
    const days = what === "transcript" ? retention.transcriptDays : retention.reportDays;
    if (days === null) return 0;
    let calls = 0;
    while (!signal.aborted) {
      const due = await dueCalls(db, numberId, what, nowMs - days * dayMs, callsAtOnce);
      if (due.length === 0) break;
      await db.tx(async (writer) => {
        if (what === "transcript") await removeTranscripts(writer, due);
        else await removeReports(writer, due);
        await noteRemoval(writer, due, what, nowMs);
        const detail = { what, days, calls: due.length };
        await audit.append(writer, applianceActor, "retention.swept", numberId ?? "others", detail);
      });
      calls += due.length;
    }
    return calls;
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
