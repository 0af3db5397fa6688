import type { LiveMessage } from "@agentcall/contract";
import { describe, expect, test } from "vitest";
import { SpokenNow } from "./spoken-now.ts";

describe("what is spoken now", () => {
  test("is kept call by call, each turn with its newest words", () => {
    const now = new SpokenNow();
    let told = 0;
    now.watch(() => (told += 1));

    now.take(partial("call_1", "item_1", "Good"));
    now.take(partial("call_2", "item_9", "Hello"));
    now.take(partial("call_1", "item_1", "Good morning"));
    now.take({ ...partial("call_1", "item_2", "no"), event: "call.status" });

    expect(textsOf(now, "call_1")).toEqual(["Good morning"]);
    expect(textsOf(now, "call_2")).toEqual(["Hello"]);
    expect(textsOf(now, "call_3")).toEqual([]);
    expect(told).toBe(3);
  });

  test("forgets the call that was silent longest when there are too many", () => {
    const now = new SpokenNow();
    now.take(partial("call_0", "item_0", "first"));
    for (let index = 1; index < 500; index += 1) {
      now.take(partial(`call_${String(index)}`, "item_0", "between"));
    }
    now.take(partial("call_0", "item_1", "again"));

    now.take(partial("call_500", "item_0", "one more"));

    expect(textsOf(now, "call_0")).toEqual(["first", "again"]);
    expect(textsOf(now, "call_1")).toEqual([]);
    expect(textsOf(now, "call_500")).toEqual(["one more"]);
  });
});

function textsOf(now: SpokenNow, callId: string): readonly string[] {
  return [...now.partsOf(callId).values()].map(({ text }) => text);
}

function partial(callId: string, itemId: string, text: string): LiveMessage {
  return {
    id: "1",
    event: "transcript.partial",
    timestamp: "2026-11-25T12:00:00.000Z",
    data: { callId, itemId, role: "ai", text, final: false },
  };
}
