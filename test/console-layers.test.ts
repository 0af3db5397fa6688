import { readdirSync, readFileSync } from "node:fs";
import path from "node:path";
import { describe, expect, test } from "vitest";

const source = path.resolve(import.meta.dirname, "../apps/console/src");
const files = readdirSync(source, { recursive: true, encoding: "utf8" }).filter(
  (file) => /\.tsx?$/.test(file) && !file.endsWith(".test.ts"),
);

describe("the console's sources", () => {
  test("import electron where it is wired, and nowhere else: all the rest is run without it", () => {
    const importing = files.filter((file) => read(file).includes('from "electron"'));

    expect(files.length).toBeGreaterThan(50);
    expect(importing.toSorted()).toEqual([
      "main/main.ts",
      "main/window-policy.ts",
      "preload/preload.ts",
    ]);
    expect(read("main/window-policy.ts")).toMatch(/^import type \{[^}]+\} from "electron";$/m);
    expect(read("main/window-policy.ts")).not.toMatch(/^import \{[^}]+\} from "electron";$/m);
  });

  test("name the one global of the bridge in the page's border alone", () => {
    const naming = files.filter((file) => /bridgeGlobal|agentcallBridge/.test(read(file)));

    expect(naming.toSorted()).toEqual([
      "preload/preload.ts",
      "renderer/api/bridge.ts",
      "shared/bridge-channels.ts",
    ]);
  });
});

function read(file: string): string {
  return readFileSync(path.join(source, file), "utf8");
}
