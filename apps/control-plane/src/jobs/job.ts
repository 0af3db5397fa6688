import type { RetrySchedule } from "@agentcall/base";
import type { z } from "zod";
import type { SqlWriter } from "../sqlite/database.ts";

/** What happens in the transaction that ends an attempt: both are there, or neither. */
export type Commit = (writer: SqlWriter) => Promise<void>;

/** How one attempt ended. */
export type JobOutcome =
  | { readonly kind: "done"; readonly commit?: Commit }
  /** To be tried again by the schedule, and parked after the last attempt. */
  | {
      readonly kind: "failed";
      /** Constant words for the list of jobs; no personal data. */
      readonly reason: string;
      readonly commit?: Commit;
      /** The other side has named a later time (Retry-After). */
      readonly waitMs?: number;
    }
  /** Trying again would change nothing: parked at once. */
  | { readonly kind: "refused"; readonly reason: string; readonly commit?: Commit };

/** One execution of a job. */
export type JobAttempt = {
  readonly jobId: string;
  /** 1 is the first. One that a crash ended counts. */
  readonly number: number;
  /** Aborted when the attempt's time is over and when the appliance stops. */
  readonly signal: AbortSignal;
};

/** A type of work, and what does it. What it does may be done again after a crash: see `run`. */
export type JobKind<Payload> = {
  /** Such as `webhook.delivery`. Rows in the database name it: never changed. */
  readonly name: string;
  readonly payload: z.ZodType<Payload>;
  /** How many of this kind run at once. */
  readonly atOnceMax: number;
  /** How many of them for one share, such as one receiver, so that a slow one leaves places to others. */
  readonly atOncePerShareMax: number;
  readonly retry: RetrySchedule;
  readonly attemptsMax: number;
  readonly attemptMsMax: number;
  /**
   * Does the work. What lasts is written in the outcome's `commit`, so that it happens once; what
   * goes outside carries an id that makes a second time harmless. What it throws counts as failed.
   */
  run(payload: Payload, attempt: JobAttempt): Promise<JobOutcome>;
  /** Part of the transaction that parks a job. */
  parked?(writer: SqlWriter, payload: Payload, reason: string): Promise<void>;
};

/** What is to be done. */
export type JobRequest<Payload> = {
  /** A second job of the kind with this id is not written. */
  readonly dedupeId: string;
  /** Jobs of one lane are done one after the other, in the order of their writing; null: on its own. */
  readonly lane?: string;
  /** Whose places it takes; the lane's when it is not named. */
  readonly share?: string;
  readonly payload: Payload;
  /** From now. */
  readonly delayMs?: number;
};
