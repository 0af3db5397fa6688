import {
  type CallEvent,
  type CallId,
  inboundConfigSchema,
  type OutboundDefaults,
  outboundDefaultsSchema,
} from "@agentcall/contract";
import type { RegisteredNumber } from "../numbers/number-store.ts";
import type { SqlReader, SqlWriter } from "../sqlite/database.ts";

/** Nobody hears us wait before a call is placed: a slow provider may take its time. */
const sessionMsMax = 10_000;

/** Keeps who speaks in a call that is placed, until it is over. */
export async function keepAgent(
  writer: SqlWriter,
  callId: CallId,
  agent: OutboundDefaults,
): Promise<void> {
  await writer.run(
    "INSERT INTO outbound_call (call_id, agent) VALUES (?, ?)",
    callId,
    JSON.stringify(agent),
  );
}

/** Who speaks in a call that is placed; null when it is over, or came to us. */
export async function agentOf(reader: SqlReader, callId: CallId): Promise<OutboundDefaults | null> {
  const row = await reader.get("SELECT agent FROM outbound_call WHERE call_id = ?", callId);
  return row === null ? null : outboundDefaultsSchema.parse(JSON.parse(String(row["agent"])));
}

/** A `CallFollower`: what the agent was told is not kept beyond its call. */
export async function forgetAgent(writer: SqlWriter, event: CallEvent): Promise<void> {
  if (event.kind !== "call.ended") return;
  await writer.run("DELETE FROM outbound_call WHERE call_id = ?", event.callId);
}

/** A number with another agent in the place of its own: what it may spend stays. */
export function speakingAs(number: RegisteredNumber, agent: OutboundDefaults): RegisteredNumber {
  const { mode, systemPrompt, voice, language, firstMessage, maxDurationSecs } = agent;
  const { liveTranscript, record, recording, model, tools, fallback } = agent;
  const usual = inboundConfigSchema.parse({ mode, systemPrompt });
  const speaking = { voice, language, firstMessage, maxDurationSecs, liveTranscript };
  const { actionWebhook = null, limits = usual.limits } = number.inbound ?? {};
  const answerDeadlineMs = sessionMsMax;
  return {
    ...number,
    inbound: {
      ...{ ...usual, ...speaking, record, recording, model, tools, fallback },
      ...{ actionWebhook, limits, answerDeadlineMs },
    },
  };
}
