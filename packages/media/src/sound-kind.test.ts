import { seededRandom } from "@agentcall/base";
import { expect, test } from "vitest";
import { soundKind } from "./sound-kind.ts";
import { generateTone } from "./tone.ts";

const random = seededRandom(8);
const noise = Int16Array.from({ length: 16_000 }, () => random.below(6_000) - 3_000);
const tone = new Int16Array(16_000);
generateTone({ frequencyHz: 440, amplitude: 8_000, samples: tone, phase: 0 });

test.each<[string, Int16Array, string]>([
  ["nothing", new Int16Array(16_000), "silence"],
  ["less than a frame", new Int16Array(10), "silence"],
  ["a tone", tone, "tone"],
  ["noise", noise, "noise"],
  ["noise behind silence", Int16Array.from([...new Int16Array(8_000), ...noise]), "noise"],
  ["vowels with pauses", vowels(), "speech"],
])("%s sounds like %s", (_, samples, kind) => {
  expect(soundKind(samples)).toBe(kind);
});

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
