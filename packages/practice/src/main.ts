import { openLog } from "@agentcall/logging";
import { runProgram } from "@agentcall/program";
import { startBilling } from "./billing/billing-server.ts";
import { startPractice } from "./practice-server.ts";
import { readSettings } from "./settings.ts";

await runProgram({
  readSettings,
  start: async ({ port, scenario, billing: { port: billingPort, file }, logLevel }) => {
    const log = openLog("practice", logLevel);
    const practice = await startPractice({
      host: "127.0.0.1",
      port,
      scenario,
      log,
      recordAudioBytesMax: 0,
    });
    const billing = await startBilling({ file, port: billingPort, log });
    return {
      ready: { http: practice.http, billing: billing.url, billingKey: billing.publicKeyPem },
      log,
      close: async () => {
        await Promise.all([practice.close(), billing.close()]);
      },
    };
  },
});
