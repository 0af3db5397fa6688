import { AppError } from "@agentcall/base";

/** A month of UTC, such as `2026-11`: there are no hours that come twice, and none that are left out. */
export type Period = { readonly text: string; readonly fromMs: number; readonly untilMs: number };

const form = /^(\d{4})-(0[1-9]|1[0-2])$/;

/** The month of a text such as `2026-11`. Throws `validation_failed`. */
export function parsePeriod(text: string): Period {
  const [, year, month] = form.exec(text) ?? [];
  if (year === undefined || month === undefined) {
    throw new AppError("validation_failed", "The period is not a month.", {
      details: { fields: { period: "must be a month such as 2026-11" } },
    });
  }
  return {
    text,
    fromMs: Date.UTC(Number(year), Number(month) - 1),
    untilMs: Date.UTC(Number(year), Number(month)),
  };
}

/** The month in which a moment lies. */
export function periodOf(atMs: number): string {
  return new Date(atMs).toISOString().slice(0, 7);
}
