import { readFileSync } from "node:fs";
import { type LogLevel, parseLogLevel } from "@agentcall/logging";
import { defaultScenario } from "./default-scenario.ts";
import { parseScenarioText, type Scenario } from "./scenario.ts";

export type Settings = {
  /** 0 takes a free one. */
  readonly port: number;
  readonly scenario: Scenario;
  readonly billing: {
    /** 0 takes a free one. */
    readonly port: number;
    /** The books of billing. */
    readonly file: string;
  };
  readonly logLevel: LogLevel;
};

type Environment = Readonly<Record<string, string | undefined>>;

/** The settings of the practice provider, or one sentence that says which is wrong. */
export function readSettings(environment: Environment): Settings | string {
  const port = readPort(environment, "AGENTCALL_PRACTICE_PORT");
  if (typeof port === "string") return port;
  const billingPort = readPort(environment, "AGENTCALL_BILLING_PORT");
  if (typeof billingPort === "string") return billingPort;
  const logLevel = parseLogLevel(environment["AGENTCALL_LOG_LEVEL"] ?? "info");
  if (logLevel === null) {
    return "AGENTCALL_LOG_LEVEL is wrong: it must be trace, debug, info, warn or error.";
  }
  const scenario = readScenario(environment["AGENTCALL_PRACTICE_SCENARIO"]);
  if (typeof scenario === "string") return scenario;
  const file = environment["AGENTCALL_BILLING_FILE"] ?? ":memory:";
  return { port, scenario, billing: { port: billingPort, file }, logLevel };
}

function readPort(environment: Environment, name: string): number | string {
  const text = environment[name] ?? "0";
  const port = /^\d{1,5}$/.test(text) ? Number(text) : Number.NaN;
  return port <= 65_535 ? port : `${name} is wrong: it must be a port from 0 to 65535.`;
}

function readScenario(file: string | undefined): Scenario | string {
  if (file === undefined || file === "") return defaultScenario;
  try {
    return parseScenarioText(readFileSync(file, "utf8"));
  } catch (error) {
    const why = error instanceof Error ? error.message : "it cannot be read";
    return `AGENTCALL_PRACTICE_SCENARIO is wrong: ${why}.`;
  }
}
