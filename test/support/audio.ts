import { decodeG711, findTones, generateTone } from "@agentcall/media";

const samplesPerMs = 8;
const stepSamples = 160;
const loudSample = 2_000; // -24 dBFS: far above G.711's noise, far below any tone of these tests
const toneAmplitude = 8_000;
const sameToneHz = 6; // wider than the spectrum's bins of 4 Hz

/** A tone as a phone plays it. */
export function toneOf(frequencyHz: number, ms: number): Int16Array {
  const samples = new Int16Array(ms * samplesPerMs);
  generateTone({ frequencyHz, amplitude: toneAmplitude, samples, phase: 0 });
  return samples;
}

/** What a practice session received, as samples. */
export function decoded({ codec, audio }: { codec: string; audio: Uint8Array }): Int16Array {
  const samples = new Int16Array(audio.length);
  decodeG711(codec === "pcma" ? "pcma" : "pcmu", audio, samples);
  return samples;
}

/** The part between the first and the last moment at which anything is loud. */
export function loudPart(samples: Int16Array): Int16Array {
  let from = 0;
  let to = samples.length;
  while (from < to && !isLoud(samples.subarray(from, from + stepSamples))) from += stepSamples;
  while (to > from && !isLoud(samples.subarray(to - stepSamples, to))) to -= stepSamples;
  return samples.subarray(from, Math.max(from, to));
}

export function isLoud(samples: Int16Array): boolean {
  return samples.some((sample) => Math.abs(sample) > loudSample);
}

/** Whether at least `ms` of sound came, and then quiet: of 200 ms for a tone, longer for speech, which pauses. */
export function hasEnded(samples: Int16Array | undefined, ms: number, quietMs = 200): boolean {
  if (samples === undefined) return false;
  const quiet = samples.subarray(-quietMs * samplesPerMs);
  return loudPart(samples).length >= 0.9 * ms * samplesPerMs && !isLoud(quiet);
}

/** The tones in a recording; one that is near one of `expected` counts as that. */
export function tonesIn(samples: Int16Array, ...expected: readonly number[]): readonly number[] {
  return findTones(samples).map(
    ({ frequencyHz }) =>
      expected.find((each) => Math.abs(each - frequencyHz) < sameToneHz) ?? frequencyHz,
  );
}
