import { describe, expect, test } from "vitest";
import { serverFrameProblems } from "./server-event-schema.ts";

const truncated = {
  type: "conversation.item.truncated",
  event_id: "event_1",
  item_id: "item_1",
  content_index: 0,
  audio_end_ms: 10,
};

describe("serverFrameProblems", () => {
  test("has nothing against a frame of the real form", () => {
    expect(serverFrameProblems(truncated)).toEqual([]);
  });

  test.each([
    [{ ...truncated, audio_end_ms: "10" }],
    [{ type: truncated.type, event_id: "event_1" }],
    [{ type: "conversation.item.cut", event_id: "event_1" }],
    [{ type: "response.done", event_id: "event_1", response: { status: "finished" } }],
  ])("finds what is wrong with %j", (frame) => {
    expect(serverFrameProblems(frame)).not.toEqual([]);
  });
});
