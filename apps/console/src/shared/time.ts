export { type Clock, systemClock, type Timer } from "@agentcall/base";
