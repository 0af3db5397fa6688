import type { Clock, Log, Secret } from "@agentcall/base";
import type { CallId, CallKey, CallPlan } from "@agentcall/contract";
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
import { LateTransport } from "./late-transport.ts";
import { toolDefinitions } from "./tool-request.ts";

const handshakeTimeoutMs = 4_000; // the answer deadline comes first: this is for what is left over
const transcriptionModel = "gpt-transcribe"; // the others end on 2027-02-26

type ModelSessionsOptions = {
  readonly clock: Clock;
  readonly log: Log;
  readonly keys: CallKeys;
  /** Asks the control plane for the key of a further session. */
  readonly freshKey: (callId: CallId, key: CallKey) => Promise<Secret | null>;
  readonly realtimeTransport?: (plan: CallPlan, handlers: TransportHandlers) => RealtimeTransport;
};

/** How this gateway opens sessions with the model. */
export function modelSessions(options: ModelSessionsOptions): MakeModelSession {
  return ({ plan, codec, callId, greets }, { onReport, onAudio }) => {
    const log = options.log.child({ callId });
    const makeTransport = (handlers: TransportHandlers): RealtimeTransport =>
      options.realtimeTransport?.(plan, handlers) ??
      webSocketTransport(plan, callId, options, handlers);
    return new RealtimeSession({
      transport: makeTransport,
      config: configOf(plan, codec, greets),
      clock: options.clock,
      log,
      onReport,
      onAudio,
    });
  };
}

/** The first session of a call has the key that came with the plan; each further one asks for it again. */
function webSocketTransport(
  plan: CallPlan,
  callId: CallId,
  { keys, freshKey, log: mainLog }: ModelSessionsOptions,
  handlers: TransportHandlers,
): RealtimeTransport {
  const log = mainLog.child({ callId });
  const url = new URL(plan.provider.realtimeUrl);
  url.searchParams.set("model", plan.agent.model);
  const makeTransport = (apiKey: Secret): RealtimeTransport =>
    new WsTransport({ url: url.href, apiKey, handshakeTimeoutMs, log }, handlers);
  const ticket = plan.provider.apiKey;
  const first = keys.take(ticket);
  if (first !== null) return makeTransport(first);
  const askKey = (): Promise<Secret | null> => freshKey(callId, keys.kindOf(callId, ticket));
  return new LateTransport({ askKey, makeTransport, handlers });
}

function configOf(plan: CallPlan, codec: G711Codec, greets: boolean): SessionConfig {
  const { model, instructions, voice, language, firstMessage } = plan.agent;
  return {
    model,
    instructions,
    voice,
    language,
    codec,
    firstMessage,
    greets,
    tools: toolDefinitions(plan.tools),
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
