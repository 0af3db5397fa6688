import { readSettings } from "./settings.ts";
import { systemClock, systemRandom } from "@agentcall/base";
import { openLog } from "@agentcall/logging";
import { runProgram } from "@agentcall/program";
import { startBrowserConsole } from "./browser-console.ts";

// The console in a browser of this machine, for the evaluation and the tests.

await runProgram({
  readSettings,
  async start({ port, rendererDir, suggestedAddress, logLevel }) {
    const log = openLog("console", logLevel);
    const console = await startBrowserConsole({
      port,
      rendererDir,
      suggestedAddress,
      clock: systemClock(),
      random: systemRandom(),
      log,
    });
    log.info({ url: console.url }, "the console's page is served");
    return { ready: { url: console.url }, log, close: () => console.close() };
  },
});
