export { clientEventProblems, serverEventProblems } from "./event-schema.ts";
export { ScriptedTransport } from "./scripted-transport.ts";
export type { WireClientEvent, WireServerEvent } from "./wire-events.ts";
