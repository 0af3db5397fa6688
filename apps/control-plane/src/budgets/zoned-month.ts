/** Whether this is the name of a time zone. */
export function isTimezone(name: string): boolean {
  try {
    new Intl.DateTimeFormat("en", { timeZone: name });
    return true;
  } catch {
    return false; // RangeError
  }
}

const formats = new Map<string, Intl.DateTimeFormat>(); // making one takes a hundred times as long as using it

/** The month, such as `2026-11`, that a moment lies in where this time zone holds. */
export function monthIn(timezone: string, atMs: number): string {
  let format = formats.get(timezone);
  if (format === undefined) {
    format = new Intl.DateTimeFormat("en", {
      timeZone: timezone,
      calendar: "gregory",
      year: "numeric",
      month: "2-digit",
    });
    formats.set(timezone, format);
  }
  const parts = new Map(format.formatToParts(atMs).map(({ type, value }) => [type, value]));
  return `${parts.get("year") ?? ""}-${parts.get("month") ?? ""}`;
}

const longestMonthMs = 32 * 24 * 3_600_000; // with an hour that comes twice

/** When the month of `atMs` began there. */
export function monthStartMs(timezone: string, atMs: number): number {
  const month = monthIn(timezone, atMs);
  let [before, within] = [atMs - longestMonthMs, atMs];
  while (within - before > 1) {
    const middle = Math.floor((before + within) / 2);
    if (monthIn(timezone, middle) === month) within = middle;
    else before = middle;
  }
  return within;
}
