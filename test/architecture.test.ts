// Holds the import map of docs/architecture.md. A run that saw almost no module is a failure, not a pass.
import { spawnSync } from "node:child_process";
import { cpSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { afterEach, describe, expect, test } from "vitest";

const root = path.resolve(import.meta.dirname, "..");
const depcruise = path.join(root, "node_modules/dependency-cruiser/bin/dependency-cruise.mjs");
const cruiseTimeoutMs = 120_000; // the whole tree on a busy machine

type Violation = { rule: { name: string }; from: string; to: string };
type Report = { summary: { totalCruised: number; violations: Violation[] } };

describe("the import map", () => {
  test(
    "is followed by every module of the house",
    () => {
      const { summary } = cruise(root, ["packages", "apps", "test"]);

      expect(summary.totalCruised).toBeGreaterThan(100);
      expect(summary.violations.map((v) => `${v.rule.name}: ${v.from} -> ${v.to}`)).toEqual([]);
    },
    cruiseTimeoutMs,
  );
});

describe("a canary", () => {
  let tree = "";
  afterEach(() => {
    rmSync(tree, { recursive: true, force: true });
  });

  test.each([
    [
      "media imports the control link",
      "packages/media/src/a.ts",
      "packages/contract/src/b.ts",
      "packages/media-layer",
    ],
    [
      "the gateway imports the control plane",
      "apps/gateway/src/a.ts",
      "apps/control-plane/src/b.ts",
      "apps/gateway-layer",
    ],
    [
      "production code imports testing code",
      "packages/media/src/a.ts",
      "packages/media/src/testing/b.ts",
      "testing-code-in-tests-only",
    ],
  ])(
    "is refused: %s",
    (_what, from, to, rule) => {
      tree = makeTree({
        [to]: "export const b = 1;\n",
        [from]: `export { b } from "${relative(from, to)}";\n`,
      });

      const { summary } = cruise(tree, ["packages", "apps"]);

      expect(summary.violations.map((v) => v.rule.name)).toContain(rule);
    },
    cruiseTimeoutMs,
  );

  test(
    "is refused: a pure package imports a Node built-in",
    () => {
      tree = makeTree({
        "packages/contract/src/a.ts": 'export { readFileSync } from "node:fs";\n',
      });

      const { summary } = cruise(tree, ["packages", "apps"]);

      expect(summary.violations.map((v) => v.rule.name)).toContain("pure-packages");
    },
    cruiseTimeoutMs,
  );

  test(
    "is refused: two modules import each other",
    () => {
      tree = makeTree({
        "packages/media/src/a.ts":
          'import { b } from "./b.ts";\nexport const a = (): number => b;\n',
        "packages/media/src/b.ts": 'import { a } from "./a.ts";\nexport const b = 1 + a();\n',
      });

      const { summary } = cruise(tree, ["packages", "apps"]);

      expect(summary.violations.map((v) => v.rule.name)).toContain("no-cycles");
    },
    cruiseTimeoutMs,
  );
});

function relative(from: string, to: string): string {
  const link = path.relative(path.dirname(from), to);
  return link.startsWith(".") ? link : `./${link}`;
}

/** A small tree in a folder of its own, under the same rules as the house. */
function makeTree(files: Readonly<Record<string, string>>): string {
  const tree = mkdtempSync(path.join(tmpdir(), "agentcall-canary-"));
  for (const name of [".dependency-cruiser.cjs", "tsconfig.json"])
    cpSync(path.join(root, name), path.join(tree, name));
  for (const folder of ["packages", "apps"]) mkdirSync(path.join(tree, folder));
  for (const [name, text] of Object.entries(files)) {
    mkdirSync(path.dirname(path.join(tree, name)), { recursive: true });
    writeFileSync(path.join(tree, name), text);
  }
  return tree;
}

function cruise(cwd: string, folders: readonly string[]): Report {
  const args = ["--config", ".dependency-cruiser.cjs", "--output-type", "json", ...folders];
  // depcruise exits non-zero on violations and prints the same report.
  const run = spawnSync(process.execPath, [depcruise, ...args], {
    cwd,
    encoding: "utf8",
    maxBuffer: 1 << 28,
  });
  if (!run.stdout.startsWith("{")) throw new Error(`depcruise printed no report: ${run.stderr}`);
  return JSON.parse(run.stdout) as Report;
}
