import type { RealtimeClientEvent } from "openai/resources/realtime/realtime";

/** What a client may send, in the words of the provider's own package. */
export type ClientEvent = RealtimeClientEvent;
