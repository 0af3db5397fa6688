import { readFileSync } from "node:fs";
import { Secret, systemClock, systemRandom } from "@agentcall/base";
import { openLog, parseLogLevel } from "@agentcall/logging";
import { startGateway } from "./gateway.ts";
import { readSettings, type Settings } from "./settings.ts";

const exitCodeOfWrongSettings = 2;

await run();

async function run(): Promise<void> {
  const settings = readSettings(process.env, readSecret, parseLogLevel);
  if (typeof settings === "string") {
    process.stderr.write(`${settings}\n`);
    process.exitCode = exitCodeOfWrongSettings;
    if (process.connected) process.disconnect();
    return;
  }
  await serve(settings);
}

async function serve(settings: Settings): Promise<void> {
  const log = openLog("gateway", settings.logLevel);
  const gateway = await startGateway({
    ...settings,
    clock: systemClock(),
    random: systemRandom(),
    log,
  });
  let stopping = false;
  const stop = (reason: string): void => {
    if (stopping) return;
    stopping = true;
    log.info({ reason }, "the gateway is being stopped");
    gateway.close().then(
      () => process.exit(0),
      (error: unknown) => {
        log.error({ err: error }, "the gateway could not be stopped cleanly");
        process.exit(1);
      },
    );
  };
  process.on("SIGTERM", () => {
    stop("SIGTERM");
  });
  process.on("SIGINT", () => {
    stop("SIGINT");
  });
  process.on("disconnect", () => {
    stop("the supervisor is gone");
  });
  await gateway.ready;
  log.info({}, "the gateway takes calls");
  process.send?.({ event: "ready" });
}

function readSecret(path: string): Secret | null {
  try {
    return new Secret(readFileSync(path, "utf8").trim());
  } catch {
    return null; // told by the setting that named it
  }
}
