import { seededRandom } from "@agentcall/base";
import { describe, expect, test } from "vitest";
import { resampleTo8k } from "./resample.ts";
import { generateTone } from "./tone.ts";
import { findTones, toneLevelDb } from "./tone-finder.ts";

const amplitude = 16_384; // 6 dB below full scale

describe("resampleTo8k", () => {
  test.each([300, 1_000, 2_000, 3_000])(
    "keeps a tone of %i Hz where and as loud as it is",
    (hz) => {
      const halved = resampleTo8k(toneAt16k(hz), 16_000);

      const found = findTones(halved);
      expect(found).toHaveLength(1);
      expect(Math.abs((found[0]?.frequencyHz ?? 0) - hz)).toBeLessThanOrEqual(4);
      expect(Math.abs(toneLevelDb(halved, 0, halved.length, hz) + 6)).toBeLessThan(1);
    },
  );

  test.each([5_000, 6_000, 7_000, 7_700])("lets no tone of %i Hz fold down", (hz) => {
    const halved = resampleTo8k(toneAt16k(hz), 16_000);

    expect(findTones(halved)).toEqual([]);
    expect(toneLevelDb(halved, 0, halved.length, 8_000 - hz)).toBeLessThan(-50);
  });

  test("keeps a steady level as it is, but for the ends, beyond which there is none", () => {
    const halved = resampleTo8k(new Int16Array(400).fill(1_000), 16_000);

    expect([...new Set(halved.subarray(8, -8))]).toEqual([1_000]);
    expect(halved[0]).toBeLessThan(1_000);
  });

  test("does not turn over at the ends of the scale", () => {
    const square = Int16Array.from({ length: 1_600 }, (_, at) => (at % 40 < 20 ? 32_767 : -32_768));

    const halved = resampleTo8k(square, 16_000);

    // The filter overshoots beyond what 16 bits hold: a sample that wrapped would have the other sign.
    const turned = halved.filter((sample, at) => at % 20 > 2 && at % 20 < 7 && sample < 0);
    expect([...turned]).toEqual([]);
    expect(Math.max(...halved)).toBe(32_767);
    expect(Math.min(...halved)).toBe(-32_768);
  });

  test.each([0, 1, 2, 3, 160, 321])("makes half of %i samples, an odd one left over", (length) => {
    expect(resampleTo8k(new Int16Array(length), 16_000)).toHaveLength(Math.floor(length / 2));
  });

  test("gives back what is at 8 kHz already", () => {
    const samples = Int16Array.from({ length: 50 }, () => seededRandom(1).below(1_000));

    expect(resampleTo8k(samples, 8_000)).toBe(samples);
  });
});

function toneAt16k(frequencyHz: number): Int16Array {
  const samples = new Int16Array(32_768);
  generateTone({ frequencyHz, amplitude, samples, phase: 0, sampleRateHz: 16_000 });
  return samples;
}
