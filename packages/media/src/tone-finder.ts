import { powerSpectrum } from "./spectrum.ts";

/** One tone that was found, its level relative to a full-scale sine. */
export type FoundTone = { readonly frequencyHz: number; readonly levelDb: number };

const pieceSamples = 2_048; // 256 ms at 8 kHz: bins of 4 Hz
const floorDb = -50; // G.711's own noise beside a loud tone lies at -60 dB in each bin

/**
 * The tones in a recording, loudest first: the peaks of its mean spectrum that are above -50 dB
 * of full scale and within `rangeDb` of the loudest. Recordings shorter than 256 ms have none.
 */
export function findTones(
  samples: Int16Array,
  sampleRateHz = 8_000,
  rangeDb = 25,
): readonly FoundTone[] {
  const pieces = Math.floor(samples.length / pieceSamples);
  if (pieces === 0) return [];
  const mean = new Float64Array(pieceSamples / 2 + 1);
  for (let piece = 0; piece < pieces; piece += 1) {
    powerSpectrum(samples, piece * pieceSamples, pieceSamples).forEach((power, bin) => {
      mean[bin] = (mean[bin] ?? 0) + power / pieces;
    });
  }
  const tones: FoundTone[] = [];
  for (let bin = 2; bin < mean.length - 2; bin += 1) {
    const levelDb = decibels(mean[bin] ?? 0);
    if (levelDb > floorDb && isPeak(mean, bin)) {
      tones.push({ frequencyHz: (bin * sampleRateHz) / pieceSamples, levelDb });
    }
  }
  tones.sort((one, other) => other.levelDb - one.levelDb);
  const loudest = tones[0]?.levelDb ?? 0;
  return tones.filter(({ levelDb }) => levelDb > loudest - rangeDb);
}

/** Louder than two bins on either side, and at least 6 dB above the third: a line, not a slope. */
function isPeak(powers: Float64Array, bin: number): boolean {
  const here = powers[bin] ?? 0;
  for (const step of [1, 2]) {
    if ((powers[bin - step] ?? 0) > here || (powers[bin + step] ?? 0) >= here) return false;
  }
  return here > 4 * Math.max(powers[bin - 3] ?? 0, powers[bin + 3] ?? 0);
}

/**
 * How loud one frequency is in a piece, in dB of a full-scale sine (Goertzel's algorithm).
 * -Infinity for an empty or silent piece.
 */
export function toneLevelDb(
  samples: ArrayLike<number>,
  from: number,
  length: number,
  frequencyHz: number,
  sampleRateHz = 8_000,
): number {
  const turn = 2 * Math.cos((2 * Math.PI * frequencyHz) / sampleRateHz);
  let last = 0;
  let beforeLast = 0;
  for (let index = 0; index < length; index += 1) {
    const next = (samples[from + index] ?? 0) / 32_768 + turn * last - beforeLast;
    beforeLast = last;
    last = next;
  }
  const power = last * last + beforeLast * beforeLast - turn * last * beforeLast;
  return decibels((power * 4) / (length * length));
}

function decibels(power: number): number {
  return 10 * Math.log10(power);
}
