export { type Gateway, type GatewayOptions, type GatewayState, startGateway } from "./gateway.ts";
