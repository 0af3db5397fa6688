import { openLog } from "@agentcall/logging";
import { runProgram } from "@agentcall/program";
import { startPractice } from "./practice-server.ts";
import { readSettings } from "./settings.ts";

await runProgram({
  readSettings,
  start: async ({ port, scenario, logLevel }) => {
    const log = openLog("practice", logLevel);
    const practice = await startPractice({
      host: "127.0.0.1",
      port,
      scenario,
      log,
      recordAudioBytesMax: 0,
    });
    return { ready: { http: practice.http }, log, close: () => practice.close() };
  },
});
