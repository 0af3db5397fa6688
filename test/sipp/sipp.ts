import { spawn, spawnSync } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, readFileSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { eventually } from "../support/eventually.ts";
import { freePort } from "../support/free-port.ts";
import { type Scenario, scenarioXml } from "./scenario.ts";

/** What one run of sipp is to do. */
export type SippRun = {
  /** A file of test/sipp/scenarios, without its ending; or a scenario made here. */
  readonly scenario: string | Scenario;
  readonly transport: "udp" | "tcp";
  readonly target: { readonly host: string; readonly port: number };
  /** The number that is dialled. */
  readonly dialled: string;
  readonly calls?: number;
  readonly callsPerSecond?: number;
};

/** What came of it. `problems` is sipp's own error file: the first message that was not as expected. */
export type SippResult = {
  readonly exitCode: number | null;
  readonly successful: number;
  readonly failed: number;
  readonly retransmissions: number;
  readonly problems: string;
};

const runSecsMax = 50; // below the limit of a test, so that sipp's own report is seen

/**
 * Whether scenarios run: where Debian's sipp (package sip-tester) is, and in CI always, where they
 * fail without it. Elsewhere they are shown as skipped.
 */
export const canRunSipp =
  process.env["CI"] === "true" ||
  spawnSync("sipp", ["-v"], { stdio: "ignore" }).error === undefined;

/** Runs sipp as a carrier against the target, and reads its final statistics. */
export async function runSipp(run: SippRun): Promise<SippResult> {
  return runSippOn(await freePort(), run);
}

async function runSippOn(localPort: number, run: SippRun): Promise<SippResult> {
  const folder = mkdtempSync(path.join(tmpdir(), "agentcall-sipp-"));
  try {
    const sipp = spawn("sipp", sippArguments(run, folder, localPort, await freePort()), {
      cwd: folder,
      stdio: "ignore",
      // sipp draws its screen with curses, also when nobody looks at it.
      env: { ...process.env, TERM: "xterm" },
    });
    const [exitCode] = (await once(sipp, "close")) as [number | null];
    return { exitCode, ...readStatistics(folder), problems: readProblems(folder) };
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

/**
 * sipp as a carrier's server, which takes one call of a scenario. It may not listen yet when this
 * resolves: what comes too early is sent again over UDP, and over TCP it is waited for.
 */
export async function startSippServer(
  scenario: SippRun["scenario"],
  transport: SippRun["transport"] = "udp",
): Promise<{ readonly port: number; readonly done: Promise<SippResult> }> {
  const port = await freePort();
  const target = { host: "127.0.0.1", port }; // sipp as a server has none, and passes over it
  const done = runSippOn(port, { scenario, transport, target, dialled: "service" });
  if (transport === "tcp") await untilListening(port);
  return { port, done };
}

/** Looked up in the kernel's table: a connection to see whether it listens would be taken for a call's. */
async function untilListening(port: number): Promise<void> {
  const row = `:${port.toString(16).toUpperCase().padStart(4, "0")} 00000000:0000 0A`;
  await eventually("sipp listens", () => readFileSync("/proc/net/tcp", "utf8").includes(row));
}

function sippArguments(
  run: SippRun,
  folder: string,
  localPort: number,
  mediaPort: number,
): readonly string[] {
  const calls = String(run.calls ?? 1);
  return [
    ["-sf", scenarioFile(run.scenario, folder)],
    ["-t", run.transport === "udp" ? "u1" : "t1"],
    ["-i", "127.0.0.1", "-p", String(localPort), "-mp", String(mediaPort)],
    ["-s", run.dialled, "-m", calls, "-l", calls, "-r", String(run.callsPerSecond ?? 1)],
    ["-timeout", String(runSecsMax), "-timeout_error", "-nostdin"],
    ["-trace_err", "-error_file", path.join(folder, "errors.log")],
    ["-trace_stat", "-stf", path.join(folder, "statistics.csv"), "-fd", "1"],
    [`${run.target.host}:${String(run.target.port)}`],
  ].flat();
}

function scenarioFile(scenario: string | Scenario, folder: string): string {
  if (typeof scenario === "string") {
    return path.join(import.meta.dirname, "scenarios", `${scenario}.xml`);
  }
  const file = path.join(folder, "scenario.xml");
  writeFileSync(file, scenarioXml(scenario));
  return file;
}

/** sipp writes one line of semicolon-separated figures each second; the last one is the total. */
function readStatistics(
  folder: string,
): Pick<SippResult, "successful" | "failed" | "retransmissions"> {
  const lines = readFileSync(path.join(folder, "statistics.csv"), "utf8").trim().split("\n");
  const names = (lines[0] ?? "").split(";");
  const figures = (lines.at(-1) ?? "").split(";");
  const figure = (name: string): number => Number(figures[names.indexOf(name)]);
  return {
    successful: figure("SuccessfulCall(C)"),
    failed: figure("FailedCall(C)"),
    retransmissions: figure("Retransmissions(C)"),
  };
}

function readProblems(folder: string): string {
  const lines = readdirSync(folder)
    .filter((name) => name === "errors.log")
    .flatMap((name) =>
      readFileSync(path.join(folder, name), "utf8").split(/(?=\d{4}-\d\d-\d\d\t)/),
    );
  // That sipp itself was held up by other work on the machine is no problem of a call.
  const told = lines.filter((line) => !line.includes("Overload warning: the minor watchdog"));
  return told.some((line) => line.includes("\t")) ? told.join("") : "";
}
