import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { AppendFrame } from "./append-frame.ts";
import { clientEventProblems } from "./testing/event-schema.ts";

describe("AppendFrame", () => {
  test("builds the frame that JSON and base64 would give, for any audio", () => {
    const append = new AppendFrame();

    fc.assert(
      fc.property(fc.uint8Array({ minLength: 1, maxLength: 700 }), fc.nat(40), (bytes, skipped) => {
        const offset = Math.min(skipped, bytes.length - 1);
        const audio = Buffer.from(bytes.subarray(offset)).toString("base64");

        const frame = append.build(bytes, offset, bytes.length - offset).toString("utf8");

        expect(frame).toBe(JSON.stringify({ type: "input_audio_buffer.append", audio }));
      }),
    );
  });

  test("is an event that the openai package's own types know", () => {
    const frame = new AppendFrame().build(new Uint8Array(320), 0, 320);

    expect(clientEventProblems(JSON.parse(frame.toString("utf8")))).toEqual([]);
  });

  test("uses its buffer again for pieces of the same length", () => {
    const append = new AppendFrame();

    const first = append.build(new Uint8Array(320), 0, 320);

    expect(append.build(new Uint8Array(320).fill(1), 0, 320)).toBe(first);
  });

  test.each([
    [0, 0],
    [0, 11],
    [5, 6],
    [-1, 5],
  ])("refuses a piece from %i of %i bytes that is not there", (offset, bytes) => {
    expect(() => new AppendFrame().build(new Uint8Array(10), offset, bytes)).toThrow("1 to");
  });
});
