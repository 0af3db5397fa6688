import { describe, expect, test } from "vitest";
import { clientEventProblems, serverEventProblems } from "./event-schema.ts";

const truncate = {
  type: "conversation.item.truncate",
  item_id: "item_1",
  content_index: 0,
  audio_end_ms: 120,
};

describe("clientEventProblems", () => {
  test.each([
    [truncate],
    [{ type: "input_audio_buffer.append", audio: "//8=" }],
    [{ type: "response.cancel" }],
    [{ type: "session.update", session: { type: "realtime", tools: [] } }],
    [
      {
        type: "session.update",
        session: { type: "realtime", audio: { input: { turn_detection: null } } },
      },
    ],
  ])("has nothing against %j", (frame) => {
    expect(clientEventProblems(frame)).toEqual([]);
  });

  test.each([
    [null],
    ["text"],
    [{}],
    [{ type: "conversation.item.cut" }],
    [{ type: "constructor" }],
    [{ type: "session.created", event_id: "event_1", session: { type: "realtime" } }],
    [{ ...truncate, item_id: undefined }],
    [{ ...truncate, audio_end_ms: -1 }],
    [{ ...truncate, audio_end_ms: 12.5 }],
    [{ ...truncate, audio_end_ms: "12" }],
    [{ ...truncate, reason: "barge-in" }],
    [{ type: "session.update", session: { type: "realtime", temperature: 0.8 } }],
    [{ type: "session.update", session: { instructions: "no type" } }],
    [
      {
        type: "session.update",
        session: {
          type: "realtime",
          audio: { input: { format: { type: "audio/pcmu", rate: 8000 } } },
        },
      },
    ],
  ])("finds what is wrong with %j", (frame) => {
    expect(clientEventProblems(frame)).not.toEqual([]);
  });
});

describe("serverEventProblems", () => {
  test.each([
    [{ ...truncate, type: "conversation.item.truncated", event_id: "event_1" }],
    [
      {
        type: "input_audio_buffer.speech_stopped",
        event_id: "e",
        audio_end_ms: 1,
        item_id: "i",
        new_field: 1,
      },
    ],
    [{ type: "response.created", event_id: "e", response: { id: "resp_1", usage: null } }],
    [
      {
        type: "session.created",
        event_id: "e",
        session: { type: "realtime", id: "sess_1", expires_at: 1 },
      },
    ],
  ])("has nothing against %j", (frame) => {
    expect(serverEventProblems(frame)).toEqual([]);
  });

  test.each([
    [undefined],
    [{ type: "response.finished", event_id: "e" }],
    [{ type: "response.done", event_id: "e", response: { status: "finished" } }],
    [{ type: "response.done", response: {} }],
    [{ type: "input_audio_buffer.speech_started", event_id: "e", item_id: "i" }],
    [{ type: "session.update", session: { type: "realtime" } }],
  ])("finds what is wrong with %j", (frame) => {
    expect(serverEventProblems(frame)).not.toEqual([]);
  });
});
