import { TestClock } from "@agentcall/base/testing";
import type { CallId } from "@agentcall/contract";
import { beforeEach, describe, expect, test } from "vitest";
import { turnOf } from "../testing/call-facts.ts";
import { EventStream } from "./event-stream.ts";
import { LiveTranscript } from "./live-transcript.ts";

const callId = "call_1" as CallId;
let heard: [unknown, unknown, unknown][];
let live: LiveTranscript;

beforeEach(() => {
  const stream = new EventStream(new TestClock());
  heard = [];
  stream.listen(({ data }) => {
    heard.push([data["itemId"], data["final"], data["sequence"]]);
  });
  live = new LiveTranscript(stream);
});

function partial(itemId: string, sequence: number): void {
  const words = { itemId, speaker: "human", text: "Hel", sequence } as const;
  live.partial({ kind: "transcript.partial", callId, ...words });
}

describe("LiveTranscript", () => {
  test("tells partials and finished turns with the sequence of their gateway", () => {
    partial("i", 0);
    live.final(callId, turnOf({ itemId: "i" }), 1);
    partial("j", 2);

    expect(heard).toEqual([
      ["i", false, 0],
      ["i", true, 1],
      ["j", false, 2],
    ]);
  });

  test("grows for who listens, also where a turn comes from the disk after a later partial", () => {
    partial("j", 2);
    live.final(callId, turnOf({ itemId: "i" }), 1);
    live.final(callId, turnOf({ itemId: "k" }), null);
    partial("l", 3);

    expect(heard.map(([, , sequence]) => sequence)).toEqual([2, 3, 4, 5]);
  });

  test("counts each call for itself, and an ended one no more", () => {
    partial("i", 7);
    live.final("call_2" as CallId, turnOf(), 0);
    live.ended(callId);
    partial("i", 0);

    expect(heard.map(([, , sequence]) => sequence)).toEqual([7, 0, 0]);
  });
});
