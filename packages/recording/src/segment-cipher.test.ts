import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { type RecordingHeader } from "./recording-header.ts";
import { SegmentCipher, type SegmentPlace, tagBytes } from "./segment-cipher.ts";

const header: RecordingHeader = { codec: "pcmu", segmentBytes: 64 };
const binding = { callId: "call_1", header };
const dataKey = Buffer.alloc(32, 7);
const cipher = new SegmentCipher(dataKey, binding);
const audio = Buffer.from("what the caller said, and what the agent said to it");

const anyAudio = fc.uint8Array({ maxLength: 200 });
const anyNumber = fc.nat(0xffff_ffff);
const anyPlace = fc.constantFrom<SegmentPlace>("inside", "last", "last-of-recovered");

describe("SegmentCipher", () => {
  test("opens what it has sealed, whatever it is and wherever it stands", () => {
    fc.assert(
      fc.property(anyAudio, anyNumber, anyPlace, (given, number, place) => {
        const sealed = cipher.seal(number, place, given);

        expect(sealed).toHaveLength(given.length + tagBytes);
        expect(cipher.open(number, place, sealed)).toEqual(Buffer.from(given));
      }),
    );
  });

  test("refuses a segment in which any bit is another one", () => {
    const sealed = cipher.seal(3, "inside", audio);

    for (let bit = 0; bit < sealed.length * 8; bit += 1) {
      const flipped = Buffer.from(sealed);
      flipped.writeUInt8(flipped.readUInt8(bit >> 3) ^ (1 << (bit % 8)), bit >> 3);
      expect(cipher.open(3, "inside", flipped), `bit ${String(bit)}`).toBeNull();
    }
  });

  test("refuses a segment of any other length", () => {
    const sealed = cipher.seal(3, "inside", audio);

    for (let bytes = 0; bytes < sealed.length; bytes += 1) {
      expect(
        cipher.open(3, "inside", sealed.subarray(0, bytes)),
        `${String(bytes)} bytes`,
      ).toBeNull();
    }
    expect(cipher.open(3, "inside", Buffer.concat([sealed, Buffer.alloc(1)]))).toBeNull();
  });

  test("refuses a segment in any other place, and the last one as any but the last", () => {
    fc.assert(
      fc.property(anyNumber, anyPlace, anyNumber, anyPlace, (at, place, otherAt, otherPlace) => {
        fc.pre(at !== otherAt || place !== otherPlace);

        expect(cipher.open(otherAt, otherPlace, cipher.seal(at, place, audio))).toBeNull();
      }),
    );
  });

  test.each([
    ["another call", new SegmentCipher(dataKey, { ...binding, callId: "call_2" })],
    ["another key", new SegmentCipher(Buffer.alloc(32, 8), binding)],
    [
      "another law of samples",
      new SegmentCipher(dataKey, { ...binding, header: { ...header, codec: "pcma" } }),
    ],
    [
      "another length of segments",
      new SegmentCipher(dataKey, { ...binding, header: { ...header, segmentBytes: 66 } }),
    ],
  ])("refuses a segment of %s", (_, other) => {
    expect(other.open(0, "last", cipher.seal(0, "last", audio))).toBeNull();
  });

  test("hides what it seals, and seals the same audio otherwise in each place", () => {
    const silence = Buffer.alloc(64, 0xff);

    const sealed = [0, 1, 2].map((number) =>
      cipher.seal(number, "inside", silence).toString("hex"),
    );

    expect(new Set(sealed).size).toBe(3);
    for (const each of sealed) expect(each).not.toContain("ffffffff");
  });

  test("opens nothing after it was closed", () => {
    const closing = new SegmentCipher(dataKey, binding);
    const sealed = closing.seal(0, "last", audio);

    closing.close();

    expect(closing.open(0, "last", sealed)).toBeNull();
    expect(cipher.open(0, "last", sealed)).toEqual(audio);
  });

  test("is refused a key of another length", () => {
    expect(() => new SegmentCipher(Buffer.alloc(16), binding)).toThrow(/256 bits/);
  });
});
