import { readFileSync } from "node:fs";
import { AppError, Secret, systemClock, systemRandom } from "@agentcall/base";
import { openLog } from "@agentcall/logging";
import { startControlPlane } from "./control-plane.ts";
import { readSettings, type Settings } from "./settings.ts";

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

async function serve(settings: Settings): Promise<void> {
  const log = openLog("control-plane", settings.logLevel);
  const controlPlane = await startControlPlane({
    ...settings,
    clock: systemClock(),
    random: systemRandom(),
    log,
  });
  let stopping = false;
  const stop = (reason: string): void => {
    if (stopping) return;
    stopping = true;
    log.info({ reason }, "the control plane is being stopped");
    controlPlane.close().then(
      () => process.exit(0),
      (error: unknown) => {
        log.error({ err: error }, "the control plane could not be stopped cleanly");
        process.exit(1);
      },
    );
  };
  for (const signal of ["SIGTERM", "SIGINT"] as const) {
    process.on(signal, () => {
      stop(signal);
    });
  }
  process.on("disconnect", () => {
    stop("the supervisor is gone");
  });
  const { http, control, adminKey } = controlPlane;
  log.info({ http }, "the control plane serves");
  process.send?.({ event: "ready", http, control, adminKey: adminKey?.reveal() ?? null });
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
