import { decodeG711, soundKind } from "@agentcall/media";
import { describe, expect, test } from "vitest";
import { Phrases } from "./phrases.ts";

describe("Phrases", () => {
  const phrases = Phrases.load();

  test.each([
    ["apology", 4_000, 9_000],
    ["one-moment", 1_000, 3_000],
    ["connecting", 2_000, 5_000],
  ] as const)("%s is speech of a bearable length, in both laws", (name, msMin, msMax) => {
    for (const codec of ["pcmu", "pcma"] as const) {
      const bytes = phrases.of(name, codec);
      const samples = new Int16Array(bytes.length);
      decodeG711(codec, bytes, samples);

      expect(soundKind(samples)).toBe("speech");
      expect(bytes.length / 8).toBeGreaterThan(msMin);
      expect(bytes.length / 8).toBeLessThan(msMax);
    }
  });
});
