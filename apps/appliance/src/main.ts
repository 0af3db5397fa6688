import { appendFileSync } from "node:fs";
import path from "node:path";
import { AppError, systemClock, systemRandom } from "@agentcall/base";
import { openLog } from "@agentcall/logging";
import { type RunningAppliance, startAppliance } from "./appliance.ts";
import { panel, readyLine } from "./panel.ts";
import { readSettings, type Settings } from "./settings.ts";

const wrongSettingCode = 2;
const interruptedCode = 130; // 128 and SIGINT, as shells count it
const sameSignalMs = 1_000;

await main();

async function main(): Promise<void> {
  const [option, ...more] = process.argv.slice(2);
  if ((option !== undefined && option !== "--json") || more.length > 0) {
    complain("npm start knows one option: --json.", wrongSettingCode);
    return;
  }
  const settings = readSettings(process.env, process.cwd());
  if (typeof settings === "string") complain(settings, wrongSettingCode);
  else await run(settings, option === "--json");
}

async function run(settings: Settings, isForMachines: boolean): Promise<void> {
  const starting = startAppliance({
    settings,
    clock: systemClock(),
    random: systemRandom(),
    log: (dataDir) =>
      openLog("appliance", settings.logLevel, (line) => {
        appendFileSync(path.join(dataDir, "logs", "appliance.log"), line, { mode: 0o600 });
      }),
    onDeath: (name, how, againInMs) => {
      if (!isForMachines)
        say(`${name} died (${how}); it is started again in ${String(Math.round(againInMs))} ms.`);
    },
  });
  endOnSignals(starting);
  try {
    const appliance = await starting;
    say(isForMachines ? readyLine(appliance) : panel(appliance));
  } catch (error) {
    if (!(error instanceof AppError)) throw error;
    complain(error.message, wrongSettingCode);
  }
}

/**
 * Ctrl-C ends everything in order; another one, a second later, ends it at once. The same Ctrl-C
 * may arrive more than once, from the terminal and from npm.
 */
function endOnSignals(starting: Promise<RunningAppliance>): void {
  const clock = systemClock();
  let firstAtMs: number | null = null;
  const end = (exitCode: number): void => {
    firstAtMs ??= clock.monotonicMs();
    const isSecond = clock.monotonicMs() - firstAtMs > sameSignalMs;
    starting.then(
      async (appliance) => {
        if (isSecond) appliance.kill();
        else await appliance.stop();
        process.exit(exitCode);
      },
      () => undefined, // it never started: the complaint is printed already
    );
  };
  process.on("SIGINT", () => {
    end(interruptedCode);
  });
  process.on("SIGTERM", () => {
    end(0);
  });
}

function say(text: string): void {
  process.stdout.write(`${text}\n`);
}

function complain(sentence: string, exitCode: number): void {
  process.stderr.write(`${sentence}\n`);
  process.exitCode = exitCode;
}
