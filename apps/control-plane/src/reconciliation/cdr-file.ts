import { AppError } from "@agentcall/base";
import { type CdrImport, cdrRowsMax } from "@agentcall/contract";
import { type CsvRecord, readCsv } from "./csv.ts";
import { type WallTime, ZoneTime } from "./zone-time.ts";

/** One call as the carrier has written it down. */
export type CdrLine = {
  /** Of the file, from 1. */
  readonly line: number;
  readonly atMs: number;
  /** The second meaning of a local time in the hour that comes twice. */
  readonly otherAtMs: number | null;
  readonly from: string;
  readonly to: string;
  readonly durationMs: number;
  readonly sipCallId: string | null;
};

export type CdrProblem = { readonly line: number; readonly problem: string };

/** Every line of the file but its header is in one of the two. */
export type CdrFile = {
  readonly lines: readonly CdrLine[];
  readonly problems: readonly CdrProblem[];
};

const columnNames = ["startedAt", "from", "to", "duration", "sipCallId"] as const;
type Column = (typeof columnNames)[number];
type Places = ReadonlyMap<Column, number>;

const addressCharsMax = 256;
const durationMsMax = 31 * 86_400_000; // a month: no call is longer

/**
 * Reads a carrier's call records by the mapping that came with them. Throws `validation_failed` for
 * a mapping that does not fit the file, and for a file with more than `cdrRowsMax` records.
 */
export function readCdrFile(given: CdrImport): CdrFile {
  const zone = zoneOf(given.timezone);
  const records = readCsv(given.csv, given.delimiter);
  const [header] = records;
  if (header === undefined) throw refused("csv", "must have lines");
  const body = given.header ? records.slice(1) : records;
  if (body.length > cdrRowsMax) {
    throw refused("csv", `must have at most ${String(cdrRowsMax)} records: send it in parts`);
  }
  const places = placesOf(given, header);
  const read = body.map((record) => lineOf(record, places, given, zone));
  return {
    lines: read.filter((each): each is CdrLine => !("problem" in each)),
    problems: read.filter((each) => "problem" in each),
  };
}

function zoneOf(timezone: string): ZoneTime {
  try {
    return new ZoneTime(timezone);
  } catch {
    throw refused("timezone", "must be a name such as Europe/Berlin"); // RangeError
  }
}

function placesOf({ columns, header }: CdrImport, first: CsvRecord): Places {
  if ("problem" in first) throw refused("csv", "must begin with a line that can be read");
  const names = header
    ? first.fields.map((name) => name.toLowerCase())
    : first.fields.map((_, index) => String(index + 1));
  const places = new Map<Column, number>();
  for (const column of columnNames) {
    const name = columns[column];
    if (name === undefined) continue;
    const place = names.indexOf(name.trim().toLowerCase());
    if (place < 0) throw refused(`columns.${column}`, "must be a column of the file");
    places.set(column, place);
  }
  return places;
}

function lineOf(
  record: CsvRecord,
  places: Places,
  given: CdrImport,
  zone: ZoneTime,
): CdrLine | CdrProblem {
  const { line } = record;
  if ("problem" in record) return { line, problem: record.problem };
  const field = (column: Column): string => record.fields[places.get(column) ?? -1] ?? "";
  const [atMs, otherAtMs] = momentsOf(field("startedAt"), given.timeForm, zone);
  if (atMs === undefined) return { line, problem: "startedAt_not_a_time" };
  const durationMs = durationOf(field("duration"), given.durationForm);
  if (durationMs === null) return { line, problem: "duration_not_a_duration" };
  const [from, to, sipCallId] = [field("from"), field("to"), field("sipCallId")];
  if (to === "") return { line, problem: "to_is_empty" };
  if ([from, to, sipCallId].some((text) => text.length > addressCharsMax)) {
    return { line, problem: "text_too_long" };
  }
  return {
    line,
    atMs,
    otherAtMs: otherAtMs ?? null,
    from,
    to,
    durationMs,
    sipCallId: sipCallId === "" ? null : sipCallId,
  };
}

const isoForm = /^\d{4}-\d\d-\d\d[T ]\d\d:\d\d(:\d\d(\.\d+)?)?(Z|[+-]\d\d:?\d\d)$/;
const yearFirst = /^(\d{4})[-/.](\d\d?)[-/.](\d\d?)[T ]+(\d\d?):(\d\d)(?::(\d\d)(?:\.\d+)?)?$/;
const yearLast = /^(\d\d?)[-/.](\d\d?)[-/.](\d{4})[T ]+(\d\d?):(\d\d)(?::(\d\d)(?:\.\d+)?)?$/;
const unixForm = /^\d{1,15}(\.\d+)?$/;

function momentsOf(
  text: string,
  form: CdrImport["timeForm"],
  zone: ZoneTime,
): readonly (number | undefined)[] {
  switch (form) {
    case "iso": {
      const atMs = isoForm.test(text) ? Date.parse(text.replace(" ", "T")) : Number.NaN;
      return Number.isNaN(atMs) ? [] : [atMs];
    }
    case "unix":
      return unixForm.test(text) ? inRange(Math.round(Number(text) * 1_000)) : [];
    case "unix-ms":
      return unixForm.test(text) ? inRange(Math.round(Number(text))) : [];
    case "ymd":
      return zone.instantsOf(wallOf(yearFirst.exec(text), ["year", "month", "day"]));
    case "dmy":
      return zone.instantsOf(wallOf(yearLast.exec(text), ["day", "month", "year"]));
    case "mdy":
      return zone.instantsOf(wallOf(yearLast.exec(text), ["month", "day", "year"]));
  }
}

const lastMs = Date.UTC(10_000, 0) - 1; // what an ISO date of four digits can say

function inRange(atMs: number): readonly number[] {
  return atMs <= lastMs ? [atMs] : [];
}

/** What the form did not fit is no date. */
function wallOf(
  parts: RegExpExecArray | null,
  order: readonly ("year" | "month" | "day")[],
): WallTime {
  const numbers = (parts ?? []).slice(1).map((part: string | undefined) => Number(part ?? "0"));
  const date = (name: "year" | "month" | "day"): number => numbers[order.indexOf(name)] ?? 0;
  const [hour = 0, minute = 0, second = 0] = numbers.slice(3);
  return { year: date("year"), month: date("month"), day: date("day"), hour, minute, second };
}

const secsForm = /^\d{1,9}([.,]\d+)?$/;
const hmsForm = /^(?:(\d{1,4}):)?(\d{1,4}):(\d\d)(?:[.,]\d+)?$/;

/** Milliseconds, or null for what is no duration. */
function durationOf(text: string, form: CdrImport["durationForm"]): number | null {
  const durationMs = form === "hms" ? hmsMs(text) : countMs(text, form === "secs" ? 1_000 : 1);
  return durationMs !== null && durationMs <= durationMsMax ? durationMs : null;
}

function countMs(text: string, unitMs: number): number | null {
  return secsForm.test(text) ? Math.round(Number(text.replace(",", ".")) * unitMs) : null;
}

function hmsMs(text: string): number | null {
  const parts = hmsForm.exec(text);
  if (parts === null) return null;
  const [hours, minutes, secs] = [parts[1] ?? "0", parts[2], parts[3]].map(Number);
  return (((hours ?? 0) * 60 + (minutes ?? 0)) * 60 + (secs ?? 0)) * 1_000;
}

function refused(field: string, problem: string): AppError {
  return new AppError("validation_failed", "The call records cannot be read like this.", {
    details: { fields: { [field]: problem } },
  });
}
