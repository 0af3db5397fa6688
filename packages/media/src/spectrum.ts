import { invariant } from "@agentcall/base";

/**
 * The power of each frequency from 0 to half the sample rate, of a Hann-windowed piece whose
 * length is a power of two: `length / 2 + 1` values, a full-scale sine is 1 at its frequency.
 */
export function powerSpectrum(
  samples: ArrayLike<number>,
  from: number,
  length: number,
): Float64Array {
  invariant(length >= 2 && (length & (length - 1)) === 0, "a spectrum's length is a power of two");
  const real = new Float64Array(length);
  const imaginary = new Float64Array(length);
  for (let index = 0; index < length; index += 1) {
    const window = 0.5 - 0.5 * Math.cos((2 * Math.PI * index) / length);
    real[index] = ((samples[from + index] ?? 0) / 32_768) * window;
  }
  transform(real, imaginary);
  const scale = (4 / length) ** 2; // the window halves the amplitude, each side holds half of it
  return Float64Array.from({ length: length / 2 + 1 }, (_, bin) => {
    const re = real[bin] ?? 0;
    const im = imaginary[bin] ?? 0;
    return (re * re + im * im) * scale;
  });
}

/** Cooley and Tukey's transform in place, decimation in time. */
function transform(real: Float64Array, imaginary: Float64Array): void {
  reverseBits(real, imaginary);
  for (let size = 2; size <= real.length; size *= 2) {
    const half = size / 2;
    for (let start = 0; start < real.length; start += size) {
      for (let index = 0; index < half; index += 1) {
        butterfly(
          real,
          imaginary,
          start + index,
          start + index + half,
          (-2 * Math.PI * index) / size,
        );
      }
    }
  }
}

function butterfly(
  real: Float64Array,
  imaginary: Float64Array,
  upper: number,
  lower: number,
  angle: number,
): void {
  const cosine = Math.cos(angle);
  const sine = Math.sin(angle);
  const lowerReal = real[lower] ?? 0;
  const lowerImaginary = imaginary[lower] ?? 0;
  const re = lowerReal * cosine - lowerImaginary * sine;
  const im = lowerReal * sine + lowerImaginary * cosine;
  const upperReal = real[upper] ?? 0;
  const upperImaginary = imaginary[upper] ?? 0;
  real[lower] = upperReal - re;
  imaginary[lower] = upperImaginary - im;
  real[upper] = upperReal + re;
  imaginary[upper] = upperImaginary + im;
}

function reverseBits(real: Float64Array, imaginary: Float64Array): void {
  let reversed = 0;
  for (let index = 1; index < real.length; index += 1) {
    let bit = real.length >> 1;
    while ((reversed & bit) !== 0) {
      reversed ^= bit;
      bit >>= 1;
    }
    reversed ^= bit;
    if (index < reversed) {
      swap(real, index, reversed);
      swap(imaginary, index, reversed);
    }
  }
}

function swap(values: Float64Array, one: number, other: number): void {
  const kept = values[one] ?? 0;
  values[one] = values[other] ?? 0;
  values[other] = kept;
}
