import { silentLog } from "@agentcall/base";
import { TestClock } from "@agentcall/base/testing";
import {
  defaultRateCard,
  callIdSchema,
  type CallPlan,
  callPlanSchema,
  type LiveEvent,
  type Turn,
} from "@agentcall/contract";
import { beforeEach, describe, expect, test } from "vitest";
import { CallFacts } from "./call-facts.ts";
import type { ModelHandlers } from "./call-ports.ts";
import { aCallTrunk } from "../sip/testing/trunk-plan.ts";
import { Conversation } from "./conversation.ts";

const callId = callIdSchema.parse("call_1");
const plan: CallPlan = callPlanSchema.parse({
  numberId: "num_1",
  voiceMode: "managed",
  usageTerms: {
    epoch: 1,
    voiceMode: "managed",
    rateCard: defaultRateCard,
    keyFingerprint: null,
    trunkId: null,
    recorded: false,
  },
  agent: {
    instructions: "",
    voice: "marin",
    language: "en",
    firstMessage: null,
    model: "gpt-realtime-2.1",
  },
  provider: { realtimeUrl: "ws://127.0.0.1:1/v1/realtime", apiKey: "practice" },
  answerDeadlineMs: 4_000,
  maxDurationMs: 600_000,
  liveTranscript: true,
  ladder: { managedKey: null, forwardTo: null, announcement: null, rejectWith: 503 },
  tools: [],
});

const invite = {
  callId,
  sipCallId: "x",
  from: "",
  to: "",
  sourceAddress: "127.0.0.1",
  sdp: "",
  trunk: aCallTrunk,
  metadata: {},
};
const deltaBytes = 1_600; // 200 ms
const speechByte = 0x42;

let clock: TestClock;
let said: string[];
let turns: Turn[];
let live: LiveEvent[];
let model: ModelHandlers;
let facts: CallFacts;
let conversation: Conversation;

beforeEach(() => {
  clock = new TestClock();
  said = [];
  turns = [];
  live = [];
  facts = new CallFacts(clock, invite);
  facts.reach("answeredMs");
  conversation = converse(plan);
});

function converse(withPlan: CallPlan): Conversation {
  return new Conversation({
    callId,
    plan: withPlan,
    codec: "pcmu",
    facts,
    makeModelSession: (_plan, _codec, _callId, handlers) => {
      model = handlers;
      return {
        open: () => said.push("open"),
        appendAudio: (_bytes, _offset, length) => said.push(`append ${String(length)}`),
        interrupted: (heard) =>
          said.push(
            ...heard.map(
              (item) =>
                `${item.itemId} heard ${String(item.heardMs)} of ${String(item.receivedMs)}`,
            ),
          ),
        sendUserText: (text) => said.push(text),
        close: () => said.push("close"),
      };
    },
    clock,
    log: silentLog,
    tellTurn: (turn) => turns.push(turn),
    tellLive: (event) => live.push(event),
    take: (input) => said.push(input.kind),
  });
}

/** The model speaks for 200 ms. */
function speak(itemId: string, responseId = `of ${itemId}`): void {
  const writeInto = (target: Uint8Array, offset: number): number => {
    target.fill(speechByte, offset, offset + deltaBytes);
    return deltaBytes;
  };
  // The downlink takes the audio by writeInto alone: the frame it stands in is not looked at.
  const frame = { frame: new Uint8Array(), base64Offset: 0, base64Length: 0 };
  model.onAudio({ responseId, itemId, ...frame, bytes: deltaBytes, writeInto });
}

/** Plays so many frames, and says how many of them were speech. */
function play(frames: number): number {
  let speechFrames = 0;
  const frame = new Uint8Array(160);
  for (let count = 0; count < frames; count += 1) {
    clock.advance(20);
    if (conversation.downlink.pullFrame(frame, 0, 160) !== "silence") speechFrames += 1;
    conversation.frameSent();
  }
  return speechFrames;
}

describe("Conversation", () => {
  test("hands the caller's audio to the model in pieces of 40 ms", () => {
    conversation.uplink.audio(new Uint8Array(160), 0, 160);
    conversation.uplink.audio(new Uint8Array(160), 0, 160);
    conversation.uplink.silence(320);

    expect(said).toEqual(["append 320", "append 320"]);
  });

  test("plays what the model says, frame by frame, and then silence", () => {
    speak("item-1");
    model.onReport({ kind: "item-audio-done", itemId: "item-1" });

    expect([play(10), play(5)]).toEqual([10, 0]);
  });

  test("the caller breaks in: not one more frame of the answer, and the model learns what was heard", () => {
    speak("item-1");
    speak("item-1");
    model.onReport({
      kind: "turn",
      itemId: "item-1",
      previousItemId: null,
      speaker: "ai",
      text: "one two three four",
    });
    play(10);
    said = [];

    model.onReport({ kind: "speech-started", audioStartMs: 0 });
    speak("item-1"); // was on its way
    const speechFrames = play(20);

    expect(said).toEqual(["item-1 heard 200 of 400"]);
    expect(speechFrames).toBe(0);
    expect(turns).toMatchObject([
      { itemId: "item-1", text: "one two", heardMs: 200, interrupted: true },
    ]);
    expect(facts.record("caller_hung_up", 200, null).latency.bargeInStopMs).toHaveLength(1);
  });

  test("the answer after the one that was broken into is played", () => {
    speak("item-1");
    play(2);
    model.onReport({ kind: "speech-started", audioStartMs: 0 });

    speak("item-2");

    expect(play(12)).toBe(10);
  });

  test("speech while nothing is played interrupts nothing", () => {
    model.onReport({ kind: "speech-started", audioStartMs: 0 });

    expect(said).toEqual([]);
    expect(facts.record("caller_hung_up", 200, null).latency.bargeInStopMs).toEqual([]);
  });

  test("tells the newest partial text ten times a second, numbered, and only where the plan wants it", () => {
    const partial = {
      kind: "transcript-partial",
      itemId: "i",
      previousItemId: null,
      speaker: "human",
      text: "Hel",
    } as const;
    model.onReport({ ...partial, text: "H" });
    model.onReport(partial);
    play(5);
    model.onReport({ ...partial, text: "Hello" });
    model.onReport({ ...partial, itemId: "j", speaker: "ai", text: "Good" });
    play(10);
    conversation = converse({ ...plan, liveTranscript: false });
    model.onReport(partial);
    play(5);

    expect(live).toMatchObject([
      { text: "Hel", sequence: 0 },
      { text: "Hello", sequence: 1 },
      { text: "Good", speaker: "ai", sequence: 2 },
    ]);
  });

  test.each([
    ["insufficient_quota", "key_no_quota"],
    ["timeout", "provider_timeout"],
    ["session_expired", "session_expired"],
  ] as const)("a failure for %s ends the call as %s", (reason, cause) => {
    const inputs: unknown[] = [];
    conversation = new Conversation({
      callId,
      plan,
      codec: "pcmu",
      facts,
      makeModelSession: (_plan, _codec, _callId, handlers) => {
        model = handlers;
        return {
          open: ignore,
          appendAudio: ignore,
          interrupted: ignore,
          sendUserText: ignore,
          close: ignore,
        };
      },
      clock,
      log: silentLog,
      tellTurn: ignore,
      tellLive: ignore,
      take: (input) => inputs.push(input),
    });

    model.onReport({ kind: "failed", reason, message: "" });

    expect(inputs).toEqual([{ kind: "session-failed", cause }]);
  });

  test("hears nothing of the model once it is closed, which may be done twice", () => {
    conversation.close();
    conversation.close();
    speak("item-1");
    model.onReport({ kind: "closed" });
    conversation.uplink.silence(320);

    expect(said).toEqual(["close"]);
  });

  test("plays the error tones after the session is gone", () => {
    speak("item-1");
    conversation.close();
    conversation.downlink.playErrorTones();

    expect(play(60)).toBe(50); // three times 330 ms
  });

  test("tells the model of a key that was pressed", () => {
    conversation.pressed("5");

    expect(said).toEqual(["[The caller pressed the key 5.]"]);
  });
});

function ignore(): void {
  // Not looked at.
}
