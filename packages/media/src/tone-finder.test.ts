import { seededRandom } from "@agentcall/base";
import { describe, expect, test } from "vitest";
import { decodeG711, encodeG711 } from "./g711.ts";
import { resampleTo8k } from "./resample.ts";
import { powerSpectrum } from "./spectrum.ts";
import { longestToneGapMs } from "./testing/tone-gap.ts";
import { generateTone } from "./tone.ts";
import { findTones, toneLevelDb } from "./tone-finder.ts";

describe("tones", () => {
  test("that were put in are found, loudest first, and no others", () => {
    const samples = mixed(tone(440, 8_000), tone(1_333, 4_000));

    const found = findTones(samples);

    expect(found.map(({ frequencyHz }) => Math.round(frequencyHz / 10))).toEqual([44, 133]);
    expect((found[0]?.levelDb ?? 0) - (found[1]?.levelDb ?? 0)).toBeCloseTo(6, 0);
  });

  test("are found alone after G.711, whose own noise is none", () => {
    const samples = tone(697, 8_000);
    const bytes = new Uint8Array(samples.length);
    encodeG711("pcma", samples, bytes);
    const back = new Int16Array(samples.length);
    decodeG711("pcma", bytes, back);

    expect(findTones(back)).toHaveLength(1);
  });

  test("are not found in silence, in noise, and in less than a quarter of a second", () => {
    const random = seededRandom(4);
    const noise = Int16Array.from({ length: 16_000 }, () => random.below(8_000) - 4_000);

    expect(findTones(new Int16Array(8_000))).toEqual([]);
    expect(findTones(noise)).toEqual([]);
    expect(findTones(tone(440, 8_000).subarray(0, 2_000))).toEqual([]);
  });

  test("join without a click where one piece follows another", () => {
    const samples = new Int16Array(1_000);
    const phase = generateTone({
      frequencyHz: 437,
      amplitude: 8_000,
      samples: samples.subarray(0, 333),
      phase: 0,
    });
    generateTone({ frequencyHz: 437, amplitude: 8_000, samples: samples.subarray(333), phase });

    expect(
      Math.max(...samples.map((each, at) => Math.abs(each - (tone(437, 8_000)[at] ?? 0)))),
    ).toBeLessThan(2);
  });
});

describe("the level of a tone", () => {
  test("is told in dB of a full-scale sine", () => {
    expect(toneLevelDb(tone(1_000, 32_767), 0, 8_000, 1_000)).toBeCloseTo(0, 1);
    expect(toneLevelDb(tone(1_000, 3_277), 0, 8_000, 1_000)).toBeCloseTo(-20, 1);
    expect(toneLevelDb(tone(1_000, 32_767), 0, 8_000, 2_000)).toBeLessThan(-50);
  });

  test("of nothing is endlessly low", () => {
    expect(toneLevelDb(new Int16Array(160), 0, 160, 1_000)).toBe(Number.NEGATIVE_INFINITY);
  });
});

describe("a gap in a tone", () => {
  test.each([0, 20, 40, 60])("of %i ms is measured to within its step", (gapMs) => {
    const samples = tone(437, 8_000);
    samples.fill(0, 4_000, 4_000 + gapMs * 8);

    expect(Math.abs(longestToneGapMs(samples, 437) - gapMs)).toBeLessThanOrEqual(10);
  });

  test("that never was there is endless, and silence around it does not count", () => {
    const samples = tone(437, 8_000);
    samples.fill(0, 0, 4_000);

    expect(longestToneGapMs(samples, 437)).toBeLessThanOrEqual(5);
    expect(longestToneGapMs(new Int16Array(8_000), 437)).toBe(Number.POSITIVE_INFINITY);
  });
});

describe("resampling from 16 kHz", () => {
  test("keeps a tone of the telephone's band as it is", () => {
    const samples = new Int16Array(32_000);
    generateTone({ frequencyHz: 1_000, amplitude: 8_000, samples, phase: 0, sampleRateHz: 16_000 });

    const halved = resampleTo8k(samples, 16_000);

    expect(halved).toHaveLength(16_000);
    expect(Math.abs((findTones(halved)[0]?.frequencyHz ?? 0) - 1_000)).toBeLessThan(5);
    expect(toneLevelDb(halved, 0, 16_000, 1_000)).toBeCloseTo(-12.2, 0);
  });

  test("lets nothing fold down from above", () => {
    const samples = new Int16Array(32_000);
    generateTone({
      frequencyHz: 6_000,
      amplitude: 16_000,
      samples,
      phase: 0,
      sampleRateHz: 16_000,
    });

    expect(toneLevelDb(resampleTo8k(samples, 16_000), 0, 16_000, 2_000)).toBeLessThan(-45);
  });

  test("has nothing to do at 8 kHz", () => {
    const samples = tone(440, 100);

    expect(resampleTo8k(samples, 8_000)).toBe(samples);
  });
});

test("a spectrum is of a power of two, and a full-scale sine is 1 in it", () => {
  const spectrum = powerSpectrum(tone(1_000, 32_767), 0, 1_024);

  expect(spectrum[128]).toBeCloseTo(1, 1);
  expect(() => powerSpectrum(new Int16Array(1_000), 0, 1_000)).toThrow("power of two");
});

function tone(frequencyHz: number, amplitude: number): Int16Array {
  const samples = new Int16Array(16_000);
  generateTone({ frequencyHz, amplitude, samples, phase: 0 });
  return samples;
}

function mixed(one: Int16Array, other: Int16Array): Int16Array {
  return one.map((sample, index) => sample + (other[index] ?? 0));
}
