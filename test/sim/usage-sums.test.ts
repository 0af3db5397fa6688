import { describe, expect, test } from "vitest";
import { type Sums, UsageSumsWorld } from "./usage-sums-world.ts";

const seedCount = Math.ceil(Number(process.env["SEEDS"] ?? "50") / 20);
const seeds = Array.from({ length: seedCount }, (_, seed) => seed + 1);
const minuteMs = 60_000;

const occasions: readonly (readonly [string, string, string])[] = [
  ["summer begins", "Europe/Berlin", "2026-03-29T01:00:00Z"],
  ["summer ends", "Europe/Berlin", "2026-10-25T01:00:00Z"],
  ["summer begins", "America/New_York", "2026-03-08T07:00:00Z"],
  ["summer ends, in a new month", "America/New_York", "2026-11-01T06:00:00Z"],
  ["summer begins, by half an hour", "Australia/Lord_Howe", "2026-10-03T15:30:00Z"],
  ["summer ends, by half an hour", "Australia/Lord_Howe", "2026-04-04T15:00:00Z"],
  ["a month begins", "UTC", "2026-12-01T00:00:00Z"],
  ["a month begins, at half past", "Asia/Kolkata", "2026-11-30T18:30:00Z"],
  ["a year begins", "Pacific/Auckland", "2026-12-31T11:00:00Z"],
  ["the leap day ends", "UTC", "2028-03-01T00:00:00Z"],
];

const cases = occasions.flatMap(([what, timezone, at]) =>
  seeds.map((seed) => [what, timezone, seed, at] as const),
);

function areEqual({ records, batches, billing }: Sums): boolean {
  return records === batches && batches === billing;
}

describe("what was exported, what the records say and what /v1/usage shows", () => {
  test.each(cases)("are the same when %s in %s, seed %i", async (_what, timezone, seed, at) => {
    const atMs = Date.parse(at);
    const world = await UsageSumsWorld.open(seed, { timezone, atMs });
    try {
      await world.live();

      for (const period of periodsAround(atMs)) {
        const { usage, items, ...sums } = await world.month(period);
        expect([period, sums, usage, items]).toEqual([
          period,
          { records: usage, batches: usage, billing: usage },
          usage,
          usage,
        ]);
      }
      let hours = 0;
      for (let minute = -200; minute < 200; minute += 10) {
        const fromMs = atMs + minute * minuteMs;
        const sums = await world.sums(fromMs, fromMs + 60 * minuteMs);
        expect([minute, sums, areEqual(sums)]).toEqual([minute, sums, true]);
        if (sums.records !== 0) hours += 1;
      }
      expect(hours).toBeGreaterThan(10); // or the law would hold of nothing
    } finally {
      await world.close();
    }
  });
});

/** The month of the moment, with the one before and the one after it. */
function periodsAround(atMs: number): readonly string[] {
  const moment = new Date(atMs);
  return [-1, 0, 1].map((months) =>
    new Date(Date.UTC(moment.getUTCFullYear(), moment.getUTCMonth() + months))
      .toISOString()
      .slice(0, 7),
  );
}
