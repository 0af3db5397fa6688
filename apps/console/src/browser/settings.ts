import path from "node:path";
import { type LogLevel, parseLogLevel } from "@agentcall/logging";

export type Settings = {
  /** 0 takes a free port. */
  readonly port: number;
  /** Where Vite has put the page. */
  readonly rendererDir: string;
  /** The appliance that the pairing form names first. */
  readonly suggestedAddress: string | null;
  readonly logLevel: LogLevel;
};

const builtRenderer = path.resolve(import.meta.dirname, "../../out/renderer");

/** The settings of this process, or one sentence that says which is wrong. */
export function readSettings(
  environment: Readonly<Record<string, string | undefined>>,
): Settings | string {
  const port = environment["AGENTCALL_CONSOLE_PORT"] ?? "8081";
  if (!/^\d{1,5}$/.test(port) || Number(port) > 65_535) {
    return "AGENTCALL_CONSOLE_PORT is wrong: it must be a port from 0 to 65535.";
  }
  const logLevel = parseLogLevel(environment["AGENTCALL_LOG_LEVEL"] ?? "info");
  if (logLevel === null) {
    return "AGENTCALL_LOG_LEVEL is wrong: it must be trace, debug, info, warn or error.";
  }
  return {
    port: Number(port),
    rendererDir: environment["AGENTCALL_CONSOLE_DIR"] ?? builtRenderer,
    suggestedAddress: environment["AGENTCALL_CONSOLE_APPLIANCE"] ?? null,
    logLevel,
  };
}
