import type { Clock, Log, Random } from "@agentcall/base";
import type { AuditLog } from "../audit/audit-log.ts";
import type { JobQueue } from "../jobs/job-queue.ts";
import type { Database } from "../sqlite/database.ts";
import { CallerData, type CallRecordings } from "./caller-data.ts";
import { CallerErasure } from "./caller-erasure.ts";
import { CallerExport } from "./caller-export.ts";
import { Retention } from "./retention-job.ts";

export type PrivacyOptions = {
  readonly db: Database;
  readonly audit: AuditLog;
  readonly jobs: JobQueue;
  readonly recordings: CallRecordings;
  readonly clock: Clock;
  readonly random: Random;
  readonly log: Log;
};

/** How long things are kept, and what one caller may ask for. */
export type Privacy = {
  readonly data: CallerData;
  readonly exports: CallerExport;
  readonly erasure: CallerErasure;
  readonly retention: Retention;
};

/** Makes the parts and registers their job: before the queue starts. */
export function openPrivacy(options: PrivacyOptions): Privacy {
  const { db, recordings, jobs } = options;
  const data = new CallerData(db, recordings);
  const retention = new Retention(options);
  jobs.register(retention.sweep.kind);
  return {
    data,
    exports: new CallerExport({ ...options, data }),
    erasure: new CallerErasure({ ...options, data }),
    retention,
  };
}
