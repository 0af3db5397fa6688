import { type CallExtraction, callReportSchema } from "@agentcall/contract";
import { resampleTo8k, parseWav } from "@agentcall/media";
import { parseScenario, type Scenario } from "@agentcall/practice";
import { readFileSync } from "node:fs";
import { eventually } from "./eventually.ts";
import { demoNumber, type House } from "./house.ts";

/** One call of the story: what the caller says, turn by turn, and what the provider draws from it. */
export type Chapter = {
  readonly turns: readonly {
    readonly caller: string;
    readonly agent: unknown;
    readonly afterTools?: unknown;
  }[];
  readonly report: Partial<CallExtraction>;
};

const question = readQuestion();

/** The scenario of one call; the provider takes a second for its report. */
function scenarioOf({ turns, report }: Chapter): Scenario {
  const first = turns[0]?.caller ?? "";
  return parseScenario({
    greeting: [{ say: "Hello." }],
    turns,
    extractions: [{ when: first, give: report }],
    extractionAfterMs: 1_000,
  });
}

/** Makes the call as it is written, and waits for its report. */
export async function live(
  house: House,
  chapter: Chapter,
): Promise<{ readonly callId: string; readonly hungUpAt: string; readonly readyAt: string }> {
  house.practice.follow(scenarioOf(chapter));
  const call = await house.answeredCall({ to: demoNumber });
  const callId = call.callId ?? "";
  for (const [index, { caller }] of chapter.turns.entries()) {
    await eventually(`the agent has spoken ${String(index + 1)} times`, () =>
      hasSpoken(house, callId, index + 1),
    );
    await call.audio.play(question);
    await eventually(`the agent has heard: ${caller}`, () => wasSaid(house, callId, caller));
  }
  await eventually("the agent has said the last word", () =>
    hasSpoken(house, callId, chapter.turns.length + 1),
  );
  await call.hangUp();
  const { endedAt } = await house.ended(call);
  await eventually("the report is there", () =>
    house.messages.some(
      ({ event, data }) => event === "call.report.ready" && data["callId"] === callId,
    ),
  );
  const report = callReportSchema.parse(await house.ask("GET", `/v1/calls/${callId}/report`));
  return { callId, hungUpAt: endedAt ?? "", readyAt: report.readyAt };
}

function turnsOf(house: House, callId: string): readonly Readonly<Record<string, unknown>>[] {
  return house.messages
    .filter(({ event, data }) => event === "transcript.partial" && data["callId"] === callId)
    .map(({ data }) => data)
    .filter(({ final }) => final === true);
}

function hasSpoken(house: House, callId: string, times: number): boolean {
  return turnsOf(house, callId).filter(({ role }) => role === "ai").length >= times;
}

function wasSaid(house: House, callId: string, words: string): boolean {
  return turnsOf(house, callId).some(({ text }) => text === words);
}

function readQuestion(): Int16Array {
  const bytes = readFileSync(new URL("../../packages/phone/assets/question.wav", import.meta.url));
  const wav = parseWav(bytes);
  if (typeof wav === "string") throw new Error(wav);
  return resampleTo8k(wav.samples, 8_000);
}
