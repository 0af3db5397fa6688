export { type LogLevel, openLog, parseLogLevel } from "./open-log.ts";
export { scrub } from "./scrub.ts";
