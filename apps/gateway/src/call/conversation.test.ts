import { silentLog } from "@agentcall/base";
import { TestClock } from "@agentcall/base/testing";
import {
  type AgentToolCall,
  defaultRateCard,
  callIdSchema,
  type CallPlan,
  callPlanSchema,
  type LiveEvent,
  type Turn,
} from "@agentcall/contract";
import type { SessionReport } from "@agentcall/realtime";
import { beforeEach, describe, expect, test } from "vitest";
import { CallFacts } from "./call-facts.ts";
import type { ModelHandlers } from "./call-ports.ts";
import { aCallTrunk } from "../sip/testing/trunk-plan.ts";
import type { ToolCall } from "../control/control-link.ts";
import type { CallTiming } from "./call-ports.ts";
import type { CallInput } from "./call-state.ts";
import { Conversation } from "./conversation.ts";
import { Phrases } from "./phrases.ts";

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
  recording: null,
});

const planWithTools: CallPlan = {
  ...plan,
  tools: [
    { type: "hang_up" },
    { type: "transfer_call", destinations: [{ name: "Sales", to: "sip:sales@pbx.example" }] },
    { type: "send_dtmf" },
    { type: "function", name: "find_order", description: "", parameters: {} },
  ],
};

const hungUp = { cause: "caller_hung_up", sipStatus: 200, q850Cause: null } as const;
const invite = {
  callId,
  direction: "inbound",
  sipCallId: "x",
  from: "",
  to: "",
  sourceAddress: "127.0.0.1",
  sourcePort: 5_060,
  sdp: "",
  trunk: aCallTrunk,
  metadata: {},
} as const;
const phrases = Phrases.load();
const deltaBytes = 1_600; // 200 ms
const speechByte = 0x42;

let clock: TestClock;
let said: string[];
let turns: Turn[];
let sequences: number[];
let toolCalls: AgentToolCall[];
let live: LiveEvent[];
let model: ModelHandlers;
let facts: CallFacts;
let conversation: Conversation;
let inputs: CallInput[];
/** What the customer's webhook was asked for. */
let tools: ToolCall[];
let digits: string[];
/** The first byte of each piece that went to the model. */
let appended: number[] = [];

beforeEach(() => {
  clock = new TestClock();
  said = [];
  turns = [];
  sequences = [];
  toolCalls = [];
  live = [];
  facts = new CallFacts(clock, invite);
  facts.reach("answeredMs");
  inputs = [];
  tools = [];
  digits = [];
  conversation = converse(plan);
});

/** A conversation whose session was asked for, with what was said until then forgotten. */
function converse(withPlan: CallPlan, timing: Partial<CallTiming> = {}): Conversation {
  const made = new Conversation({
    callId,
    plan: withPlan,
    codec: "pcmu",
    facts,
    phrases,
    timing: {
      muteAfterMs: 8_000,
      greetingProtectedMs: 0,
      replaceSessionAfterMs: 3_300_000,
      ...timing,
    },
    callTool: (call) => {
      tools.push(call);
      return Promise.resolve({ kind: "answered", output: "found" });
    },
    sendDigits: (pressed) => digits.push(pressed),
    makeModelSession: ({ greets }, handlers) => {
      model = handlers;
      return {
        open: () => said.push(greets ? "open" : "open without greeting"),
        sendToolOutput: (id, output) => said.push(`${id}: ${output}`),
        recall: (lines, speak) =>
          said.push(`recall ${lines.map(({ text }) => text).join("|")} ${String(speak)}`),
        appendAudio: (bytes, _offset, length) => {
          said.push(`append ${String(length)}`);
          appended.push(bytes[0] ?? 0);
        },
        interrupted: (heard) =>
          said.push(
            ...heard.map(
              (item) =>
                `${item.itemId} heard ${String(item.heardMs)} of ${String(item.receivedMs)}`,
            ),
          ),
        sendUserText: (text) => said.push(text),
        close: () => {
          said.push("close");
          handlers.onReport({ kind: "closed" }); // as the real one does, at once
        },
      };
    },
    clock,
    log: silentLog,
    tellTurn: (turn, sequence) => {
      turns.push(turn);
      sequences.push(sequence);
    },
    tellTool: (call) => toolCalls.push(call),
    tellLive: (event) => live.push(event),
    take: (input) => {
      inputs.push(input);
      said.push(input.kind);
    },
  });
  made.open("own");
  said = [];
  return made;
}

/** The model speaks for 200 ms. */
function speak(itemId: string, responseId = `of ${itemId}`, byte = speechByte): void {
  const writeInto = (target: Uint8Array, offset: number): number => {
    target.fill(byte, offset, offset + deltaBytes);
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

    model.onReport({ kind: "speech-started", audioStartMs: 0, itemId: null });
    speak("item-1"); // was on its way
    const speechFrames = play(20);

    expect(said).toEqual(["item-1 heard 200 of 400"]);
    expect(speechFrames).toBe(0);
    expect(turns).toMatchObject([
      { itemId: "item-1", text: "one two", heardMs: 200, interrupted: true },
    ]);
    expect(facts.record(hungUp, null).latency.bargeInStopMs).toHaveLength(1);
  });

  test("a finished turn is counted with the partials, and none of its partials comes after it", () => {
    const words = { itemId: "i", previousItemId: null, speaker: "human", text: "Hello" } as const;
    model.onReport({ kind: "transcript-partial", ...words });
    play(5);
    model.onReport({ kind: "transcript-partial", ...words });
    model.onReport({ kind: "turn", ...words });
    model.onReport({ kind: "transcript-partial", ...words });
    play(5);
    model.onReport({ kind: "transcript-partial", ...words, itemId: "j" });
    play(5);

    expect(live).toMatchObject([
      { itemId: "i", sequence: 0 },
      { itemId: "j", sequence: 2 },
    ]);
    expect(sequences).toEqual([1]);
  });

  test("the answer after the one that was broken into is played", () => {
    speak("item-1");
    play(2);
    model.onReport({ kind: "speech-started", audioStartMs: 0, itemId: null });

    speak("item-2");

    expect(play(12)).toBe(10);
  });

  test("speech while nothing is played interrupts nothing", () => {
    model.onReport({ kind: "speech-started", audioStartMs: 0, itemId: null });

    expect(said).toEqual([]);
    expect(facts.record(hungUp, null).latency.bargeInStopMs).toEqual([]);
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

  test("tells of digital silence that it is none, and plays it all the same", () => {
    speak("item-1", "of item-1", 0xff);

    expect(said).toEqual([]);
    expect(play(12)).toBe(10);
  });

  test("what is said twice at once in its own voice and the standard phrases' is told apart", () => {
    conversation.say("one-moment");
    play(5);
    model.onReport({ kind: "speech-started", audioStartMs: 0, itemId: null });

    expect(said).toEqual([]); // the model knows nothing of our phrase
  });

  test("tells the model of a key that was pressed", () => {
    conversation.pressed("5");

    expect(said).toEqual(["[The caller pressed the key 5.]"]);
  });
});

describe("a model that says nothing", () => {
  test("is told of eight seconds after the caller has finished", () => {
    model.onReport({ kind: "speech-started", audioStartMs: 0, itemId: null });
    model.onReport({ kind: "speech-stopped" });
    clock.advance(7_900);
    const before = [...said];
    clock.advance(100);

    expect([before, said]).toEqual([[], ["model-mute"]]);
  });

  test.each<[string, () => void]>([
    [
      "speaks",
      () => {
        speak("item-1");
      },
    ],
    [
      "calls a tool",
      () => {
        model.onReport(toolCall("find_order"));
      },
    ],
    [
      "is spoken over",
      () => {
        model.onReport({ kind: "speech-started", audioStartMs: 0, itemId: null });
      },
    ],
  ])("is not mute as long as it %s", (_, happens) => {
    conversation = converse(planWithTools);
    model.onReport({ kind: "speech-stopped" });
    happens();
    clock.advance(20_000);

    expect(said).not.toContain("model-mute");
  });

  test("sends digital silence is mute, too", () => {
    model.onReport({ kind: "speech-stopped" });
    speak("item-1", "of item-1", 0xff);
    clock.advance(8_000);

    expect(said).toEqual(["model-mute"]);
  });
});

describe("another session in a call", () => {
  test("is told what was said and what is being heard, and goes on without a greeting", async () => {
    sayTurn("item-1", "How can I help you?");
    play(20);
    sayTurn("item-2", "one two three four", false);
    play(5); // half of 200 ms

    conversation.replace("same");
    await settled();
    model.onReport({ kind: "ready" });

    expect(said).toEqual([
      "session-audio",
      "session-audio",
      "close",
      "open without greeting",
      "recall How can I help you?|one two true",
      "session-ready",
    ]);
  });

  test("greets where nothing was said yet", async () => {
    conversation.replace("managed");
    await settled();
    model.onReport({ kind: "ready" });

    expect(said).toEqual(["close", "open", "session-ready"]);
  });

  test("takes over before the provider's limit, in a quiet moment, without a word", async () => {
    conversation = converse(plan, { replaceSessionAfterMs: 1_000 });
    const former = model;
    sayTurn("item-1", "Hello.");
    play(60);
    await settled();
    said = [];
    model.onReport({ kind: "ready" });
    play(10);
    former.onReport({ kind: "closed" });

    expect(said).toEqual(["close", "recall Hello. false"]);
  });
});

describe("a tool", () => {
  beforeEach(() => {
    conversation = converse(planWithTools);
  });

  test("that ends the call waits until the goodbye has been heard", () => {
    speak("item-1", "response-1");
    model.onReport(toolCall("hang_up"));
    model.onReport({ kind: "item-audio-done", itemId: "item-1" });
    model.onReport({
      kind: "response-done",
      responseId: "response-1",
      status: "completed",
      usage: null,
    });
    play(9);
    const before = [...said];
    play(3);

    expect(before).toEqual(["session-audio"]);
    expect(said).toEqual(["session-audio", "agent-hung-up"]);
  });

  test("that ends the call is called off by a caller who speaks first", () => {
    speak("item-1", "response-1");
    model.onReport(toolCall("hang_up"));
    play(2);
    model.onReport({ kind: "speech-started", audioStartMs: 0, itemId: null });
    play(50);

    expect(said).toContain('call-1: {"error":"The caller began to speak: the call goes on."}');
    expect(said).not.toContain("agent-hung-up");
  });

  test("that transfers names its destination, rests the model, and tells it when nobody took the call", () => {
    model.onReport(toolCall("transfer_call", { destination: "Sales" }));
    model.onReport({ kind: "response-done", responseId: "r", status: "completed", usage: null });
    play(1);
    conversation.rest();
    speak("item-9");
    const heard = play(12);
    conversation.wake();

    expect(inputs).toEqual([{ kind: "transfer-asked", to: "sip:sales@pbx.example" }]);
    expect(heard).toBe(0);
    expect(said.at(-1)).toContain("Nobody took the call");
  });

  test("that presses keys presses them", () => {
    model.onReport(toolCall("send_dtmf", { digits: "12#" }));

    expect(digits).toEqual(["12#"]);
    expect(said).toEqual(['call-1: {"ok":true}']);
  });

  test("of the customer's own is asked for, and its output given to the model", async () => {
    model.onReport(toolCall("find_order", { id: 7 }));
    await settled();

    expect(tools).toEqual([
      { toolCallId: "call-1", name: "find_order", argumentsJson: '{"id":7}' },
    ]);
    expect(said).toEqual(["call-1: found"]);
  });

  test("are told to the transcript when they are called, and again with what came of them", async () => {
    clock.advance(1_500);
    model.onReport(toolCall("find_order", { id: 7 }));
    await settled();

    const told = {
      itemId: "tool-item-1",
      previousItemId: "question",
      name: "find_order",
      argumentsJson: '{"id":7}',
      startedAtMs: 1_500,
    };
    expect(toolCalls).toEqual([
      { ...told, output: null },
      { ...told, output: "found" },
    ]);
  });

  test("that end the call are told without an output", () => {
    model.onReport(toolCall("hang_up"));

    expect(toolCalls).toMatchObject([{ name: "hang_up", output: null }]);
  });

  test.each([
    ["fly", {}, "There is no such tool."],
    ["transfer_call", { destination: "+1900" }, "There is no such destination."],
    ["send_dtmf", { digits: "hello" }, "The digits must be"],
  ])("%s with %j is refused, and the model told why", (name, given, why) => {
    model.onReport(toolCall(name, given));

    expect(said[0]).toContain(why);
    expect(inputs).toEqual([]);
  });
});

describe("the greeting", () => {
  test("is not broken into while its first 300 ms are heard", () => {
    conversation = converse(plan, { greetingProtectedMs: 300 });
    speak("item-1");
    speak("item-1");
    const loud = new Uint8Array(160).fill(speechByte);
    appended = [];
    conversation.uplink.audio(loud, 0, 160);
    conversation.uplink.audio(loud, 0, 160);
    play(15);
    conversation.uplink.audio(loud, 0, 160);
    conversation.uplink.audio(loud, 0, 160);

    expect(appended).toEqual([0xff, speechByte]);
  });
});

function toolCall(
  name: string,
  given: unknown = {},
): Extract<SessionReport, { kind: "tool-call" }> {
  return {
    kind: "tool-call",
    itemId: "tool-item-1",
    previousItemId: "question",
    callId: "call-1",
    name,
    argumentsJson: JSON.stringify(given),
  };
}

/** The agent says this in 200 ms, and no more where it is whole. */
function sayTurn(itemId: string, text: string, isWhole = true): void {
  speak(itemId);
  const spoken = { itemId, previousItemId: null, speaker: "ai", text } as const;
  model.onReport({ kind: "transcript-partial", ...spoken });
  if (!isWhole) return;
  model.onReport({ kind: "item-audio-done", itemId });
  model.onReport({ kind: "turn", ...spoken });
}

/** Lets promises that are settled be heard. */
async function settled(): Promise<void> {
  for (let turn = 0; turn < 5; turn += 1) await Promise.resolve();
}
