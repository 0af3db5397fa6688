import { systemClock, systemRandom } from "@agentcall/base";
import { openLog, parseLogLevel } from "@agentcall/logging";
import { readSecretFile, runProgram } from "@agentcall/program";
import { startGateway } from "./gateway.ts";
import { readSettings } from "./settings.ts";

await runProgram({
  readSettings: (environment) => readSettings(environment, readSecretFile, parseLogLevel),
  start: async ({ logLevel, ...settings }) => {
    const log = openLog("gateway", logLevel);
    const gateway = await startGateway({
      ...settings,
      clock: systemClock(),
      random: systemRandom(),
      log,
    });
    await gateway.ready;
    log.info({}, "the gateway takes calls");
    return { ready: {}, log, close: () => gateway.close() };
  },
});
