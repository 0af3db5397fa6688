export type { AudioDelta } from "./audio-delta.ts";
export {
  type ClassifiedRefusal,
  classifyRefusal,
  type RefusalEvidence,
} from "./classify-refusal.ts";
export type { ClientEvent } from "./client-event.ts";
export { decideSession, newSession } from "./decide-session.ts";
export type { ProviderFault, ProviderRefusal } from "./provider-refusal.ts";
export { RealtimeSession, type RealtimeSessionOptions } from "./realtime-session.ts";
export type { RealtimeTransport, TransportHandlers, UpgradeRefusal } from "./realtime-transport.ts";
export type { ResponseStatus, ServerEvent } from "./server-event.ts";
export { defaultRealtimeModel, type SessionConfig, type ToolDefinition } from "./session-config.ts";
export type { SessionReport, SpokenItem } from "./session-report.ts";
export type {
  HeardItem,
  SessionAction,
  SessionInput,
  SessionState,
  SessionStep,
  SpokenLine,
} from "./session-state.ts";
export type { TokenUsage } from "./token-usage.ts";
export { WsTransport, type WsTransportOptions } from "./ws-transport.ts";
