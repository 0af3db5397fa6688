import { AppError } from "@agentcall/base";
import type { ExportScheduleChange } from "@agentcall/contract";
import { Cron } from "croner";
import { isTimezone } from "../budgets/zoned-month.ts";

/** When batches are due. */
export type ExportTiming = { readonly cron: string; readonly timezone: string };

/** Every hour, a little after it: at the full hour everybody calls. */
export const hourly: ExportTiming = { cron: "7 * * * *", timezone: "UTC" };

/**
 * The first moment after `afterMs` at which an export is due. An hour that a clock change leaves out
 * is made up for right after it, one that comes twice counts once.
 */
export function nextExportAtMs({ cron, timezone }: ExportTiming, afterMs: number): number {
  const next = new Cron(cron, { timezone, mode: "5-part" }).nextRun(new Date(afterMs));
  if (next === null) throw wrongField("cron", "must come true one day");
  return next.getTime();
}

/** Throws `validation_failed` for a pattern or a time zone that is none. */
export function checkTiming({ cron, timezone }: ExportScheduleChange, nowMs: number): void {
  if (!isTimezone(timezone)) throw wrongField("timezone", "must be a name such as Europe/Berlin");
  try {
    nextExportAtMs({ cron, timezone }, nowMs);
  } catch (error) {
    if (error instanceof AppError) throw error;
    throw wrongField("cron", "must be five fields such as 0 * * * *");
  }
}

function wrongField(field: string, problem: string): AppError {
  return new AppError("validation_failed", "The schedule is not valid.", {
    details: { fields: { [field]: problem } },
  });
}
