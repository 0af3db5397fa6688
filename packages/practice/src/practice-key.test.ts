import { describe, expect, test } from "vitest";
import { bearerKey, maskedKey, parsePracticeKey } from "./practice-key.ts";

describe("parsePracticeKey", () => {
  test.each([
    ["sk-proj-practice-good-evaluation", { kind: "good" }],
    ["sk-proj-practice-invalid-evaluation", { kind: "invalid" }],
    ["sk-proj-practice-noquota-evaluation", { kind: "noquota" }],
    ["sk-proj-practice-nomodel-evaluation", { kind: "nomodel" }],
    ["sk-proj-practice-ratelimited-evaluation", { kind: "ratelimited" }],
    ["sk-proj-practice-slow3s-evaluation", { kind: "slow", delayMs: 3000 }],
    ["sk-proj-practice-mute-evaluation", { kind: "mute" }],
    ["sk-proj-practice-drops5s-evaluation", { kind: "drops", afterMs: 5000 }],
    ["sk-proj-practice-garbage-evaluation", { kind: "garbage" }],
  ])("reads the day of %s", (key, day) => {
    expect(parsePracticeKey(key)).toEqual(day);
  });

  test.each([
    "",
    "sk-proj-practice-good-short",
    "sk-proj-practice-sunny-evaluation",
    "sk-proj-practice-slow-evaluation",
    "sk-proj-practice-good3s-evaluation",
    "sk-practice-good-evaluation",
  ])("does not know %j", (key) => {
    expect(parsePracticeKey(key)).toBeNull();
  });
});

describe("a key in a header", () => {
  test("is what stands after Bearer", () => {
    expect(bearerKey("Bearer abc")).toBe("abc");
    expect(bearerKey("Basic abc")).toBeNull();
    expect(bearerKey(undefined)).toBeNull();
  });

  test("is shown with its first and last letters only", () => {
    expect(maskedKey("sk-proj-practice-sunny-evaluation")).toBe("sk-proj-***tion");
  });
});
