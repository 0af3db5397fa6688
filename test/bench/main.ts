import { availableParallelism, loadavg } from "node:os";
import { systemClock } from "@agentcall/base";
import { type BenchOptions, readOptions, usage } from "./options.ts";
import { accountOf, heading, legend, ratio, row, troublesOf } from "./report.ts";
import { run, type RunResult } from "./run.ts";

const exitCodeOfWrongOptions = 2;

const options = readOptions(process.argv.slice(2));
if (typeof options === "string") {
  process.stderr.write(`${options}\n${usage}`);
  process.exitCode = exitCodeOfWrongOptions;
} else {
  await bench(options);
}

async function bench(wanted: BenchOptions): Promise<void> {
  const clock = systemClock();
  const busy = loadavg()[0]?.toFixed(1) ?? "?";
  say(
    `${String(availableParallelism())} cores, ${busy} of them busy before the bench began, Node ${process.versions.node}; TLS to the provider, 40 ms appends, deltas of 250 ms\n\n`,
  );
  say(heading());
  const troubles: string[] = [];
  for (const calls of wanted.calls) {
    const results: RunResult[] = [];
    for (let round = 0; round < wanted.rounds; round += 1) {
      for (const subject of wanted.subjects) {
        const { windowSecs, profileDir, isRecorded } = wanted;
        const result = await run({ subject, calls, windowSecs, profileDir, isRecorded }, clock);
        results.push(result);
        troubles.push(...troublesOf(result));
        say(row(result) + accountOf(result));
      }
    }
    say(ratio(calls, results));
  }
  say(legend);
  for (const trouble of troubles) say(`${trouble}\n`);
  if (troubles.length > 0) process.exitCode = 1;
}

function say(text: string): void {
  process.stdout.write(text);
}
