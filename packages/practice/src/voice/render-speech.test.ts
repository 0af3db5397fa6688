import { describe, expect, test } from "vitest";
import { renderSpeech } from "./render-speech.ts";

const sentence = "Good evening. How can I help you?";

describe("renderSpeech", () => {
  test("says the same text in the same way", () => {
    const first = renderSpeech(sentence, { sampleRateHz: 8000 });

    expect(renderSpeech(sentence, { sampleRateHz: 8000 })).toEqual(first);
    expect(renderSpeech("Good morning.", { sampleRateHz: 8000 })).not.toEqual(first);
  });

  test("lasts about as long as somebody would speak, at any rate", () => {
    const slow = renderSpeech(sentence, { sampleRateHz: 8000 }).length / 8000;
    const fast = renderSpeech(sentence, { sampleRateHz: 24_000 }).length / 24_000;

    expect(slow).toBeGreaterThan(1.5);
    expect(slow).toBeLessThan(4);
    expect(fast).toBeCloseTo(slow, 2);
  });

  test("is loud enough to be heard, does not clip, and pauses between sentences", () => {
    const samples = renderSpeech(sentence, { sampleRateHz: 8000 });
    const levels = Array.from({ length: Math.floor(samples.length / 160) }, (_, frame) =>
      rms(samples.subarray(frame * 160, frame * 160 + 160)),
    );

    expect(Math.max(...samples.map(Math.abs))).toBeLessThanOrEqual(16_384);
    expect(rms(samples)).toBeGreaterThan(1000);
    expect(levels.filter((level) => level < 50).length).toBeGreaterThan(8); // 160 ms and more
  });

  test("is silent for a text without sounds", () => {
    expect([...renderSpeech("…", { sampleRateHz: 8000 })].every((sample) => sample === 0)).toBe(
      true,
    );
  });
});

function rms(samples: Int16Array): number {
  return Math.sqrt(samples.reduce((sum, sample) => sum + sample ** 2, 0) / samples.length);
}
