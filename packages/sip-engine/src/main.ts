import { readFileSync } from "node:fs";
import { AppError, Secret, systemClock, systemRandom } from "@agentcall/base";
import { openLog } from "@agentcall/logging";
import { startSipEngine } from "./engine/sip-engine.ts";
import { readSettings, type Settings } from "./settings.ts";

// The evaluation SIP engine as a program: settings by environment, `ready` over IPC, SIGTERM ends it.

const exitCodeOfWrongSettings = 2;

await run();

async function run(): Promise<void> {
  const settings = readSettings(process.env, readSecret);
  if (typeof settings === "string") {
    giveUp(settings, exitCodeOfWrongSettings);
    return;
  }
  try {
    await serve(settings);
  } catch (error) {
    if (!(error instanceof AppError)) throw error;
    giveUp(error.message, 1);
  }
}

async function serve({ logLevel, ...settings }: Settings): Promise<void> {
  const log = openLog("sip-engine", logLevel);
  const engine = await startSipEngine({
    ...settings,
    clock: systemClock(),
    random: systemRandom(),
    log,
  });
  const stop = (): void => {
    engine.close().then(
      () => process.exit(0),
      () => process.exit(1),
    );
  };
  process.once("SIGTERM", stop);
  process.once("SIGINT", stop);
  process.once("disconnect", stop);
  const { sip, drachtio } = engine;
  log.info({ sip, drachtio }, "the evaluation SIP engine serves");
  process.send?.({ event: "ready", sip, drachtio });
}

function giveUp(sentence: string, exitCode: number): void {
  process.stderr.write(`${sentence}\n`);
  process.exitCode = exitCode;
  if (process.connected) process.disconnect();
}

function readSecret(path: string): Secret | null {
  try {
    const text = readFileSync(path, "utf8").trim();
    return text === "" ? null : new Secret(text);
  } catch {
    return null; // told by the setting that named it
  }
}
