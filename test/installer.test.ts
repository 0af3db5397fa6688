import { spawnSync } from "node:child_process";
import path from "node:path";
import { describe, expect, test } from "vitest";
import { findNode, installIsStale, stepsOf } from "../installer/plan.mjs";

describe("the packages are installed anew", () => {
  test.each([
    ["when there are none", 1_000, null, true],
    ["when the lock file is newer", 2_000, 1_000, true],
    ["but not when they are as new as the lock file", 1_000, 1_000, false],
    ["but not when they are newer", 1_000, 2_000, false],
    ["but not when there is no lock file to go by", null, 1_000, false],
  ])("%s", (_when, lockAtMs, installedAtMs, isStale) => {
    expect(installIsStale({ lockAtMs, installedAtMs })).toBe(isStale);
  });
});

describe("the sources are run", () => {
  const packaged = { ownPath: "/own/node", packagedPath: "/packaged/node" };

  test.each([
    ["by one's own Node from 24 on", "24.0.0", true, "/own/node"],
    ["by the packaged Node where one's own is older", "20.20.2", true, "/packaged/node"],
    ["by nothing where neither is there", "20.20.2", false, null],
  ])("%s", (_how, ownVersion, isPackaged, node) => {
    expect(findNode({ ...packaged, ownVersion, exists: () => isPackaged })).toBe(node);
  });
});

describe("a job", () => {
  test("is told its arguments", () => {
    expect(stepsOf("call", ["--to", "+14155550100"])).toEqual([
      { name: "call", nodeArguments: ["packages/phone/src/main.ts", "--to", "+14155550100"] },
    ]);
  });

  test("console builds the three parts of the desktop application before it starts it", () => {
    expect(stepsOf("console", [])?.map(({ name }) => name)).toEqual(["build", "console"]);
  });

  test("check is everything that is not a test run", () => {
    expect(stepsOf("check", [])?.map(({ name }) => name)).toEqual([
      "types",
      "page types",
      "lint",
      "format",
      "imports",
      "unused",
    ]);
  });

  test("that does not exist is refused with a sentence and exit code 2", () => {
    const bootstrap = path.resolve(import.meta.dirname, "../installer/bootstrap.mjs");

    const run = spawnSync(process.execPath, [bootstrap, "dance"], { encoding: "utf8" });

    expect([run.status, run.stderr]).toEqual([2, 'There is no job "dance".\n']);
  });
});
