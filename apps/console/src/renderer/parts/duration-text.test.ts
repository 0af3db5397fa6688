import { describe, expect, test } from "vitest";
import { durationText } from "./duration-text.ts";

describe("the text of a duration", () => {
  test.each([
    [0, "0:00"],
    [999, "0:00"],
    [65_000, "1:05"],
    [3_599_999, "59:59"],
    [3_725_000, "1:02:05"],
    [-4, "0:00"],
  ])("%i ms are %s", (durationMs, text) => {
    expect(durationText(durationMs)).toBe(text);
  });
});
