import path from "node:path";
import { applianceActor } from "../audit/audit-log.ts";
import type { JobQueue } from "../jobs/job-queue.ts";
import type { CallRecordings } from "../privacy/caller-data.ts";
import { RecordingFiles } from "./recording-files.ts";
import { RecordingIntake } from "./recording-intake.ts";
import { RecordingReader } from "./recording-reader.ts";
import { RecordingStore, type RecordingStoreOptions } from "./recording-store.ts";
import type { DailyJob } from "../jobs/daily-job.ts";
import { recordingSweep } from "./recording-sweep.ts";

/** What a control plane has to do with recordings. */
export type Recordings = {
  readonly store: RecordingStore;
  readonly files: RecordingFiles;
  readonly intake: RecordingIntake;
  readonly reader: RecordingReader;
  readonly sweep: DailyJob;
  /** As an export and an erasure of one caller's data need them. */
  readonly ofCallers: CallRecordings;
};

type OpenRecordingsOptions = Omit<RecordingStoreOptions, "files"> & {
  readonly dataDir: string;
  readonly jobs: JobQueue;
};

/**
 * Opens the folder `recordings` of the data, which is made where it is missing, and registers the
 * sweep's job: before the queue starts.
 */
export async function openRecordings(options: OpenRecordingsOptions): Promise<Recordings> {
  const files = await RecordingFiles.open(path.join(options.dataDir, "recordings"));
  const store = new RecordingStore({ ...options, files });
  const reader = new RecordingReader(store, files);
  return {
    store,
    files,
    intake: new RecordingIntake({ ...options, store, files }),
    reader,
    ofCallers: {
      openWav: (callId) => reader.openWav(callId),
      remove: (callId) => store.delete(callId, applianceActor),
    },
    sweep: recordingSweep({ ...options, store }),
  };
}
