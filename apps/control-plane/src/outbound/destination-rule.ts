import type { OutboundSettings, Weekday } from "@agentcall/contract";

/** Why a number may not be called now. */
export type DestinationRefusal = {
  readonly reason: "outbound_disabled" | "country_not_allowed" | "prefix_blocked" | "outside_hours";
  readonly message: string;
};

/** The rules against toll fraud for one call, both numbers in E.164; null when they allow it. */
export function refuseDestination(
  settings: OutboundSettings,
  { from, to }: { readonly from: string; readonly to: string },
  nowMs: number,
): DestinationRefusal | null {
  if (!settings.enabled) {
    return { reason: "outbound_disabled", message: "Calls are not placed from this appliance." };
  }
  return refusePrefix(settings, from, to) ?? refuseHour(settings.hours, nowMs);
}

/** The longest prefix that fits decides; of equals the block. */
function refusePrefix(
  { allowedCountries, allowedPrefixes, blockedPrefixes }: OutboundSettings,
  from: string,
  to: string,
): DestinationRefusal | null {
  const countries = (allowedCountries ?? [callingCodeOf(from)]).map((code) => `+${code}`);
  const allowed = longestOf([...countries, ...allowedPrefixes], to);
  const blocked = longestOf(blockedPrefixes, to);
  if (blocked > 0 && blocked >= allowed) {
    return { reason: "prefix_blocked", message: "Numbers of this range are blocked." };
  }
  if (allowed > 0) return null;
  return { reason: "country_not_allowed", message: "Numbers of this country are not allowed." };
}

function longestOf(prefixes: readonly string[], number: string): number {
  const fitting = prefixes.filter((prefix) => number.startsWith(prefix));
  return Math.max(0, ...fitting.map((prefix) => prefix.length));
}

// ITU-T E.164, list of assigned country codes: all others have three digits.
const shortCodes: ReadonlySet<string> = new Set([
  ...["1", "7", "20", "27", "30", "31", "32", "33", "34", "36", "39", "40", "41", "43", "44", "45"],
  ...["46", "47", "48", "49", "51", "52", "53", "54", "55", "56", "57", "58", "60", "61", "62"],
  ...["63", "64", "65", "66", "81", "82", "84", "86", "90", "91", "92", "93", "94", "95", "98"],
]);
const longCodeDigits = 3;

/** The calling code of a number in E.164, without its plus. */
export function callingCodeOf(e164: string): string {
  const digits = e164.slice(1);
  const short = [digits.slice(0, 1), digits.slice(0, 2)].find((code) => shortCodes.has(code));
  return short ?? digits.slice(0, longCodeDigits);
}

type Hours = NonNullable<OutboundSettings["hours"]>;

function refuseHour(hours: Hours | null, nowMs: number): DestinationRefusal | null {
  if (hours === null || isWithin(hours, nowMs)) return null;
  return { reason: "outside_hours", message: "Nobody is called at this time." };
}

/** A time that ends before it begins belongs to the day on which it begins. */
function isWithin({ timezone, days, from, to }: Hours, nowMs: number): boolean {
  const { day, time } = localTime(timezone, nowMs);
  if (from <= to) return days.includes(day) && time >= from && time < to;
  const yesterday = localTime(timezone, nowMs - dayMs).day;
  return (days.includes(day) && time >= from) || (days.includes(yesterday) && time < to);
}

const dayMs = 24 * 3_600_000;

const weekdayOfText: Readonly<Record<string, Weekday>> = {
  Mon: "mon",
  Tue: "tue",
  Wed: "wed",
  Thu: "thu",
  Fri: "fri",
  Sat: "sat",
  Sun: "sun",
};

/** The day of the week, and the time as `08:30`. */
function localTime(timeZone: string, ms: number): { readonly day: Weekday; readonly time: string } {
  const format = new Intl.DateTimeFormat("en-GB", {
    timeZone,
    weekday: "short",
    hour: "2-digit",
    minute: "2-digit",
    hourCycle: "h23",
  });
  const parts = new Map(format.formatToParts(ms).map(({ type, value }) => [type, value]));
  return {
    day: weekdayOfText[parts.get("weekday") ?? ""] ?? "mon",
    time: `${parts.get("hour") ?? ""}:${parts.get("minute") ?? ""}`,
  };
}
