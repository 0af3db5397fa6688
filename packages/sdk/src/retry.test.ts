import { describe, expect, test } from "vitest";
import { retryDelayMs } from "./retry.ts";

const answer = (status: number, code = "x", retryAfter: string | null = null) =>
  ({ kind: "answer", status, code, retryAfter }) as const;

describe("retryDelayMs", () => {
  test.each([
    ["no answer", { kind: "no-answer" } as const, 500],
    ["a 503", answer(503), 500],
    ["a 500", answer(500), 500],
    ["a 429 without a word of when", answer(429), 500],
    ["a 429 that says when", answer(429, "rate_limited", "7"), 7_000],
    ["a Retry-After that is no number of seconds", answer(503, "x", "soon"), 500],
    ["a 400", answer(400), null],
    ["a 409", answer(409), null],
    ["a sealed vault", answer(503, "vault_sealed"), null],
    ["a wait that is too long", answer(429, "rate_limited", "61"), null],
  ])("after %s", (_, failure, delayMs) => {
    expect(retryDelayMs(failure, 0, 1)).toBe(delayMs);
  });

  test("doubles with each attempt up to eight seconds, of which chance takes up to a half", () => {
    const delays = [0, 1, 2, 3, 4, 5].map((attempt) => retryDelayMs(answer(503), attempt, 1));

    expect(delays).toEqual([500, 1_000, 2_000, 4_000, 8_000, 8_000]);
    expect(retryDelayMs(answer(503), 0, 0)).toBe(250);
  });
});
