import { providerImportSchema, type ProviderReason } from "@agentcall/contract";
import { describe, expect, test } from "vitest";
import { readProviderFile } from "./provider-file.ts";
import { type KeyDay, type OurKeyDay, providerReport } from "./provider-report.ts";

const day = "2026-11-24";
const covered = { days: new Set([day]), keys: new Set(["managed"]) };

function theirs(changes: Partial<KeyDay> = {}): KeyDay {
  return { day, key: "managed", inputTokens: 600, outputTokens: 400, ...changes };
}

function ours(changes: Partial<OurKeyDay> = {}): OurKeyDay {
  return { ...theirs(), edgeTokens: 0, ...changes };
}

describe("providerReport", () => {
  test.each<readonly [ProviderReason, string, readonly OurKeyDay[], readonly KeyDay[]]>([
    ["within_tolerance", "the same", [ours()], [theirs()]],
    ["within_tolerance", "five in a thousand more", [ours()], [theirs({ inputTokens: 605 })]],
    ["unexplained", "a little more than that", [ours()], [theirs({ inputTokens: 606 })]],
    ["unexplained", "less than ours", [ours()], [theirs({ inputTokens: 400 })]],
    [
      "day_edge",
      "what a call of the night has in it",
      [ours({ edgeTokens: 100 })],
      [theirs({ outputTokens: 300 })],
    ],
    ["missing_at_provider", "nothing", [ours()], [theirs({ inputTokens: 0, outputTokens: 0 })]],
    ["missing_at_provider", "no such key", [ours()], []],
    ["missing_in_calls", "what we have not", [], [theirs()]],
  ])("is %s where the provider tells %s", (reason, _what, our, their) => {
    const report = providerReport(our, their, covered, 5);

    expect(report.days).toMatchObject([{ day, key: "managed", reason }]);
  });

  test("a call of the night before is an edge of this day", () => {
    const nextDay = "2026-11-25";
    const days = { ...covered, days: new Set([day, nextDay]) };

    const report = providerReport(
      [ours({ edgeTokens: 100 }), ours({ day: nextDay })],
      [theirs({ outputTokens: 300 }), theirs({ day: nextDay, outputTokens: 500 })],
      days,
      5,
    );

    expect(report.days.map(({ reason }) => reason)).toEqual(["day_edge", "day_edge"]);
  });

  test("counts what it does not compare: other keys of the account, and days that were not told", () => {
    const report = providerReport(
      [ours(), ours({ day: "2026-11-25" }), ours({ key: "unknown" })],
      [theirs(), theirs({ key: "", inputTokens: 7, outputTokens: 0 })],
      covered,
      5,
    );

    expect(report).toMatchObject({ otherTokens: 7, tokensNotCovered: 2_000 });
    expect(report.days).toHaveLength(1);
  });
});

describe("readProviderFile", () => {
  const dayStart = Date.parse(day) / 1_000;
  const bucket = (results: readonly object[], changes: object = {}): object => ({
    object: "bucket",
    start_time: dayStart,
    end_time: dayStart + 86_400,
    results,
    ...changes,
  });
  const read = (...buckets: readonly object[]): ReturnType<typeof readProviderFile> =>
    readProviderFile(
      providerImportSchema.parse({
        keys: [
          { apiKeyId: "key_a", key: "managed" },
          { apiKeyId: "key_b", key: "fp1" },
        ],
        pages: buckets.map((each) => ({ object: "page", data: [each], has_more: false })),
      }),
    );

  test("adds up each key's day, and what is none of ours apart", () => {
    const one = { api_key_id: "key_a", input_tokens: 5, output_tokens: 6, model: "gpt-realtime" };

    const file = read(
      bucket([one, { ...one, model: "another" }, { input_tokens: 1 }]),
      bucket([{ ...one, api_key_id: "key_z" }]),
    );

    expect(file).toEqual({
      fromMs: dayStart * 1_000,
      untilMs: (dayStart + 86_400) * 1_000,
      days: [
        { day, key: "", inputTokens: 6, outputTokens: 6 },
        { day, key: "managed", inputTokens: 10, outputTokens: 12 },
        { day, key: "fp1", inputTokens: 0, outputTokens: 0 },
      ],
    });
  });

  test.each([
    ["an hour", { end_time: dayStart + 3_600 }],
    ["a day of another zone", { start_time: dayStart + 3_600, end_time: dayStart + 90_000 }],
    ["a day beyond the calendar", { start_time: 253_402_300_800, end_time: 253_402_387_200 }],
  ])("refuses buckets of %s", (_what, changes) => {
    expect(() => read(bucket([], changes))).toThrow(
      expect.objectContaining({ code: "validation_failed" }),
    );
  });

  test("refuses pages without any bucket", () => {
    const given = { keys: [{ apiKeyId: "a", key: "managed" }], pages: [{ data: [] }] };

    expect(() => readProviderFile(providerImportSchema.parse(given))).toThrow(
      expect.objectContaining({ code: "validation_failed" }),
    );
  });
});
