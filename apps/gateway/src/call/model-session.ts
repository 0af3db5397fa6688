import { type Clock, type Log, Secret } from "@agentcall/base";
import type { CallPlan } from "@agentcall/contract";
import {
  RealtimeSession,
  type RealtimeTransport,
  type SessionConfig,
  type TransportHandlers,
  WsTransport,
} from "@agentcall/realtime";
import type { G711Codec } from "@agentcall/media";
import type { MakeModelSession } from "./call-ports.ts";

const handshakeTimeoutMs = 4_000; // the answer deadline comes first: this is for what is left over
const transcriptionModel = "gpt-transcribe"; // the others end on 2027-02-26

/** How this gateway opens sessions with the model. */
export function modelSessions(options: {
  readonly clock: Clock;
  readonly log: Log;
  readonly realtimeTransport?: (plan: CallPlan, handlers: TransportHandlers) => RealtimeTransport;
}): MakeModelSession {
  return (plan, codec, callId, { onReport, onAudio }) => {
    const log = options.log.child({ callId });
    const makeTransport = (handlers: TransportHandlers): RealtimeTransport =>
      options.realtimeTransport?.(plan, handlers) ?? webSocketTransport(plan, log, handlers);
    return new RealtimeSession({
      transport: makeTransport,
      config: configOf(plan, codec),
      clock: options.clock,
      log,
      onReport,
      onAudio,
    });
  };
}

function webSocketTransport(
  plan: CallPlan,
  log: Log,
  handlers: TransportHandlers,
): RealtimeTransport {
  const url = new URL(plan.provider.realtimeUrl);
  url.searchParams.set("model", plan.agent.model);
  const apiKey = new Secret(plan.provider.apiKey);
  return new WsTransport({ url: url.href, apiKey, handshakeTimeoutMs, log }, handlers);
}

function configOf(plan: CallPlan, codec: G711Codec): SessionConfig {
  const { model, instructions, voice, language, firstMessage } = plan.agent;
  return {
    model,
    instructions,
    voice,
    language,
    codec,
    firstMessage,
    greets: true,
    tools: [],
    transcriptionModel,
    // 500 ms is what the newest models have themselves; 200 ms would clip callers who think.
    turnDetection: {
      kind: "server-vad",
      threshold: 0.5,
      prefixPaddingMs: 300,
      silenceDurationMs: 500,
    },
  };
}
