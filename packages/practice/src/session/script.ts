import type { AnswerStep, Scenario, ScenarioTurn } from "../scenario.ts";
import { greetingOf, plainGreeting } from "./greeting.ts";

const nothingWritten: ScenarioTurn = {
  caller: "(something the practice provider does not understand)",
  delayMs: 0,
  agent: [{ kind: "say", text: plainGreeting }],
  afterTools: [],
};

/** Where one session is in its scenario. */
export class Script {
  readonly #scenario: Scenario;
  #turnIndex = 0;
  #current: ScenarioTurn | null = null;

  constructor(scenario: Scenario) {
    this.#scenario = scenario;
  }

  /** The caller has had a turn: what was said, and what the agent says to it. */
  nextTurn(): ScenarioTurn {
    const { turns, after } = this.#scenario;
    const last = Math.max(0, turns.length - 1);
    const index =
      after === "start-over" ? this.#turnIndex % (last + 1) : Math.min(this.#turnIndex, last);
    this.#turnIndex += 1;
    this.#current = turns[index] ?? nothingWritten;
    return this.#current;
  }

  /** The answer that nobody's turn has asked for. */
  greeting(instructions: string): readonly AnswerStep[] {
    return this.#scenario.greeting ?? [{ kind: "say", text: greetingOf(instructions) }];
  }

  afterTools(): readonly AnswerStep[] {
    const steps = this.#current?.afterTools ?? [];
    return steps.length > 0 ? steps : [{ kind: "say", text: "Thank you for waiting. It is done." }];
  }
}
