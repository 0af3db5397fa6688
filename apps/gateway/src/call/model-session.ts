import { type Clock, invariant, type Log } from "@agentcall/base";
import type { CallPlan } from "@agentcall/contract";
import {
  RealtimeSession,
  type RealtimeTransport,
  type SessionConfig,
  type TransportHandlers,
  WsTransport,
} from "@agentcall/realtime";
import type { G711Codec } from "@agentcall/media";
import type { CallKeys } from "../control/call-keys.ts";
import type { MakeModelSession } from "./call-ports.ts";

const handshakeTimeoutMs = 4_000; // the answer deadline comes first: this is for what is left over
const transcriptionModel = "gpt-transcribe"; // the others end on 2027-02-26

/** How this gateway opens sessions with the model. */
export function modelSessions(options: {
  readonly clock: Clock;
  readonly log: Log;
  readonly keys: CallKeys;
  readonly realtimeTransport?: (plan: CallPlan, handlers: TransportHandlers) => RealtimeTransport;
}): MakeModelSession {
  return (plan, codec, callId, { onReport, onAudio }) => {
    const log = options.log.child({ callId });
    const makeTransport = (handlers: TransportHandlers): RealtimeTransport =>
      options.realtimeTransport?.(plan, handlers) ??
      webSocketTransport(plan, options.keys, log, handlers);
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
  keys: CallKeys,
  log: Log,
  handlers: TransportHandlers,
): RealtimeTransport {
  const url = new URL(plan.provider.realtimeUrl);
  url.searchParams.set("model", plan.agent.model);
  const apiKey = keys.take(plan.provider.apiKey);
  invariant(apiKey !== null, "a session is opened once, with the key that came with its plan");
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
