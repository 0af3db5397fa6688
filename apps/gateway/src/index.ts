export type { CallTiming } from "./call/call-ports.ts";
export { type Gateway, type GatewayOptions, type GatewayState, startGateway } from "./gateway.ts";
