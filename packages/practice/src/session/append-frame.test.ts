import * as fc from "fast-check";
import { describe, expect, test } from "vitest";
import { readAppendFrame } from "./append-frame.ts";

const scratch = Buffer.alloc(1024);

describe("readAppendFrame", () => {
  test("finds the audio of any append", () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 700 }), (audio) => {
        const base64 = Buffer.from(audio).toString("base64");

        const bytes = read(`{"type":"input_audio_buffer.append","audio":"${base64}"}`);

        expect([...scratch.subarray(0, bytes)]).toEqual([...audio]);
      }),
    );
  });

  test.each([
    ['{"type":"input_audio_buffer.commit"}', -1],
    ['{"type":"input_audio_buffer.append","audio":"AAAA","event_id":"a"}', -1],
    ['{"type":"input_audio_buffer.append","audio":"AA\\/A"}', -1],
    ['{"type":"input_audio_buffer.append","audio":"AAA"}', -2],
    ['{"type":"input_audio_buffer.append","audio":"****"}', -2],
    ['{"type":"input_audio_buffer.append","event_id":"a","audio":"AAAA"}', 3],
  ])("answers %s with %i", (frame, answer) => {
    expect(read(frame)).toBe(answer);
  });

  test("answers, and never throws, for any bytes", () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 300 }), (bytes) => {
        expect(() => readAppendFrame(Buffer.from(bytes), scratch)).not.toThrow();
      }),
    );
  });
});

function read(frame: string): number {
  return readAppendFrame(Buffer.from(frame, "latin1"), scratch);
}
