import type { Random } from "./random.ts";

/** How long to wait before the next attempt: doubling from `firstMs` up to `maxMs`. */
export type RetrySchedule = { readonly firstMs: number; readonly maxMs: number };

/**
 * The wait after failed attempt number `attempt` (the first is 1), in milliseconds. Half of it
 * is fixed and half is chance, so that a crowd that failed together does not return together.
 */
export function retryDelayMs(schedule: RetrySchedule, attempt: number, random: Random): number {
  const ceilingMs = Math.min(schedule.maxMs, schedule.firstMs * 2 ** Math.min(attempt - 1, 30));
  return ceilingMs / 2 + (ceilingMs / 2) * random.unit();
}
