import { systemClock, systemRandom } from "@agentcall/base";
import { openLog } from "@agentcall/logging";
import { readSecretFile, runProgram } from "@agentcall/program";
import { startControlPlane } from "./control-plane.ts";
import { readSettings } from "./settings.ts";
import { openRoot } from "./vault/root-setting.ts";

await runProgram({
  readSettings: (environment) => readSettings(environment, readSecretFile),
  start: async ({ logLevel, root, ...settings }) => {
    const log = openLog("control-plane", logLevel);
    const controlPlane = await startControlPlane({
      ...settings,
      root: openRoot(root),
      clock: systemClock(),
      random: systemRandom(),
      log,
    });
    const { http, https, certificateFingerprint, control, adminKey } = controlPlane;
    log.info({ http }, "the control plane serves");
    return {
      ready: {
        http,
        https,
        certificateFingerprint,
        control,
        adminKey: adminKey?.reveal() ?? null,
        isVaultSealed: controlPlane.isVaultSealed(),
      },
      log,
      close: () => controlPlane.close(),
    };
  },
});
