import { systemClock, systemRandom } from "@agentcall/base";
import { openLog } from "@agentcall/logging";
import { readSecretFile, runProgram } from "@agentcall/program";
import { startSipEngine } from "./engine/sip-engine.ts";
import { readSettings } from "./settings.ts";

await runProgram({
  readSettings: (environment) => readSettings(environment, readSecretFile),
  start: async ({ logLevel, ...settings }) => {
    const log = openLog("sip-engine", logLevel);
    const engine = await startSipEngine({
      ...settings,
      clock: systemClock(),
      random: systemRandom(),
      log,
    });
    const { sip, sips, drachtio } = engine;
    log.info({ sip, sips, drachtio }, "the evaluation SIP engine serves");
    return { ready: { sip, drachtio }, log, close: () => engine.close() };
  },
});
