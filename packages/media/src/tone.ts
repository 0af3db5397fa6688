/**
 * Fills `samples` with a sine at 8 kHz and returns the phase that the next piece begins with, in
 * radians, so that pieces join without a click. `amplitude` is in 16-bit units.
 */
export function generateTone(tone: {
  frequencyHz: number;
  amplitude: number;
  samples: Int16Array;
  phase: number;
  sampleRateHz?: number;
}): number {
  const { samples, amplitude, sampleRateHz = 8_000 } = tone;
  const step = (2 * Math.PI * tone.frequencyHz) / sampleRateHz;
  for (let index = 0; index < samples.length; index += 1) {
    samples[index] = Math.round(amplitude * Math.sin(tone.phase + step * index));
  }
  return (tone.phase + step * samples.length) % (2 * Math.PI);
}
