import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { decodeHeader, encodeHeader, headerBytes } from "./recording-header.ts";
import { layoutOf, segmentAt } from "./recording-layout.ts";
import { tagBytes } from "./segment-cipher.ts";

const byHand = Buffer.from([
  0x41, 0x43, 0x52, 0x43, // "ACRC"
  0x01, // format 1
  0x01, // A-law
  0x00, 0x00,
  0x00, 0x00, 0x3e, 0x80, // 16,000 bytes of audio in a segment
]); // prettier-ignore

describe("encodeHeader, decodeHeader", () => {
  test("write and read what is written by hand", () => {
    expect(decodeHeader(byHand)).toEqual({ codec: "pcma", segmentBytes: 16_000 });
    expect(encodeHeader({ codec: "pcma", segmentBytes: 16_000 })).toEqual(byHand);
  });

  test.each([
    ["nothing", Buffer.alloc(0), "too-short"],
    ["a byte too little", byHand.subarray(0, headerBytes - 1), "too-short"],
    ["another kind of file", Buffer.from("RIFF....WAVE"), "not-a-recording"],
    ["a format of the future", changed(4, 2), "unknown-format"],
    ["a law that is none", changed(5, 2), "damaged"],
    ["what must be zero and is not", changed(7, 1), "damaged"],
    ["segments of an odd length", changed(11, 0x81), "damaged"],
    ["segments larger than a megabyte", changed(8, 1), "damaged"],
    ["segments without audio", changed(10, 0, 11, 0), "damaged"],
  ])("refuse %s", (_, bytes, refusal) => {
    expect(decodeHeader(bytes)).toBe(refusal);
  });

  test("answer, and never throw, for any bytes", () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 32 }), (bytes) => {
        expect(() => decodeHeader(bytes)).not.toThrow();
      }),
    );
  });
});

describe("layoutOf", () => {
  const header = { codec: "pcmu", segmentBytes: 100 } as const;

  test("finds as much audio as was sealed, for any number of segments and any last one", () => {
    fc.assert(
      fc.property(fc.nat(50), fc.nat(99), (whole, last) => {
        const fileBytes = segmentAt(whole, header) + last + tagBytes;

        expect(layoutOf(fileBytes, header)).toEqual({
          segments: whole + 1,
          audioBytes: whole * 100 + last,
          wholeSegments: whole,
          restBytes: last + tagBytes,
        });
      }),
    );
  });

  test.each([
    ["no bytes at all", 0, 0, 0],
    ["a header alone", headerBytes, 0, 0],
    ["less than a tag", headerBytes + tagBytes - 1, 0, 0],
    ["an empty last segment", headerBytes + tagBytes, 1, 0],
    ["one whole segment", headerBytes + 100 + tagBytes, 1, 100],
  ])("of %s has as many segments as are there", (_, fileBytes, segments, audioBytes) => {
    expect(layoutOf(fileBytes, header)).toMatchObject({ segments, audioBytes });
  });
});

function changed(...atAndByte: readonly number[]): Buffer {
  const bytes = Buffer.from(byHand);
  for (let index = 0; index < atAndByte.length; index += 2) {
    bytes.writeUInt8(atAndByte[index + 1] ?? 0, atAndByte[index] ?? 0);
  }
  return bytes;
}
