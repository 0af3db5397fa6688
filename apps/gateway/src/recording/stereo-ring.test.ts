import { describe, expect, test } from "vitest";
import { ringSamples, StereoRing } from "./stereo-ring.ts";

const silence = 0xff;

describe("StereoRing", () => {
  test("lets caller and agent take turns, each where it was put, with silence between", () => {
    const ring = new StereoRing(silence);
    ring.put("caller", 1, bytes(1, 2), 0, 2);
    ring.put("agent", 0, bytes(9, 11, 12), 1, 2);

    expect(take(ring, 4)).toEqual([silence, 11, 1, 12, 2, silence, silence, silence]);
  });

  test("has silence again where it was taken, round after round", () => {
    const ring = new StereoRing(silence);
    for (let round = 0; round < 10; round += 1) {
      const at = ring.takenTo + 5_000;
      ring.put("caller", at, bytes(round, round), 0, 2);

      const taken = take(ring, 8_000);

      const heard = taken.flatMap((byte, index) => (byte === silence ? [] : [[index, byte]]));
      expect(heard).toEqual([
        [10_000, round],
        [10_002, round],
      ]);
    }
  });

  test("leaves out what comes after its place was taken, and what is further ahead than it holds", () => {
    const ring = new StereoRing(silence);
    take(ring, 100);

    ring.put("caller", 98, bytes(1, 2, 3, 4), 0, 4);
    ring.put("caller", 0, bytes(5, 6), 0, 2);
    ring.put("agent", 100 + ringSamples - 1, bytes(7, 8), 0, 2);

    const taken = take(ring, ringSamples);
    expect(taken.slice(0, 6)).toEqual([3, silence, 4, silence, silence, silence]);
    expect(taken.at(-1)).toBe(7);
    expect(take(ring, 1)).toEqual([silence, silence]);
  });

  test("mutes both sides between two positions", () => {
    const ring = new StereoRing(silence);
    ring.put("caller", 0, bytes(1, 2, 3, 4), 0, 4);
    ring.put("agent", 0, bytes(5, 6, 7, 8), 0, 4);

    ring.mute(1, 3);

    expect(take(ring, 4)).toEqual([1, 5, silence, silence, silence, silence, 4, 8]);
  });
});

function bytes(...values: readonly number[]): Uint8Array {
  return Uint8Array.from(values);
}

function take(ring: StereoRing, samples: number): number[] {
  const into = new Uint8Array(2 * samples);
  ring.take(samples, into);
  return [...into];
}
