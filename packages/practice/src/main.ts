import { readFileSync } from "node:fs";
import process from "node:process";
import { openLog, parseLogLevel } from "@agentcall/logging";
import { defaultScenario } from "./default-scenario.ts";
import { startPractice } from "./practice-server.ts";
import { parseScenarioText, type Scenario } from "./scenario.ts";

// The practice provider as a program: settings by environment, `ready` over IPC, SIGTERM ends it.

class SettingError extends Error {
  override readonly name = "SettingError";
}

try {
  await main();
} catch (error) {
  const isSetting = error instanceof SettingError;
  process.stderr.write(`practice provider: ${error instanceof Error ? error.message : "failed"}\n`);
  process.exit(isSetting ? 2 : 1);
}

async function main(): Promise<void> {
  const port = portSetting();
  const scenario = scenarioSetting();
  const level = parseLogLevel(process.env["AGENTCALL_LOG_LEVEL"] ?? "info");
  if (level === null)
    throw new SettingError("AGENTCALL_LOG_LEVEL must be trace, debug, info, warn or error");
  const log = openLog("practice", level);
  const practice = await startPractice({
    host: "127.0.0.1",
    port,
    scenario,
    log,
    recordAudioBytesMax: 0,
  });
  const end = (): void => {
    void practice.close().finally(() => process.exit(0));
  };
  process.once("SIGTERM", end);
  process.once("SIGINT", end);
  process.once("disconnect", end);
  process.send?.({ event: "ready", http: practice.http });
}

function portSetting(): number {
  const text = process.env["AGENTCALL_PRACTICE_PORT"] ?? "0";
  if (!/^\d{1,5}$/.test(text) || Number(text) > 65_535)
    throw new SettingError("AGENTCALL_PRACTICE_PORT must be a port from 0 to 65535");
  return Number(text);
}

function scenarioSetting(): Scenario {
  const file = process.env["AGENTCALL_PRACTICE_SCENARIO"];
  if (file === undefined || file === "") return defaultScenario;
  try {
    return parseScenarioText(readFileSync(file, "utf8"));
  } catch (error) {
    const why = error instanceof Error ? error.message : "unreadable";
    throw new SettingError(`AGENTCALL_PRACTICE_SCENARIO: ${why}`, { cause: error });
  }
}
