import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { fingerprintWords } from "./fingerprint-words.ts";

const fingerprints = fc
  .uint8Array({ minLength: 32, maxLength: 32 })
  .map((bytes) => Array.from(bytes, (byte) => byte.toString(16).padStart(2, "0")));

describe("fingerprintWords", () => {
  test("names the first six bytes, however the fingerprint is written", () => {
    fc.assert(
      fc.property(fingerprints, (bytes) => {
        const words = fingerprintWords(bytes.join(""));

        expect(words).toHaveLength(6);
        expect(words?.every((word) => /^[a-z]{3,8}$/.test(word))).toBe(true);
        expect(fingerprintWords(bytes.join(":").toUpperCase())).toEqual(words);
      }),
    );
  });

  test("has another word for each value of a byte", () => {
    const words = Array.from({ length: 256 }, (_, byte) => {
      const head = byte.toString(16).padStart(2, "0");
      return fingerprintWords(head + "00".repeat(31))?.[0];
    });

    expect(new Set(words).size).toBe(256);
  });

  test.each(["", "zz".repeat(32), "00".repeat(31), "00".repeat(33)])(
    "has no words for what is no fingerprint: %j",
    (text) => {
      expect(fingerprintWords(text)).toBeNull();
    },
  );
});
