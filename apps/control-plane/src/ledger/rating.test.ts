import { InvariantError } from "@agentcall/base";
import { defaultRateCard, type RateCard } from "@agentcall/contract";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { billedMsOf, chargeBetween, chargeOf, type RatedBy } from "./rating.ts";

const managed: RatedBy = { rateCard: defaultRateCard, voiceMode: "managed", recorded: false };
const dayMs = 86_400_000;

function cardWith(firstSecs: number, thenSecs: number): RateCard {
  return { ...defaultRateCard, increment: { firstSecs, thenSecs } };
}

describe("rating", () => {
  test.each([
    [0, 0, 0],
    [1, 1, 400_000],
    [59_999, 1, 400_000],
    [60_000, 1, 400_000],
    [60_001, 2, 800_000],
    [dayMs, 1_440, 576_000_000],
    [dayMs + 1, 1_441, 576_400_000],
  ])("%i ms are %i started minutes", (talkMs, minutes, amountMicros) => {
    expect(chargeOf(talkMs, managed)).toEqual({ billedMs: minutes * 60_000, amountMicros });
  });

  test.each([
    ["managed", false, 400_000],
    ["managed", true, 410_000],
    ["byok", false, 100_000],
    ["byok", true, 110_000],
  ] as const)("a minute of %s, recorded: %s, costs %i", (voiceMode, recorded, amountMicros) => {
    expect(chargeOf(1, { rateCard: defaultRateCard, voiceMode, recorded })).toEqual({
      billedMs: 60_000,
      amountMicros,
    });
  });

  test.each([
    [0, 0],
    [1, 10_000],
    [59_999, 10_000],
    [60_000, 10_000],
    [60_001, 20_000],
    [dayMs, 14_400_000],
  ])("recording %i ms costs %i on top, in either mode", (talkMs, addedMicros) => {
    for (const voiceMode of ["managed", "byok"] as const) {
      const plain = chargeOf(talkMs, { ...managed, voiceMode });
      const recorded = chargeOf(talkMs, { ...managed, voiceMode, recorded: true });

      expect(recorded.amountMicros - plain.amountMicros).toBe(addedMicros);
      expect(recorded.billedMs).toBe(plain.billedMs);
    }
  });

  test.each([
    [1, 1, 1_500, 2_000, 13_333],
    [6, 6, 6_001, 12_000, 80_000],
    [30, 6, 1, 30_000, 200_000],
    [30, 6, 30_001, 36_000, 240_000],
  ])(
    "increments of %i and %i s bill %i ms as %i",
    (firstSecs, thenSecs, talkMs, billedMs, micros) => {
      const ratedBy = { ...managed, rateCard: cardWith(firstSecs, thenSecs) };

      expect(chargeOf(talkMs, ratedBy)).toEqual({ billedMs, amountMicros: micros });
    },
  );

  test.each([[-1], [0.5], [Number.NaN], [2 ** 53]])("%d ms are a fault of ours", (talkMs) => {
    expect(() => billedMsOf(talkMs, defaultRateCard)).toThrow(InvariantError);
  });

  test("one or a hundred stretches of a call sum to the same micro-dollar", () => {
    const increments = fc.integer({ min: 1, max: 120 });
    const stretches = fc.array(fc.nat({ max: 400_000 }), { minLength: 1, maxLength: 100 });
    fc.assert(
      fc.property(stretches, increments, increments, fc.boolean(), (parts, first, then, byok) => {
        const ratedBy: RatedBy = {
          rateCard: cardWith(first, then),
          voiceMode: byok ? "byok" : "managed",
          recorded: first % 2 === 0,
        };
        let atMs = 0;
        let billedMs = 0;
        let amountMicros = 0;
        for (const partMs of parts) {
          const charge = chargeBetween(atMs, atMs + partMs, ratedBy);
          atMs += partMs;
          billedMs += charge.billedMs;
          amountMicros += charge.amountMicros;
        }

        expect({ billedMs, amountMicros }).toEqual(chargeOf(atMs, ratedBy));
      }),
    );
  });

  test("a day in 288 stretches of five minutes costs what a day costs", () => {
    const stretches = Array.from({ length: 288 }, (_, index) =>
      chargeBetween(index * 300_000, (index + 1) * 300_000, managed),
    );

    const sum = stretches.reduce((total, { amountMicros }) => total + amountMicros, 0);
    expect(sum).toBe(chargeOf(dayMs, managed).amountMicros);
  });

  test("what was told too early is taken back", () => {
    expect(chargeBetween(300_001, 290_000, managed)).toEqual({
      billedMs: -60_000,
      amountMicros: -400_000,
    });
  });
});
