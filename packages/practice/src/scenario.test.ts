import { describe, expect, test } from "vitest";
import { defaultScenario } from "./default-scenario.ts";
import { parseScenario, parseScenarioText } from "./scenario.ts";

describe("parseScenario", () => {
  test("fills in the pace of the real service", () => {
    const scenario = parseScenario({ turns: [{ caller: "Hello.", agent: { say: "Good day." } }] });

    expect(scenario).toEqual({
      name: "unnamed",
      greeting: null,
      turns: [
        {
          caller: "Hello.",
          delayMs: 0,
          agent: [{ kind: "say", text: "Good day." }],
          afterTools: [],
        },
      ],
      after: "repeat-last",
      createdAfterMs: 90,
      firstAudioAfterMs: 310,
      deltaEveryMs: 25,
      transcriptAfterMs: 250,
      extractions: [],
      extractionAfterMs: 0,
    });
  });

  test.each([
    [[], "scenario: must be an object"],
    [{}, "turns: must be a list"],
    [{ turns: [], tempo: 1 }, 'scenario: does not know "tempo"'],
    [{ turns: [{ agent: { say: "x" } }] }, "turns[0].caller: must be text of 1 to 4000 characters"],
    [{ turns: [{ caller: "x", agent: [] }] }, "turns[0].agent: must hold at least one step"],
    [
      { turns: [{ caller: "x", agent: { say: "x", tone: {} } }] },
      "turns[0].agent[0]: must be one of { say }, { tone }, { call }",
    ],
    [
      { turns: [], greeting: { tone: { frequencyHz: 5000, ms: 100 } } },
      "greeting[0].tone.frequencyHz: must be a number from 50 to 3900",
    ],
    [{ turns: [], after: "sleep" }, 'after: must be "repeat-last" or "start-over"'],
  ])("names the place and the fault of %j", (value, message) => {
    expect(() => parseScenario(value)).toThrow(message);
  });

  test("says so when a file is not JSON", () => {
    expect(() => parseScenarioText("turns: []")).toThrow("the scenario is not JSON");
  });

  test("the default scenario starts over after its last turn", () => {
    expect(defaultScenario.turns.length).toBeGreaterThan(3);
    expect(defaultScenario.after).toBe("start-over");
  });
});
