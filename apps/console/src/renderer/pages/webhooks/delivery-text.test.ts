import { describe, expect, test } from "vitest";
import { answerText, deliveryStateOf } from "./delivery-text.ts";

const attempt = { at: "2026-11-25T10:00:00.000Z", durationMs: 12, httpStatus: 500, reason: null };

describe("a delivery in words", () => {
  test.each([
    ["acknowledged", 1, "good", "Delivered"],
    ["waiting", 0, "waiting", "On its way"],
    ["waiting", 1, "waiting", "Tried again, after one attempt"],
    ["parked", 8, "bad", "Given up after 8 attempts"],
  ] as const)("%s after %i attempts is %s: %s", (status, count, kind, words) => {
    const attempts = Array.from({ length: count }, () => attempt);

    expect(deliveryStateOf({ status, attempts })).toEqual({ kind, words });
  });

  test.each([
    [204, null, "HTTP 204"],
    [500, "server_error", "HTTP 500: server_error"],
    [null, "timeout", "timeout"],
    [null, null, "No answer"],
  ])("an answer of %s and %s is told as %s", (httpStatus, reason, words) => {
    expect(answerText({ ...attempt, httpStatus, reason })).toBe(words);
  });
});
