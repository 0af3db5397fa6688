const tonePeak = 8192; // -12 dBFS: well inside G.711's range, and not to be missed
const rampMs = 5; // without a ramp the ends would click, and a click is every frequency

/** A pure tone with soft ends, as 16-bit samples. */
export function renderTone(frequencyHz: number, ms: number, sampleRateHz: number): Int16Array {
  const length = Math.round((ms * sampleRateHz) / 1000);
  const rampSamples = (rampMs * sampleRateHz) / 1000;
  return Int16Array.from({ length }, (_, index) => {
    const ramp = Math.min(1, index / rampSamples, (length - 1 - index) / rampSamples);
    return Math.round(
      tonePeak * ramp * Math.sin((2 * Math.PI * frequencyHz * index) / sampleRateHz),
    );
  });
}
