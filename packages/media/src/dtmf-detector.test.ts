import { seededRandom } from "@agentcall/base";
import { describe, expect, test } from "vitest";
import { DtmfDetector } from "./dtmf-detector.ts";
import { decodeG711, encodeG711, type G711Codec } from "./g711.ts";
import { generateTone } from "./tone.ts";

const samplesPerMs = 8;

describe("DtmfDetector", () => {
  test.each(["pcmu", "pcma"] as const)("hears every key that is written as %s, once", (codec) => {
    const detector = new DtmfDetector();
    const heard = "0123456789*#ABCD".split(/(?:)/).map((digit) => {
      const key = detector.push(pressed(codec, digit, 100));
      return key + detector.push(new Int16Array(100 * samplesPerMs));
    });

    expect(heard.join("")).toBe("0123456789*#ABCD");
    expect(detector.isSounding).toBe(false);
  });

  test("hears the same key twice where there is a pause between", () => {
    const detector = new DtmfDetector();
    const parts = [pressed("pcmu", "5", 80), new Int16Array(60 * samplesPerMs)];

    expect([...parts, ...parts].map((part) => detector.push(part)).join("")).toBe("55");
  });

  test("hears a key through pieces of any length, and through noise", () => {
    const random = seededRandom(4);
    const samples = pressed("pcmu", "8", 100).map(
      (sample) => sample + Math.round((random.unit() - 0.5) * 1_500),
    );
    const detector = new DtmfDetector();
    let heard = "";
    for (let at = 0; at < samples.length; at += 37) {
      heard += detector.push(samples.subarray(at, at + 37));
    }

    expect(heard).toBe("8");
  });

  test.each<[string, Int16Array]>([
    ["silence", new Int16Array(8_000)],
    ["one tone alone", tones([697])],
    ["tones that belong to no key", tones([697, 770])],
    ["two tones of which one is far softer", tones([697], [1_209, 800])],
    ["a key that is whispered", pressed("pcmu", "1", 200).map((sample) => sample / 16)],
    ["a key that is too short", pressed("pcmu", "1", 20)],
    [
      "a voice-like sound with many harmonics",
      tones([120, 240, 360, 480, 600, 720, 840, 960, 1_200]),
    ],
    ["noise", noise()],
  ])("hears no key in %s", (_, samples) => {
    expect(new DtmfDetector().push(samples)).toBe("");
  });
});

const frequenciesHz: Readonly<Record<string, readonly [number, number]>> = Object.fromEntries(
  ["123A", "456B", "789C", "*0#D"].flatMap((keys, row) =>
    keys.split(/(?:)/).map((key, column) => {
      const pair = [[697, 770, 852, 941][row] ?? 0, [1_209, 1_336, 1_477, 1_633][column] ?? 0];
      return [key, pair as [number, number]];
    }),
  ),
);

/** A key as it sounds after G.711. */
function pressed(codec: G711Codec, digit: string, ms: number): Int16Array {
  const samples = tones(frequenciesHz[digit] ?? []).subarray(0, ms * samplesPerMs);
  const bytes = new Uint8Array(samples.length);
  encodeG711(codec, samples, bytes);
  decodeG711(codec, bytes, samples);
  return samples;
}

function tones(frequenciesHz: readonly number[], softer?: readonly [number, number]): Int16Array {
  const sum = new Int16Array(4_000);
  const add = (frequencyHz: number, amplitude: number): void => {
    const samples = new Int16Array(sum.length);
    generateTone({ frequencyHz, amplitude, samples, phase: 0 });
    for (let index = 0; index < sum.length; index += 1) {
      sum[index] = (sum[index] ?? 0) + (samples[index] ?? 0);
    }
  };
  for (const frequencyHz of frequenciesHz)
    add(frequencyHz, 6_000 / Math.sqrt(frequenciesHz.length));
  if (softer !== undefined) add(softer[0], softer[1]);
  return sum;
}

function noise(): Int16Array {
  const random = seededRandom(9);
  return Int16Array.from({ length: 16_000 }, () => Math.round((random.unit() - 0.5) * 20_000));
}
