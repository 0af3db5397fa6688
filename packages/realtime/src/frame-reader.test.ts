import fc from "fast-check";
import { describe, expect, test } from "vitest";
import type { AudioDelta } from "./audio-delta.ts";
import { FrameReader } from "./frame-reader.ts";
import type { ServerEvent } from "./server-event.ts";

type Heard = { readonly responseId: string; readonly itemId: string; readonly audio: Buffer };

class Listener {
  readonly events: ServerEvent[] = [];
  readonly audio: Heard[] = [];
  readonly deltas: AudioDelta[] = [];
  readonly frames: Uint8Array[] = [];
  readonly reader = new FrameReader({
    onEvent: (event) => this.events.push(event),
    onAudio: (delta) => {
      const audio = Buffer.alloc(delta.bytes);
      const bytes = delta.writeInto(audio, 0);
      this.audio.push({
        responseId: delta.responseId,
        itemId: delta.itemId,
        audio: audio.subarray(0, bytes),
      });
      this.deltas.push(delta);
      this.frames.push(delta.frame);
    },
  });
}

/** A frame with its keys in the order in which the real service writes them. */
function audioFrame(audio: Uint8Array, more: Record<string, unknown> = {}): string {
  return JSON.stringify({
    type: "response.output_audio.delta",
    event_id: "event_1",
    response_id: "resp_1",
    item_id: "item_1",
    output_index: 0,
    content_index: 0,
    delta: Buffer.from(audio).toString("base64"),
    ...more,
  });
}

const samples = Uint8Array.of(0xff, 0x00, 0xd5, 0x7f, 0x80);

describe("FrameReader", () => {
  test("finds the audio in the frame itself, and makes no copy of it", () => {
    const listener = new Listener();
    const frame = Buffer.from(audioFrame(samples));

    listener.reader.read(frame);
    listener.reader.read(frame);

    const heard = { responseId: "resp_1", itemId: "item_1", audio: Buffer.from(samples) };
    expect(listener.audio).toEqual([heard, heard]);
    expect(listener.frames[0]).toBe(frame);
    expect(listener.deltas[0]).toBe(listener.deltas[1]);
  });

  test.each([
    ["has spaces", audioFrame(samples).replaceAll(":", ": ")],
    ["has something after the audio", audioFrame(samples, { obfuscation: "abc" })],
    [
      "has escapes in the audio",
      audioFrame(Uint8Array.of(0xff, 0xff, 0xff)).replace("////", String.raw`\/\/\/\/`),
    ],
    [
      "has another order",
      JSON.stringify({
        delta: "AQI=",
        item_id: "item_1",
        response_id: "resp_1",
        type: "response.output_audio.delta",
      }),
    ],
    ["has an escaped id", audioFrame(samples).replace("item_1", String.raw`item\u005f1`)],
  ])("reads a frame that %s by its JSON", (_, text) => {
    const listener = new Listener();

    listener.reader.read(Buffer.from(text));

    const delta = (JSON.parse(text) as { delta: string }).delta;
    expect(listener.audio).toEqual([
      { responseId: "resp_1", itemId: "item_1", audio: Buffer.from(delta, "base64") },
    ]);
  });

  test.each([
    ["", "not an object"],
    ["not json", "not an object"],
    ["null", "not an object"],
    ["[]", "not an object"],
    ["{}", "no type"],
    ['{"type":7}', "no type"],
    ['{"type":"response.output_audio.delta"}', "response.output_audio.delta"],
    [audioFrame(samples, { item_id: "" }), "response.output_audio.delta"],
    [audioFrame(samples, { delta: 7 }), "response.output_audio.delta"],
    [audioFrame(samples, { item_id: "i".repeat(200) }), "response.output_audio.delta"],
    ['{"type":"response.done","event_id":"e","response":null}', "response.done"],
    ['{"type":"error","event_id":"e","error":"text"}', "error"],
  ])("calls %s malformed", (text, detail) => {
    const listener = new Listener();

    listener.reader.read(Buffer.from(text));

    expect(listener.events).toEqual([{ type: "malformed", detail }]);
    expect(listener.audio).toEqual([]);
  });

  test.each([
    ['{"type":"constructor"}', "constructor"],
    ['{"type":"rate_limits.updated","rate_limits":[]}', "rate_limits.updated"],
  ])("has no use for %s", (text, name) => {
    const listener = new Listener();

    listener.reader.read(Buffer.from(text));

    expect(listener.events).toEqual([{ type: "other", name }]);
  });

  test("hears the same audio by its bytes as JSON and base64 would give", () => {
    fc.assert(
      fc.property(
        fc.uint8Array({ maxLength: 500 }),
        fc.string({ minLength: 1, maxLength: 40 }),
        (audio, itemId) => {
          const listener = new Listener();

          listener.reader.read(Buffer.from(audioFrame(audio, { item_id: itemId })));

          expect(listener.audio).toEqual([
            { responseId: "resp_1", itemId, audio: Buffer.from(audio) },
          ]);
        },
      ),
    );
  });

  test("answers, and never throws, for any bytes and any broken frame", () => {
    const whole = Buffer.from(audioFrame(samples));
    const broken = fc
      .tuple(fc.nat(whole.length - 1), fc.nat(255), fc.nat(whole.length))
      .map(([at, byte, length]) => {
        const frame = Buffer.from(whole);
        frame[at] = byte;
        return frame.subarray(0, length);
      });

    fc.assert(
      fc.property(fc.oneof(broken, fc.uint8Array({ maxLength: 200 })), (bytes) => {
        const listener = new Listener();

        expect(() => {
          listener.reader.read(Buffer.from(bytes));
        }).not.toThrow();
        expect(listener.events.length + listener.audio.length).toBe(1);
      }),
    );
  });
});
