import type { RealtimeServerEvent } from "openai/resources/realtime/realtime";

/** What the provider's own package says a server may send: the root of the generated schema. */
export type ServerEvent = RealtimeServerEvent;
