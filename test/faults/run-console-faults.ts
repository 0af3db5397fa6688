import { spawnSync } from "node:child_process";
import { readFileSync, writeFileSync } from "node:fs";
import path from "node:path";
import process from "node:process";
import { consoleFaults, type Fault } from "./console-faults.ts";

// `npm run console:faults`: breaks each lock of the console on purpose and shows that a test turns
// red. The file is put back after each fault, also when this is interrupted.

const root = path.resolve(import.meta.dirname, "../..");
const vitest = path.join(root, "node_modules/vitest/vitest.mjs");

let unseen = 0;
for (const fault of consoleFaults) {
  const seen = withFault(fault, () => !passes(fault.tests));
  if (!seen) unseen += 1;
  process.stdout.write(`${seen ? "red  " : "GREEN"} ${fault.row.padEnd(4)}${fault.name}\n`);
}
process.stdout.write(
  unseen === 0
    ? `each of ${String(consoleFaults.length)} faults was seen\n`
    : `${String(unseen)} faults were not seen\n`,
);
process.exitCode = unseen === 0 ? 0 : 1;

function withFault(fault: Fault, look: () => boolean): boolean {
  const file = path.join(root, fault.file);
  const whole = readFileSync(file, "utf8");
  if (whole.split(fault.text).length !== 2) {
    throw new Error(`${fault.file} does not hold this exactly once: ${fault.text}`);
  }
  const putBack = (): void => {
    writeFileSync(file, whole);
  };
  process.once("exit", putBack);
  try {
    writeFileSync(
      file,
      whole.replace(fault.text, () => fault.instead),
    );
    return look();
  } finally {
    putBack();
    process.off("exit", putBack);
  }
}

function passes(tests: string): boolean {
  const run = spawnSync(process.execPath, [vitest, "run", "--project", "unit", tests], {
    cwd: root,
    stdio: "ignore",
  });
  return run.status === 0;
}
