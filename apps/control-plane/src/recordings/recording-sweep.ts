import type { Clock, Log } from "@agentcall/base";
import { applianceActor } from "../audit/audit-log.ts";
import { DailyJob } from "../jobs/daily-job.ts";
import type { JobQueue } from "../jobs/job-queue.ts";
import type { Database } from "../sqlite/database.ts";
import type { RecordingStore } from "./recording-store.ts";

type RecordingSweepOptions = {
  readonly db: Database;
  readonly jobs: JobQueue;
  readonly store: RecordingStore;
  readonly clock: Clock;
  readonly log: Log;
};

const sweepAtMs = 3 * 3_600_000; // 03:00 UTC: after the sweep of transcripts and reports
const atOnce = 100; // each is a transaction of its own, between which calls have their turn

/**
 * Each day deletes the recordings that were kept for as long as their number says. Registers the
 * job: before the queue starts.
 */
export function recordingSweep({ store, log, ...parts }: RecordingSweepOptions): DailyJob {
  const sweep = new DailyJob({
    ...parts,
    name: "recordings.sweep",
    atMs: sweepAtMs,
    run: (signal) => deleteExpired(store, log, signal),
  });
  parts.jobs.register(sweep.kind);
  return sweep;
}

/** False when it was told to stop before its end. */
async function deleteExpired(
  store: RecordingStore,
  log: Log,
  signal: AbortSignal,
): Promise<boolean> {
  let deleted = 0;
  for (;;) {
    const due = await store.expired(atOnce);
    if (due.length === 0) break;
    for (const callId of due) {
      if (signal.aborted) return false;
      await store.delete(callId, applianceActor);
      deleted += 1;
    }
  }
  if (deleted > 0)
    log.info({ deleted }, "recordings that had been kept for their time were deleted");
  return true;
}
