import { describe, expect, test } from "vitest";
import { keyStateOf } from "./key-state.ts";

const wellKey = {
  unreadableNumberIds: [] as string[],
  lastErrorReason: null as string | null,
  lastCallAt: "2026-11-25T10:00:00.000Z" as string | null,
};

describe("the state of a key", () => {
  test.each([
    [{}, "good", "Works"],
    [{ lastCallAt: null }, "good", "Tested, no call yet"],
    [{ lastErrorReason: "insufficient_quota" }, "bad", "no credit left"],
    [{ unreadableNumberIds: ["num_1"] }, "bad", "Damaged for one number"],
    [{ unreadableNumberIds: ["num_1", "num_2"] }, "bad", "Damaged for some numbers"],
    [{ unreadableNumberIds: ["num_1"], lastErrorReason: "rate_limited" }, "bad", "Damaged"],
  ])("of %j is %s: %s", (change, kind, words) => {
    const state = keyStateOf({ ...wellKey, ...change });

    expect(state.kind).toBe(kind);
    expect(state.words).toContain(words);
  });

  test("says what to do wherever something is wrong", () => {
    expect(keyStateOf({ ...wellKey, lastErrorReason: "of tomorrow" }).remedy).toBe("Try again.");
    expect(keyStateOf(wellKey).remedy).toBeNull();
  });
});
