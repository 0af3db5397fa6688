/** One thing the agent does in an answer. */
export type AnswerStep =
  | { readonly kind: "say"; readonly text: string }
  /** A pure tone instead of speech, so that a test can measure what came through. */
  | {
      readonly kind: "tone";
      readonly frequencyHz: number;
      readonly ms: number;
      readonly text: string;
    }
  | { readonly kind: "call"; readonly name: string; readonly argumentsJson: string };

export type ScenarioTurn = {
  /** What the caller is taken to have said, whatever it was. */
  readonly caller: string;
  /** Further delay before the answer's first audio. */
  readonly delayMs: number;
  readonly agent: readonly AnswerStep[];
  /** The answer once the outputs of the tool calls have come. */
  readonly afterTools: readonly AnswerStep[];
};

/** What a response's JSON holds when the input has these words in it. */
export type ScriptedExtraction = {
  readonly when: string;
  readonly give: Readonly<Record<string, unknown>>;
};

/** A day's conversation, the same each time. */
export type Scenario = {
  readonly name: string;
  /** The first answer; null: what `response.create` asks to say. */
  readonly greeting: readonly AnswerStep[] | null;
  readonly turns: readonly ScenarioTurn[];
  /** After the last turn: the last again, or the first. */
  readonly after: "repeat-last" | "start-over";
  /** From asking for a response to its `response.created`. */
  readonly createdAfterMs: number;
  /** From `response.created` to the first audio. */
  readonly firstAudioAfterMs: number;
  /** Between two deltas of 250 ms of audio: 25 is ten times faster than real time. */
  readonly deltaEveryMs: number;
  /** From the caller's commit to the finished transcript of what the caller said. */
  readonly transcriptAfterMs: number;
  /** For `POST /v1/responses` with a schema: the first whose words stand in the input. */
  readonly extractions: readonly ScriptedExtraction[];
  /** From such a request to its answer. */
  readonly extractionAfterMs: number;
};

/** A scenario file that is not one: `message` names the place and what is wrong there. */
export class ScenarioError extends Error {
  override readonly name = "ScenarioError";
}

const turnsMax = 1000; // a scripted conversation is written by hand
const stepsMax = 20;
const textCharactersMax = 4000; // about five minutes of speech
const delayMsMax = 600_000;

const pace = {
  createdAfterMs: 90,
  firstAudioAfterMs: 310,
  deltaEveryMs: 25,
  transcriptAfterMs: 250,
  extractionAfterMs: 0,
};

/** Reads a scenario file's text. Throws `ScenarioError`. */
export function parseScenarioText(text: string): Scenario {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch (error) {
    throw new ScenarioError("the scenario is not JSON", { cause: error });
  }
  return parseScenario(value);
}

/**
 * Reads a scenario: `{ name?, greeting?: steps, turns: [{ caller, delayMs?, agent: steps,
 * afterTools?: steps }], after?, createdAfterMs?, firstAudioAfterMs?, deltaEveryMs?,
 * transcriptAfterMs?, extractions?: [{ when, give }], extractionAfterMs? }`, where a step is `{ say }`, `{ tone: { frequencyHz, ms } }` or
 * `{ call: { name, arguments } }`. Throws `ScenarioError` with the place.
 */
export function parseScenario(value: unknown): Scenario {
  const top = objectAt(value, "scenario", [
    "name",
    "greeting",
    "turns",
    "after",
    "createdAfterMs",
    "firstAudioAfterMs",
    "deltaEveryMs",
    "transcriptAfterMs",
    "extractions",
    "extractionAfterMs",
  ]);
  const after = top["after"] ?? "repeat-last";
  if (after !== "repeat-last" && after !== "start-over")
    throw new ScenarioError('after: must be "repeat-last" or "start-over"');
  return {
    name: textAt(top["name"] ?? "unnamed", "name"),
    greeting: top["greeting"] === undefined ? null : stepsAt(top["greeting"], "greeting"),
    turns: arrayAt(top["turns"], "turns", turnsMax).map((turn, index) =>
      turnAt(turn, `turns[${String(index)}]`),
    ),
    after,
    createdAfterMs: numberAt(
      top["createdAfterMs"] ?? pace.createdAfterMs,
      "createdAfterMs",
      0,
      delayMsMax,
    ),
    firstAudioAfterMs: numberAt(
      top["firstAudioAfterMs"] ?? pace.firstAudioAfterMs,
      "firstAudioAfterMs",
      0,
      delayMsMax,
    ),
    deltaEveryMs: numberAt(top["deltaEveryMs"] ?? pace.deltaEveryMs, "deltaEveryMs", 0, delayMsMax),
    transcriptAfterMs: numberAt(
      top["transcriptAfterMs"] ?? pace.transcriptAfterMs,
      "transcriptAfterMs",
      0,
      delayMsMax,
    ),
    extractions: arrayAt(top["extractions"] ?? [], "extractions", turnsMax).map((value, index) =>
      extractionAt(value, `extractions[${String(index)}]`),
    ),
    extractionAfterMs: numberAt(
      top["extractionAfterMs"] ?? pace.extractionAfterMs,
      "extractionAfterMs",
      0,
      delayMsMax,
    ),
  };
}

function extractionAt(value: unknown, place: string): ScriptedExtraction {
  const extraction = objectAt(value, place, ["when", "give"]);
  return {
    when: textAt(extraction["when"], `${place}.when`),
    give: objectAt(extraction["give"], `${place}.give`, null),
  };
}

function turnAt(value: unknown, place: string): ScenarioTurn {
  const turn = objectAt(value, place, ["caller", "delayMs", "agent", "afterTools"]);
  return {
    caller: textAt(turn["caller"], `${place}.caller`),
    delayMs: numberAt(turn["delayMs"] ?? 0, `${place}.delayMs`, 0, delayMsMax),
    agent: stepsAt(turn["agent"], `${place}.agent`),
    afterTools:
      turn["afterTools"] === undefined ? [] : stepsAt(turn["afterTools"], `${place}.afterTools`),
  };
}

function stepsAt(value: unknown, place: string): readonly AnswerStep[] {
  const steps = Array.isArray(value) ? arrayAt(value, place, stepsMax) : [value];
  if (steps.length === 0) throw new ScenarioError(`${place}: must hold at least one step`);
  return steps.map((step, index) => stepAt(step, `${place}[${String(index)}]`));
}

function stepAt(value: unknown, place: string): AnswerStep {
  const step = objectAt(value, place, ["say", "tone", "call"]);
  if (Object.keys(step).length !== 1)
    throw new ScenarioError(`${place}: must be one of { say }, { tone }, { call }`);
  if (step["say"] !== undefined) return { kind: "say", text: textAt(step["say"], `${place}.say`) };
  if (step["tone"] !== undefined) return toneAt(step["tone"], `${place}.tone`);
  const call = objectAt(step["call"], `${place}.call`, ["name", "arguments"]);
  const given = objectAt(call["arguments"] ?? {}, `${place}.call.arguments`, null);
  return {
    kind: "call",
    name: textAt(call["name"], `${place}.call.name`),
    argumentsJson: JSON.stringify(given),
  };
}

function toneAt(value: unknown, place: string): AnswerStep {
  const tone = objectAt(value, place, ["frequencyHz", "ms"]);
  const frequencyHz = numberAt(tone["frequencyHz"], `${place}.frequencyHz`, 50, 3900);
  const ms = numberAt(tone["ms"], `${place}.ms`, 20, delayMsMax);
  return { kind: "tone", frequencyHz, ms, text: `tone of ${String(frequencyHz)} Hz` };
}

function objectAt(
  value: unknown,
  place: string,
  keys: readonly string[] | null,
): Readonly<Record<string, unknown>> {
  if (typeof value !== "object" || value === null || Array.isArray(value))
    throw new ScenarioError(`${place}: must be an object`);
  const stranger = Object.keys(value).find((key) => keys?.includes(key) === false);
  if (stranger !== undefined) throw new ScenarioError(`${place}: does not know "${stranger}"`);
  return value as Readonly<Record<string, unknown>>;
}

function arrayAt(value: unknown, place: string, lengthMax: number): readonly unknown[] {
  if (!Array.isArray(value)) throw new ScenarioError(`${place}: must be a list`);
  if (value.length > lengthMax)
    throw new ScenarioError(`${place}: holds more than ${String(lengthMax)}`);
  return value;
}

function textAt(value: unknown, place: string): string {
  if (typeof value !== "string" || value === "" || value.length > textCharactersMax)
    throw new ScenarioError(
      `${place}: must be text of 1 to ${String(textCharactersMax)} characters`,
    );
  return value;
}

function numberAt(value: unknown, place: string, min: number, max: number): number {
  if (typeof value !== "number" || !(value >= min && value <= max))
    throw new ScenarioError(`${place}: must be a number from ${String(min)} to ${String(max)}`);
  return value;
}
