import type { Clock, Log } from "@agentcall/base";
import { applianceActor, type AuditLog } from "../audit/audit-log.ts";
import { DailyJob } from "../jobs/daily-job.ts";
import type { JobQueue } from "../jobs/job-queue.ts";
import type { Database } from "../sqlite/database.ts";
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

const dayMs = 86_400_000;
const sweepAtMs = 2 * 3_600_000; // 02:00 UTC
const callsAtOnce = 200; // between two transactions a call's events find room

/** Each day takes away what has been kept for as long as its number says. */
export class Retention {
  readonly #options: RetentionOptions;
  readonly sweep: DailyJob;

  constructor(options: RetentionOptions) {
    this.#options = options;
    this.sweep = new DailyJob({
      ...{ db: options.db, jobs: options.jobs, clock: options.clock },
      name: "retention.sweep",
      atMs: sweepAtMs,
      run: (signal) => this.#run(signal),
    });
  }

  async #run(signal: AbortSignal): Promise<boolean> {
    const { db, clock, log } = this.#options;
    const startedAtMs = clock.nowMs();
    let removed = 0;
    for (const keeping of await allKeeping(db)) {
      for (const what of ["transcript", "report"] as const) {
        removed += await this.#empty(keeping, what, startedAtMs, signal);
      }
    }
    if (signal.aborted) return false;
    await db.checkpoint(); // gone from the files as well, also what a sweep before has deleted
    if (removed > 0) log.info({ removed }, "what had been kept for its time was deleted");
    return true;
  }

  /** How many calls were emptied of this. */
  async #empty(
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
}
