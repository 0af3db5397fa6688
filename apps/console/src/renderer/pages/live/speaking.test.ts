import { describe, expect, test } from "vitest";
import type { SpokenPart } from "../../api/spoken-part.ts";
import { nextSpeaking, type Speaking } from "./speaking.ts";

const silence: Speaking = new Map();

describe("who speaks on a call", () => {
  test("is the one whose turn is being told, until it is told as a whole", () => {
    const during = nextSpeaking(silence, aPart({ role: "ai", final: false }));
    const after = nextSpeaking(during, aPart({ role: "ai", final: true }));

    expect([...during]).toEqual([["call_1", "ai"]]);
    expect([...after]).toEqual([]);
  });

  test("changes with the first words of the other one, whose former turn may end later", () => {
    const agent = nextSpeaking(silence, aPart({ role: "ai", final: false }));
    const caller = nextSpeaking(agent, aPart({ role: "human", final: false }));

    expect([...nextSpeaking(caller, aPart({ role: "ai", final: true }))]).toEqual([
      ["call_1", "human"],
    ]);
  });

  test("is the same map where nothing has changed, so that no row is drawn anew", () => {
    const agent = nextSpeaking(silence, aPart({ role: "ai", final: false }));

    expect(nextSpeaking(agent, aPart({ role: "ai", final: false }))).toBe(agent);
    expect(nextSpeaking(agent, aPart({ role: "human", final: true }))).toBe(agent);
  });
});

function aPart(part: Pick<SpokenPart, "role" | "final">): SpokenPart {
  return { callId: "call_1", itemId: "item_1", text: "Hello.", interrupted: false, ...part };
}
