import { seededRandom } from "@agentcall/base";
import { expect, test } from "vitest";
import { soundKind } from "./sound-kind.ts";
import { generateTone } from "./tone.ts";

const random = seededRandom(8);
const noise = Int16Array.from({ length: 16_000 }, () => random.below(6_000) - 3_000);
const tone = new Int16Array(16_000);
generateTone({ frequencyHz: 440, amplitude: 8_000, samples: tone, phase: 0 });

const otherTone = new Int16Array(16_000);
generateTone({ frequencyHz: 1_336, amplitude: 4_000, samples: otherTone, phase: 0 });

test.each<[string, Int16Array, string]>([
  ["nothing", new Int16Array(16_000), "silence"],
  ["less than a frame", new Int16Array(10), "silence"],
  ["a tone", tone, "tone"],
  ["noise", noise, "noise"],
  ["noise behind silence", Int16Array.from([...new Int16Array(8_000), ...noise]), "noise"],
  ["vowels with pauses", vowels(), "speech"],
  ["vowels between silences", between(vowels()), "speech"],
  ["a tone between silences", between(tone), "tone"],
  ["two tones at once", tone.map((each, at) => each / 2 + (otherTone[at] ?? 0)), "tone"],
  ["a tone too short to be told by its pitch", tone.subarray(0, 1_024), "noise"],
  ["the idle noise of G.711", noise.map((each) => each / 500), "silence"],
  ["weak noise", noise.map((each) => each / 10), "noise"],
])("%s sounds like %s", (_, samples, kind) => {
  expect(soundKind(samples)).toBe(kind);
});

function between(samples: Int16Array): Int16Array {
  return Int16Array.from([...new Int16Array(8_000), ...samples, ...new Int16Array(8_000)]);
}

/** A pulse train of 120 Hz through two resonators, opened and closed four times a second. */
function vowels(): Int16Array {
  const samples = new Int16Array(16_000);
  let [one, oneBefore, two, twoBefore] = [0, 0, 0, 0];
  for (let at = 0; at < samples.length; at += 1) {
    const pulse = at % 67 === 0 ? 6_000 : 0;
    const mouth = Math.max(0, Math.sin((2 * Math.PI * 4 * at) / 8_000));
    [one, oneBefore] = [pulse * mouth + 1.75 * one - 0.95 * oneBefore, one];
    [two, twoBefore] = [one + 0.5 * two - 0.9 * twoBefore, two];
    samples[at] = Math.max(-32_000, Math.min(32_000, two / 4));
  }
  return samples;
}
