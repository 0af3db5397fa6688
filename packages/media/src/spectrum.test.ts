import { seededRandom } from "@agentcall/base";
import { describe, expect, test } from "vitest";
import { powerSpectrum } from "./spectrum.ts";

describe("powerSpectrum", () => {
  test.each([2, 4, 8, 64, 256])("is that of the sums it stands for, for %i samples", (length) => {
    const random = seededRandom(length);
    const samples = Int16Array.from({ length }, () => random.below(65_536) - 32_768);

    const spectrum = powerSpectrum(samples, 0, length);

    const expected = slowSpectrum(samples, length);
    expect(spectrum).toHaveLength(length / 2 + 1);
    const errors = spectrum.map((power, bin) => Math.abs(power - (expected[bin] ?? NaN)));
    expect(Math.max(...errors)).toBeLessThan(1e-9);
  });

  test("reads the piece that begins where it is told, and silence beyond the end", () => {
    const samples = new Int16Array(100);
    samples[90] = 20_000;

    const around = powerSpectrum(samples, 74, 32);
    const before = powerSpectrum(samples, 0, 64);

    expect(Math.max(...around)).toBeGreaterThan(0);
    expect([...new Set(before)]).toEqual([0]);
  });

  test.each([0, 1, 3, 100, -4])("refuses a length of %i", (length) => {
    expect(() => powerSpectrum(new Int16Array(8), 0, length)).toThrow("power of two");
  });
});

/** The transform by its definition, windowed and scaled as promised. */
function slowSpectrum(samples: Int16Array, length: number): readonly number[] {
  return Array.from({ length: length / 2 + 1 }, (_, bin) => {
    let [real, imaginary] = [0, 0];
    samples.forEach((sample, index) => {
      const window = Math.sin((Math.PI * index) / length) ** 2;
      const angle = (2 * Math.PI * bin * index) / length;
      real += (sample / 32_768) * window * Math.cos(angle);
      imaginary -= (sample / 32_768) * window * Math.sin(angle);
    });
    return (real ** 2 + imaginary ** 2) * (4 / length) ** 2;
  });
}
