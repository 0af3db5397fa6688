import { findTones } from "./tone-finder.ts";
import { powerSpectrum } from "./spectrum.ts";

/** What a recording sounds like, as far as arithmetic can tell. */
export type SoundKind = "silence" | "tone" | "noise" | "speech";

const frameSamples = 256; // 32 ms at 8 kHz: shorter than a syllable, longer than two pitch periods
const silenceDb = -50; // G.711's idle noise lies below -60 dB
const speechSwingDb = 8; // between the loud and the weak quarter of frames: a voice breathes and closes its lips
const noiseFlatness = 0.35; // white noise through a telephone has 0.5 and more, vowels below 0.2

/**
 * Tells speech from silence, steady tones and noise in 8 kHz audio: speech has a spectrum with
 * peaks, and its loudness moves at the rate of syllables. It does not tell whose speech, nor
 * whether it makes sense. Silence around what is said does not matter.
 */
export function soundKind(samples: Int16Array): SoundKind {
  const frames = framesOf(samples).filter(({ levelDb }) => levelDb > silenceDb);
  if (frames.length === 0) return "silence";
  const levels = frames.map(({ levelDb }) => levelDb).sort((one, other) => one - other);
  const swingDb = quantile(levels, 0.9) - quantile(levels, 0.1);
  const flatness = quantile(
    frames.map((frame) => frame.flatness).sort((one, other) => one - other),
    0.5,
  );
  if (flatness > noiseFlatness) return "noise";
  if (swingDb < speechSwingDb) return findTones(samples).length > 0 ? "tone" : "noise";
  return "speech";
}

type Frame = { readonly levelDb: number; readonly flatness: number };

function framesOf(samples: Int16Array): readonly Frame[] {
  const count = Math.floor(samples.length / frameSamples);
  return Array.from({ length: count }, (_, index) => frameOf(samples, index * frameSamples));
}

/** Level in dB of full scale, and spectral flatness: geometric over arithmetic mean, 300 to 3,400 Hz. */
function frameOf(samples: Int16Array, from: number): Frame {
  const band = powerSpectrum(samples, from, frameSamples).subarray(10, 109);
  let sum = 0;
  let logSum = 0;
  for (const power of band) {
    sum += power;
    logSum += Math.log(power + 1e-12); // 16 bits end at 1e-9
  }
  const mean = sum / band.length;
  return {
    levelDb: 10 * Math.log10(sum + 1e-12),
    flatness: Math.exp(logSum / band.length) / (mean + 1e-12),
  };
}

function quantile(sorted: readonly number[], part: number): number {
  return sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * part))] ?? 0;
}
