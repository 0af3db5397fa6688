// `npm start`, `npm test` and their kin on a fresh machine: install what is missing, find Node 24,
// then do the job. Only Node 20's own modules are used, since nothing else is there yet.
import { spawn, spawnSync } from "node:child_process";
import { existsSync, statSync } from "node:fs";
import path from "node:path";
import process from "node:process";
import { fileURLToPath } from "node:url";
import { findNode, installIsStale, stepsOf } from "./plan.mjs";

const root = path.resolve(path.dirname(fileURLToPath(import.meta.url)), "..");
const [job = "", ...jobArguments] = process.argv.slice(2);

process.exitCode = await main();

async function main() {
  const steps = stepsOf(job, jobArguments);
  if (steps === null) return complain(`There is no job "${job}".`, 2);
  const installed = installWhenStale();
  if (installed !== 0) return installed;
  const node = findNode({
    ownVersion: process.versions.node,
    ownPath: process.execPath,
    packagedPath: path.join(root, `node_modules/node-linux-${process.arch}/bin/node`),
    exists: existsSync,
  });
  if (node === null) {
    return complain(
      `Node 24 is needed; this one is ${process.versions.node}, and none came with the packages for ${process.platform} ${process.arch}.`,
      1,
    );
  }
  return runAll(steps, node);
}

/** Every step of a job runs, so that one look tells all that is wrong. Ends with the first failure's code. */
async function runAll(steps, node) {
  const failed = [];
  let exitCode = 0;
  for (const step of steps) {
    const code = await run(step, node);
    if (code === 0) continue;
    if (exitCode === 0) exitCode = code;
    failed.push(step.name);
  }
  if (steps.length > 1) {
    console.log(
      failed.length === 0 ? `${job}: all is well.` : `${job}: failed: ${failed.join(", ")}.`,
    );
  }
  return exitCode;
}

/**
 * Runs one step in the foreground and passes signals on. A Ctrl-C may reach it twice, from the
 * terminal and from here: programs take two at once for one.
 */
function run(step, node) {
  const bin = path.join(root, "node_modules/.bin");
  const child = spawn(node, step.nodeArguments, {
    cwd: root,
    stdio: "inherit",
    env: {
      ...process.env,
      PATH: [path.dirname(node), bin, process.env.PATH ?? ""].join(path.delimiter),
      // Where the user stood: paths on the command line are meant from there.
      AGENTCALL_WORKING_DIR: process.env.INIT_CWD ?? process.cwd(),
    },
  });
  const passOn = (signal) => child.kill(signal);
  process.on("SIGTERM", passOn);
  process.on("SIGHUP", passOn);
  process.on("SIGINT", passOn);
  return new Promise((resolve) => {
    child.on("error", (error) =>
      resolve(complain(`Node could not be started: ${error.message}`, 1)),
    );
    child.on("exit", (code, signal) => {
      process.off("SIGTERM", passOn);
      process.off("SIGHUP", passOn);
      process.off("SIGINT", passOn);
      resolve(code ?? (signal === "SIGINT" ? 130 : 1));
    });
  });
}

function installWhenStale() {
  const changedAtMs = (name) => {
    const file = path.join(root, name);
    return existsSync(file) ? statSync(file).mtimeMs : null;
  };
  const isStale = installIsStale({
    lockAtMs: changedAtMs("package-lock.json"),
    installedAtMs: changedAtMs("node_modules/.package-lock.json"),
  });
  if (!isStale) return 0;
  console.log(
    "Installing packages; the first time takes some minutes, since the database driver may be compiled.",
  );
  const npm = spawnSync("npm", ["ci", "--no-audit", "--no-fund"], { cwd: root, stdio: "inherit" });
  if (npm.status === 0) return 0;
  return complain("The packages could not be installed; npm's own words stand above.", 1);
}

function complain(sentence, exitCode) {
  console.error(sentence);
  return exitCode;
}
