import { existsSync, readFileSync } from "node:fs";
import path from "node:path";
import { describe, expect, test } from "vitest";
import { consoleFaults } from "./console-faults.ts";

const root = path.resolve(import.meta.dirname, "../..");

// The faults themselves are tried by `npm run console:faults`; this keeps the list from going stale.
describe("the list of the console's faults", () => {
  test.each(consoleFaults)("$name: its place is there, once, and so are its tests", (fault) => {
    const text = readFileSync(path.join(root, fault.file), "utf8");

    expect(text.split(fault.text)).toHaveLength(2);
    expect(existsSync(path.join(root, fault.tests))).toBe(true);
  });
});
