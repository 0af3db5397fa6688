import type { Clock } from "@agentcall/base";
import { z } from "zod";
import type { Database, SqlWriter } from "../sqlite/database.ts";
import type { JobKind } from "./job.ts";
import type { JobQueue } from "./job-queue.ts";

type DailyJobOptions = {
  readonly name: string;
  /** Milliseconds after midnight in UTC. */
  readonly atMs: number;
  readonly db: Database;
  readonly jobs: JobQueue;
  readonly clock: Clock;
  /** The day's work; false when it was told to stop before its end. */
  readonly run: (signal: AbortSignal) => Promise<boolean>;
};

const payload = z.object({});
const dayMs = 86_400_000;
const attemptsEver = Number.MAX_SAFE_INTEGER; // what is to be deleted stays to be deleted

/** A job that is done once a day, and again until it is. The next day's is written with its end. */
export class DailyJob {
  readonly #options: DailyJobOptions;
  readonly kind: JobKind<z.infer<typeof payload>>;

  constructor(options: DailyJobOptions) {
    this.#options = options;
    this.kind = {
      name: options.name,
      payload,
      atOnceMax: 1,
      atOncePerShareMax: 1,
      retry: { firstMs: 60_000, maxMs: 3_600_000 },
      attemptsMax: attemptsEver,
      attemptMsMax: 3_600_000, // a year of a busy appliance, at its first sweep
      run: async (_, { signal }) =>
        (await options.run(signal))
          ? {
              kind: "done",
              commit: (writer) => this.#enqueue(writer, options.clock.nowMs()),
            }
          : { kind: "failed", reason: "timeout" },
    };
  }

  /** Writes the next day's work; there is one a day. */
  async scheduleNext(): Promise<void> {
    const nowMs = this.#options.clock.nowMs();
    await this.#options.db.tx((writer) => this.#enqueue(writer, nowMs));
  }

  async #enqueue(writer: SqlWriter, nowMs: number): Promise<void> {
    const { atMs, jobs } = this.#options;
    const today = Math.floor((nowMs - atMs) / dayMs);
    const dueAtMs = (today + 1) * dayMs + atMs;
    await jobs.enqueue(writer, this.kind, {
      dedupeId: `at ${String(dueAtMs)}`,
      payload: {},
      delayMs: dueAtMs - nowMs,
    });
  }
}
