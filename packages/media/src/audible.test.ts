import { describe, expect, test } from "vitest";
import { isAudible } from "./audible.ts";
import { encodeG711, type G711Codec, silenceByte } from "./g711.ts";
import { generateTone } from "./tone.ts";

describe.each(["pcmu", "pcma"] as const)("isAudible, of %s", (codec) => {
  test("digital silence is not, nor the noise of one step around it", () => {
    expect(isAudible(codec, new Uint8Array(160).fill(silenceByte(codec)), 0, 160)).toBe(false);
    expect(isAudible(codec, toneOf(codec, 20), 0, 160)).toBe(false);
  });

  test("a quiet voice is", () => {
    expect(isAudible(codec, toneOf(codec, 400), 0, 160)).toBe(true);
  });

  test("only the named part counts", () => {
    const bytes = new Uint8Array(320).fill(silenceByte(codec));
    bytes.set(toneOf(codec, 4_000), 160);

    expect([isAudible(codec, bytes, 0, 160), isAudible(codec, bytes, 160, 160)]).toEqual([
      false,
      true,
    ]);
  });

  test("nothing at all is not", () => {
    expect(isAudible(codec, new Uint8Array(0), 0, 0)).toBe(false);
  });
});

function toneOf(codec: G711Codec, amplitude: number): Uint8Array {
  const samples = new Int16Array(160);
  generateTone({ frequencyHz: 400, amplitude, samples, phase: 0 });
  const bytes = new Uint8Array(160);
  encodeG711(codec, samples, bytes);
  return bytes;
}
