import type { Turn } from "@agentcall/contract";
import { beforeEach, describe, expect, test } from "vitest";
import { type ItemProgress, type SpokenText, textHeard, Transcript } from "./transcript.ts";

let progress: Map<string, ItemProgress>;
let told: Turn[];
let transcript: Transcript;

beforeEach(() => {
  progress = new Map();
  told = [];
  transcript = new Transcript({
    progressOf: (itemId) => progress.get(itemId) ?? null,
    tell: (turn) => told.push(turn),
  });
});

function said(more: Partial<SpokenText> = {}): SpokenText {
  return {
    itemId: "answer",
    previousItemId: null,
    speaker: "ai",
    text: "Good morning, this is Ada.",
    ...more,
  };
}

describe("Transcript", () => {
  test("tells the caller's turn at once, from when it began", () => {
    transcript.speechStarted(2_500, null);

    transcript.final(
      said({ itemId: "question", previousItemId: "answer", speaker: "human", text: "Hello?" }),
    );

    expect(told).toEqual([
      {
        itemId: "question",
        previousItemId: "answer",
        speaker: "human",
        text: "Hello?",
        startedAtMs: 2_500,
        heardMs: null,
        interrupted: false,
      },
    ]);
  });

  test("the words of a turn that come after the next has begun keep their own time", () => {
    transcript.speechStarted(1_000, "first");
    transcript.speechStarted(4_000, "second");

    transcript.final(said({ itemId: "first", speaker: "human", text: "One." }));
    transcript.final(said({ itemId: "second", speaker: "human", text: "Two." }));

    expect(told.map(({ startedAtMs }) => startedAtMs)).toEqual([1_000, 4_000]);
  });

  test("tells the agent's turn when it has been heard to its end, and not before", () => {
    transcript.partial(said({ text: "Good" }));
    transcript.final(said());
    progress.set("answer", { receivedMs: 2_000, heardMs: 20, complete: false });
    transcript.heard(120);
    progress.set("answer", { receivedMs: 3_000, heardMs: 2_980, complete: true });
    transcript.heard(3_080);
    expect(told).toEqual([]);

    progress.set("answer", { receivedMs: 3_000, heardMs: 3_000, complete: true });
    transcript.heard(3_100);

    expect(told).toMatchObject([{ startedAtMs: 100, heardMs: 3_000, interrupted: false }]);
    expect(transcript.isWaiting).toBe(false);
  });

  test("cuts the agent's turn where the caller broke in, and tells it once", () => {
    transcript.partial(said());

    transcript.interrupted("answer", { receivedMs: 2_000, heardMs: 1_000, complete: false });
    transcript.final(said({ text: "Good morning, this is Ada. How may I help?" }));

    expect(told.map((turn) => [turn.text, turn.heardMs, turn.interrupted])).toEqual([
      ["Good morning,", 1_000, true],
    ]);
  });

  test("waits for the text of an answer that was cut before any had come", () => {
    transcript.interrupted("answer", { receivedMs: 2_000, heardMs: 1_000, complete: false });
    expect(told).toEqual([]);

    transcript.final(said());

    expect(told.map((turn) => turn.text)).toEqual(["Good morning,"]);
  });

  test("an answer of which nothing was heard was not said", () => {
    transcript.final(said());

    transcript.interrupted("answer", { receivedMs: 2_000, heardMs: 0, complete: true });
    transcript.end(9_000);

    expect(told).toEqual([]);
  });

  test("at the end of the call what was half heard is cut there", () => {
    transcript.final(said());
    progress.set("answer", { receivedMs: 2_000, heardMs: 1_000, complete: true });

    transcript.end(1_500);

    expect(told).toMatchObject([
      { text: "Good morning,", startedAtMs: 500, heardMs: 1_000, interrupted: true },
    ]);
  });
});

describe("textHeard", () => {
  test.each([
    [0, ""],
    [10, ""],
    [40, "one"],
    [52, "one"],
    [60, "one two"],
    [99, "one two"],
    [100, "one two three"],
    [150, "one two three"],
  ])("after %i of 100 ms it is %j", (heardMs, text) => {
    expect(textHeard("one two three", { heardMs, receivedMs: 100 })).toBe(text);
  });

  test("is the whole text where no audio was counted", () => {
    expect(textHeard("text", { heardMs: 0, receivedMs: 0 })).toBe("text");
  });
});
