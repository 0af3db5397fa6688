import type { TranscriptView } from "@agentcall/contract";
import { describe, expect, test } from "vitest";
import type { SpokenParts } from "../../api/spoken-now.ts";
import type { SpokenPart } from "../../api/spoken-part.ts";
import { transcriptLines } from "./transcript-lines.ts";

const zeroMs = Date.parse("2026-11-24T12:00:00.000Z");
const nothingSaid: SpokenParts = new Map();

describe("the lines of a transcript", () => {
  test("what is being said stands behind what is kept, with its newest words", () => {
    const parts = said(aPart("item_2", "Are"), aPart("item_2", "Are you open?"));

    expect(transcriptLines([anEntry("item_1", 0)], parts, zeroMs)).toEqual([
      { itemId: "item_1", role: "ai", text: "Hello.", atMs: 0, state: "spoken" },
      { itemId: "item_2", role: "human", text: "Are you open?", atMs: null, state: "speaking" },
    ]);
  });

  test("a turn that is kept is not told twice, and has the place that the appliance gave it", () => {
    const parts = said(aPart("item_1", "Hello"));

    const lines = transcriptLines([anEntry("item_0", 0), anEntry("item_1", 2_000)], parts, zeroMs);

    expect(lines.map(({ itemId, atMs, state }) => [itemId, atMs, state])).toEqual([
      ["item_0", 0, "spoken"],
      ["item_1", 2_000, "spoken"],
    ]);
  });

  test("an answer that the caller spoke into is marked, before and after it is kept", () => {
    const cut = { ...aPart("item_1", "Good mor"), final: true, interrupted: true };

    const before = transcriptLines([], said(cut), zeroMs);
    const after = transcriptLines([anEntry("item_1", 0, true)], nothingSaid, zeroMs);

    expect([...before, ...after].map(({ state }) => state)).toEqual(["interrupted", "interrupted"]);
  });

  test("what was said while it rang counts from the answer", () => {
    expect(transcriptLines([anEntry("item_1", -300)], nothingSaid, zeroMs)[0]?.atMs).toBe(0);
  });
});

function anEntry(
  itemId: string,
  atMs: number,
  interrupted = false,
): TranscriptView["entries"][number] {
  const timestamp = new Date(zeroMs + atMs).toISOString();
  return { itemId, role: "ai", text: "Hello.", timestamp, interrupted };
}

function said(...parts: readonly SpokenPart[]): SpokenParts {
  return new Map(parts.map((part) => [part.itemId, part]));
}

function aPart(itemId: string, text: string): SpokenPart {
  return { callId: "call_1", itemId, role: "human", text, interrupted: false, final: false };
}
