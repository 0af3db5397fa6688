// What `bootstrap.mjs` decides, apart from doing it.

const nodeMajorNeeded = 24; // strips the types of the sources as they are

/**
 * Whether `npm ci` has to run: nothing is installed, or the lock file is newer than what is.
 * npm writes node_modules/.package-lock.json last of all.
 */
export function installIsStale({ lockAtMs, installedAtMs }) {
  if (installedAtMs === null) return true;
  return lockAtMs !== null && lockAtMs > installedAtMs;
}

/** The path of a Node that runs the sources: this one, or the one among the packages. Null when there is none. */
export function findNode({ ownVersion, ownPath, packagedPath, exists }) {
  if (Number(ownVersion.split(".")[0]) >= nodeMajorNeeded) return ownPath;
  return exists(packagedPath) ? packagedPath : null;
}

/** What a job runs, as arguments of Node. Null for a job that does not exist. */
export function stepsOf(job, jobArguments) {
  switch (job) {
    case "start":
      return [step("start", "apps/appliance/src/main.ts", jobArguments)];
    case "console":
      return [
        step("build", "apps/console/build.ts", []),
        step("console", "apps/console/start.mjs", jobArguments),
      ];
    case "console:faults":
      return [step("console:faults", "test/faults/run-console-faults.ts", [])];
    case "call":
      return [step("call", "packages/phone/src/main.ts", jobArguments)];
    case "bench":
      return [step("bench", "test/bench/main.ts", jobArguments)];
    case "bench:ledger":
      // As the control plane itself is started.
      return [
        {
          name: "bench:ledger",
          nodeArguments: ["--max-semi-space-size=4", "test/bench/ledger.ts", ...jobArguments],
        },
      ];
    case "bench:calls":
      return [step("bench:calls", "test/bench/calls.ts", jobArguments)];
    case "verify-export":
      return [step("verify-export", "packages/billing/src/main.ts", jobArguments)];
    case "test":
      return [vitest("test", jobArguments)];
    case "sdk":
      return [step("sdk", "test/sdk/write-sdk.ts", [])];
    case "sim":
      return [vitest("sim", ["--project", "sim", ...jobArguments])];
    case "check":
      return checks;
    default:
      return null;
  }
}

const checks = [
  step("types", "node_modules/typescript/bin/tsc", ["--project", "tsconfig.json"]),
  step("page types", "node_modules/typescript/bin/tsc", [
    ...["--project", "apps/console/src/renderer/tsconfig.json"],
  ]),
  step("lint", "node_modules/eslint/bin/eslint.js", ["--max-warnings", "0", "."]),
  step("format", "node_modules/prettier/bin/prettier.cjs", ["--check", "--log-level", "warn", "."]),
  step("imports", "node_modules/dependency-cruiser/bin/dependency-cruise.mjs", [
    ...["--config", ".dependency-cruiser.cjs", "packages", "apps", "test"],
  ]),
  step("unused", "node_modules/knip/bin/knip.js", []),
];

function vitest(name, jobArguments) {
  return step(name, "node_modules/vitest/vitest.mjs", ["run", ...jobArguments]);
}

function step(name, program, programArguments) {
  return { name, nodeArguments: [program, ...programArguments] };
}
