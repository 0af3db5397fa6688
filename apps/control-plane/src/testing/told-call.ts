import type { CallExtraction, CallId, NumberId } from "@agentcall/contract";
import { putBrief, putReport } from "../reports/report-store.ts";
import { setSearchSummary, setSearchTranscript } from "../search/call-search.ts";
import {
  endedEvent,
  recordOf,
  startedAtMs,
  startedEvent,
  toolEvent,
  turnEvent,
  turnOf,
} from "./call-facts.ts";
import type { OpenApp } from "./open-app.ts";

const teller = { gatewayId: "gateway-1", bootId: "boot-1" };

/** An extraction in which nothing was found. */
export const emptyExtraction: CallExtraction = {
  summary: "Somebody called.",
  callerName: null,
  intent: "other",
  urgency: "low",
  callbackBy: null,
  spam: false,
  entities: [],
  facts: [],
  preferences: [],
  decisions: [],
  commitments: [],
  tasks: [],
  risks: [],
  unresolved: [],
  nextCallContext: "",
  ownerBrief: "",
};

export type ToldCall = {
  readonly callId: CallId;
  readonly numberId?: NumberId | null;
  readonly from?: string;
  /** A minute long. */
  readonly beganAtMs?: number;
  /** What the caller says. */
  readonly words: string;
  /** What the report says; null: there is none yet. */
  readonly summary: string | null;
};

/** Writes a call of a minute with its transcript, a tool call, its report and the owner's brief. */
export async function tellCall(house: OpenApp, told: ToldCall): Promise<void> {
  const { callId, numberId = null, beganAtMs = startedAtMs, words, summary } = told;
  const from = told.from ?? "+14155550199";
  const id = (name: string): string => `evt_${callId.replaceAll("_", "")}${name}`;
  await house.calls.apply(teller, [
    startedEvent({ callId, numberId, from, eventId: id("a"), atMs: beganAtMs }),
    turnEvent(turnOf({ itemId: "i1", speaker: "human", text: words, heardMs: null }), id("b"), {
      callId,
    }),
    toolEvent({ previousItemId: "i1", argumentsJson: JSON.stringify({ words }) }, id("c"), callId),
    endedEvent(
      recordOf({
        ...{ callId, numberId, from },
        startedAtMs: beganAtMs,
        answeredAtMs: beganAtMs + 2_000,
        endedAtMs: beganAtMs + 62_000,
      }),
      id("d"),
    ),
  ]);
  await house.db.tx(async (writer) => {
    const turn = turnOf({ text: words });
    await setSearchTranscript(writer, callId, [turn]);
    if (summary === null) return;
    const report = { ...emptyExtraction, summary };
    await putReport(writer, { callId, state: "ready", report, updatedAtMs: beganAtMs });
    await setSearchSummary(writer, callId, summary);
    const brief = { id: `brief_${callId}`, callId, contactId: null, text: summary, urgency: "low" };
    await putBrief(writer, brief, beganAtMs);
  });
}
