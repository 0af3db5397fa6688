import type { RealtimeClientEvent, RealtimeServerEvent } from "openai/resources/realtime/realtime";

// The roots of the generated schemas: what the provider's own package says either side may send.
export type WireClientEvent = RealtimeClientEvent;
export type WireServerEvent = RealtimeServerEvent;
