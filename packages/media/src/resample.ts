/**
 * Halves the rate of 16 kHz audio for the telephone. A windowed-sinc low pass of 31 taps comes
 * first: what lies above 4 kHz would otherwise fold down into the band.
 */
export function resampleTo8k(samples: Int16Array, fromHz: 8_000 | 16_000): Int16Array {
  if (fromHz === 8_000) return samples;
  return Int16Array.from({ length: samples.length >> 1 }, (_, index) => {
    let sum = 0;
    lowPass.forEach((weight, tap) => {
      sum += weight * (samples[2 * index + tap - middleTap] ?? 0);
    });
    return Math.max(-32_768, Math.min(32_767, Math.round(sum)));
  });
}

const tapCount = 31;
const middleTap = (tapCount - 1) / 2;
const cutOff = 0.45; // of the half rate: 3,600 Hz, above the telephone's own 3,400

const lowPass = lowPassTaps();

/** Hamming-windowed sinc, its gain at 0 Hz made exactly 1. */
function lowPassTaps(): Float64Array {
  const taps = Float64Array.from({ length: tapCount }, (_, tap) => {
    const distance = tap - middleTap;
    const sinc =
      distance === 0 ? cutOff : Math.sin(Math.PI * cutOff * distance) / (Math.PI * distance);
    return sinc * (0.54 + 0.46 * Math.cos((Math.PI * distance) / middleTap));
  });
  const gain = taps.reduce((sum, tap) => sum + tap, 0);
  return taps.map((tap) => tap / gain);
}
