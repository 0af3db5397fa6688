import { type CdrImport, cdrImportSchema } from "@agentcall/contract";
import { describe, expect, test } from "vitest";
import { readCdrFile } from "./cdr-file.ts";

const header = "Start;Caller;Called;Secs;Call-ID";

function given(csv: string, changes: object = {}): CdrImport {
  return cdrImportSchema.parse({
    csv,
    from: "2026-11-01T00:00:00Z",
    until: "2026-12-01T00:00:00Z",
    delimiter: ";",
    columns: {
      startedAt: "Start",
      from: "Caller",
      to: "Called",
      duration: "Secs",
      sipCallId: "call-id",
    },
    ...changes,
  });
}

/** One call with this time, or this duration, in the form that is named. */
function line(start: string, duration: string, changes: object): CdrImport {
  return given(`${header}\n${start};+14155550199;+14155550100;${duration};\n`, changes);
}

const columns = { startedAt: "1", from: "2", to: "3", duration: "4" };

describe("readCdrFile", () => {
  test("reads each line by the columns that are named, whatever else is there", () => {
    const csv = `Price;${header}\n0.1;2026-11-24T12:00:00Z;+14155550199;+14155550100;61.5;a@b\n`;

    expect(readCdrFile(given(csv))).toEqual({
      lines: [
        {
          line: 2,
          atMs: Date.UTC(2026, 10, 24, 12),
          otherAtMs: null,
          from: "+14155550199",
          to: "+14155550100",
          durationMs: 61_500,
          sipCallId: "a@b",
        },
      ],
      problems: [],
    });
  });

  test("without a header columns are named by their places", () => {
    const csv = "2026-11-24T12:00:00Z;anonymous;100;60";

    const { lines } = readCdrFile(given(csv, { header: false, columns }));

    expect(lines).toMatchObject([{ line: 1, from: "anonymous", to: "100", sipCallId: null }]);
  });

  test.each([
    ["iso", "2026-11-24 13:00:00+01:00"],
    ["iso", "2026-11-24T12:00:00.000Z"],
    ["iso", "2026-11-24T12:00Z"],
    ["ymd", "2026-11-24 13:00:00"],
    ["ymd", "2026/11/24T13:00"],
    ["dmy", "24.11.2026 13:00:00"],
    ["mdy", "11/24/2026 13:00:00.5"],
    ["unix", "1795521600"],
    ["unix-ms", "1795521600000"],
  ])("reads a time in the form %s: %s", (timeForm, start) => {
    const { lines } = readCdrFile(line(start, "60", { timeForm, timezone: "Europe/Berlin" }));

    expect(lines.map(({ atMs }) => atMs)).toEqual([Date.UTC(2026, 10, 24, 12)]);
  });

  test("a local time of the hour that comes twice keeps both its meanings", () => {
    const { lines } = readCdrFile(
      line("25.10.2026 02:30:00", "60", { timeForm: "dmy", timezone: "Europe/Berlin" }),
    );

    expect(lines).toMatchObject([
      { atMs: Date.UTC(2026, 9, 25, 0, 30), otherAtMs: Date.UTC(2026, 9, 25, 1, 30) },
    ]);
  });

  test.each([
    ["secs", "90", 90_000],
    ["secs", "90,25", 90_250],
    ["ms", "90250", 90_250],
    ["hms", "1:30", 90_000],
    ["hms", "01:00:01", 3_601_000],
  ])("reads a duration in the form %s: %s", (durationForm, duration, durationMs) => {
    const { lines } = readCdrFile(line("2026-11-24T12:00:00Z", duration, { durationForm }));

    expect(lines.map((each) => each.durationMs)).toEqual([durationMs]);
  });

  test("every line is a call or a problem by its number, and one fault costs one line", () => {
    const good = "2026-11-24T12:00:00Z;a;+14155550100;60;";
    const csv = [
      header,
      good,
      "yesterday;a;+14155550100;60;",
      "2026-11-24T12:00:00;a;+14155550100;60;",
      "2026-11-24T12:00:00Z;a;+14155550100;long;",
      "2026-11-24T12:00:00Z;a;+14155550100;-60;",
      "2026-11-24T12:00:00Z;a;+14155550100;999999999;",
      "2026-11-24T12:00:00Z;a;;60;",
      `2026-11-24T12:00:00Z;${"9".repeat(257)};+14155550100;60;`,
      "2026-11-24T12:00:00Z;a",
      '"2026-11-24T12:00:00Z"x;a;+14155550100;60;',
      "2026-99-24T12:00:00Z;a;+14155550100;60;",
      good,
    ].join("\r\n");

    const { lines, problems } = readCdrFile(given(csv));

    expect(lines.map((each) => each.line)).toEqual([2, 13]);
    expect(problems).toEqual([
      { line: 3, problem: "startedAt_not_a_time" },
      { line: 4, problem: "startedAt_not_a_time" },
      { line: 5, problem: "duration_not_a_duration" },
      { line: 6, problem: "duration_not_a_duration" },
      { line: 7, problem: "duration_not_a_duration" },
      { line: 8, problem: "to_is_empty" },
      { line: 9, problem: "text_too_long" },
      { line: 10, problem: "duration_not_a_duration" },
      { line: 11, problem: "text_after_quote" },
      { line: 12, problem: "startedAt_not_a_time" },
    ]);
  });

  test.each([
    ["dmy", "24.11.26 13:00:00"],
    ["ymd", "24.11.2026 13:00"],
    ["mdy", "24/11/2026 13:00:00"],
    ["unix", "2026-11-24"],
    ["unix", "999999999999999"],
    ["unix-ms", "soon"],
  ])("what is no time in the form %s is a problem: %s", (timeForm, start) => {
    expect(readCdrFile(line(start, "60", { timeForm })).problems).toEqual([
      { line: 2, problem: "startedAt_not_a_time" },
    ]);
  });

  test("what is no duration of hours and minutes is a problem", () => {
    const { problems } = readCdrFile(line("2026-11-24T12:00:00Z", "90", { durationForm: "hms" }));

    expect(problems).toEqual([{ line: 2, problem: "duration_not_a_duration" }]);
  });

  const oneLine = "2026-11-24T12:00:00Z;a;100;60\n";
  test.each<readonly [string, string, string, object]>([
    ["a column that is not there", "columns.startedAt", "a;b;c\n", {}],
    [
      "a place that is not there",
      "columns.startedAt",
      "a\n",
      { header: false, columns: { ...columns, startedAt: "9" } },
    ],
    ["a time zone that there is not", "timezone", header, { timezone: "Mars" }],
    ["nothing but empty lines", "csv", "\n\n", {}],
    ["a first line that cannot be read", "csv", '"Start', {}],
    [
      "more records than are taken at once",
      "csv",
      oneLine.repeat(50_001),
      { header: false, columns },
    ],
  ])("refuses %s", (_what, field, csv, changes) => {
    expect(() => readCdrFile(given(csv, changes))).toThrow(
      expect.objectContaining({
        code: "validation_failed",
        details: { fields: { [field]: expect.any(String) as string } },
      }),
    );
  });
});
