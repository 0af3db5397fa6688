import { type CallFilter, callStatuses, numberIdSchema, parseE164 } from "@agentcall/contract";
import { z } from "zod";

/** The filters as they stand in the address. Days are of the reader's own calendar. */
export const callSearchSchema = z.object({
  caller: z.string().catch(""),
  direction: z.enum(["inbound", "outbound"]).nullable().catch(null),
  status: z.enum(callStatuses).nullable().catch(null),
  number: z.string().nullable().catch(null),
  since: z.iso.date().nullable().catch(null),
  until: z.iso.date().nullable().catch(null),
});
export type CallSearch = z.infer<typeof callSearchSchema>;

/** What the API is asked for. A caller's number that is not whole yet filters nothing. */
export function filterOf(search: CallSearch): CallFilter {
  const caller = callerOf(search.caller);
  const numberId = numberIdSchema.safeParse(search.number).data;
  return {
    ...(caller === null ? {} : { from: caller }),
    ...(search.direction === null ? {} : { direction: search.direction }),
    ...(search.status === null ? {} : { status: search.status }),
    ...(numberId === undefined ? {} : { numberId }),
    ...(search.since === null ? {} : { since: dayStart(search.since, 0) }),
    ...(search.until === null ? {} : { until: dayStart(search.until, 1) }),
  };
}

/** True where the address holds any filter. */
export function isFiltered(search: CallSearch): boolean {
  return Object.values(search).some((value) => value !== null && value !== "");
}

/** True where something is typed that cannot be a whole number yet. */
export function isCallerPartial({ caller }: CallSearch): boolean {
  return caller.trim() !== "" && callerOf(caller) === null;
}

/** Numbers are found however they are written: `+1 (415) 555-0142`, `0014155550142`. */
function callerOf(text: string): string | null {
  const digits = text.replaceAll(/[\s()./-]/g, "").replace(/^00/, "+");
  return parseE164(digits.startsWith("+") ? digits : `+${digits}`);
}

/** Midnight of the reader's zone, so many days later. */
function dayStart(day: string, daysLater: number): string {
  const [year = 0, month = 1, date = 1] = day.split("-").map(Number);
  return new Date(year, month - 1, date + daysLater).toISOString();
}
