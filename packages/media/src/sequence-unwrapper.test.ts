import { seededRandom } from "@agentcall/base";
import { describe, expect, test } from "vitest";
import { SequenceUnwrapper } from "./sequence-unwrapper.ts";

/** The steps from the first number to each that follows. */
function stepsOf(sequenceNumbers: readonly number[]): readonly number[] {
  const unwrapper = new SequenceUnwrapper();
  const unwrapped = sequenceNumbers.map((number) => unwrapper.unwrap(number));
  return unwrapped.slice(1).map((number) => number - (unwrapped[0] ?? 0));
}

describe("SequenceUnwrapper", () => {
  test.each([
    ["goes on through the wrap", [65_534, 65_535, 0, 1], [1, 2, 3]],
    ["puts a late packet before the wrap", [65_535, 0, 65_535, 1], [1, 0, 2]],
    ["puts an early packet behind the wrap", [65_534, 0, 65_535, 1], [2, 1, 3]],
    ["takes half the numbers as ahead", [0, 32_767], [32_767]],
    ["takes the other half as behind", [0, 32_768], [-32_768]],
    ["stays where it was when a packet comes twice", [7, 7, 8], [0, 1]],
    ["is not led back by a late packet", [0, 30_000, 0, 33_000], [30_000, 0, 33_000]],
  ])("%s", (_, sequenceNumbers, expected) => {
    const steps = stepsOf(sequenceNumbers);

    expect(steps).toEqual(expected);
  });

  test("a packet from before the first one has a number of its own, and not a negative one", () => {
    const unwrapper = new SequenceUnwrapper();

    const first = unwrapper.unwrap(0);
    const before = unwrapper.unwrap(65_535);

    expect(before).toBe(first - 1);
    expect(before).toBeGreaterThanOrEqual(0);
  });

  test("begins anew after a reset, as if nothing had been", () => {
    const unwrapper = new SequenceUnwrapper();
    const first = unwrapper.unwrap(5);
    unwrapper.unwrap(30_000);
    unwrapper.unwrap(60_000);

    unwrapper.reset();

    expect(unwrapper.unwrap(5)).toBe(first);
  });

  test.each([1, 2, 3, 4, 5])("three wraps in disorder keep every number, seed %i", (seed) => {
    const random = seededRandom(seed);
    const unwrapper = new SequenceUnwrapper();
    const start = unwrapper.unwrap(0);
    const sent = Array.from({ length: 10_000 }, (_, index) => index * 20 + random.below(1_000));

    const unwrapped = sent.map((number) => unwrapper.unwrap(number & 0xffff) - start);

    expect(unwrapped).toEqual(sent);
  });
});
