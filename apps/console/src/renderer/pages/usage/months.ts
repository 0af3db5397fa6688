const nameFormat = new Intl.DateTimeFormat(undefined, {
  month: "long",
  year: "numeric",
  timeZone: "UTC",
});

/** The month in which a moment lies, in UTC as the ledger counts: `2026-11`. */
export function monthOf(atMs: number): string {
  return new Date(atMs).toISOString().slice(0, 7);
}

/** A month and those before it, the newest first. */
export function monthsUntil(month: string, count: number): readonly string[] {
  const [year = 0, number = 1] = month.split("-").map(Number);
  return Array.from({ length: count }, (_, back) => monthOf(Date.UTC(year, number - 1 - back, 1)));
}

/** Such as `November 2026`. */
export function monthName(month: string): string {
  return nameFormat.format(Date.parse(`${month}-01T00:00:00Z`));
}
