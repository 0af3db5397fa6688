import type { Turn } from "@agentcall/contract";
import { describe, expect, test } from "vitest";
import { ConversationMemory } from "./conversation-memory.ts";

function aTurn(itemId: string, text: string, speaker: Turn["speaker"] = "human"): Turn {
  return {
    itemId,
    text,
    speaker,
    previousItemId: null,
    startedAtMs: 0,
    heardMs: null,
    interrupted: false,
  };
}

describe("ConversationMemory", () => {
  test("gives back what was said, in order, with what is being heard now at the end", () => {
    const memory = new ConversationMemory();
    memory.add(aTurn("1", "A table for two.", "human"));
    memory.add(aTurn("2", "For when?", "ai"));

    expect(memory.lines([{ speaker: "ai", text: "And" }])).toEqual([
      { speaker: "human", text: "A table for two." },
      { speaker: "ai", text: "For when?" },
      { speaker: "ai", text: "And" },
    ]);
  });

  test("a turn that is told again takes its former place, and one without words none", () => {
    const memory = new ConversationMemory();
    memory.add(aTurn("1", "Yes, until eleven."));
    memory.add(aTurn("2", ""));
    memory.add(aTurn("1", "Yes,"));

    expect(memory.lines([])).toEqual([{ speaker: "human", text: "Yes," }]);
  });

  test("forgets the oldest of many lines, and of long ones", () => {
    const memory = new ConversationMemory();
    for (let line = 0; line < 100; line += 1)
      memory.add(aTurn(String(line), `line ${String(line)}`));
    const many = memory.lines([]);
    for (let line = 0; line < 5; line += 1)
      memory.add(aTurn(`long ${String(line)}`, "x".repeat(5_000)));
    const long = memory.lines([]);

    expect([many.length, many[0]?.text]).toEqual([60, "line 40"]);
    expect(long.length).toBe(3);
  });
});
