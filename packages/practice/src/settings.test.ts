import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { afterAll, describe, expect, test } from "vitest";
import { defaultScenario } from "./default-scenario.ts";
import { readSettings } from "./settings.ts";

const folder = mkdtempSync(path.join(tmpdir(), "agentcall-practice-"));
const good = path.join(folder, "good.json");
const bad = path.join(folder, "bad.json");
writeFileSync(good, JSON.stringify({ name: "mine", turns: [] }));
writeFileSync(bad, JSON.stringify({ turns: [{ caller: 7 }] }));

afterAll(() => {
  rmSync(folder, { recursive: true });
});

describe("the settings of the practice provider", () => {
  test("all have defaults", () => {
    expect(readSettings({})).toEqual({
      port: 0,
      scenario: defaultScenario,
      billing: { port: 0, file: ":memory:" },
      logLevel: "info",
    });
  });

  test("take a scenario from a file", () => {
    expect(readSettings({ AGENTCALL_PRACTICE_SCENARIO: good })).toMatchObject({
      scenario: { name: "mine" },
    });
  });

  test.each([
    ["AGENTCALL_PRACTICE_PORT", "70000"],
    ["AGENTCALL_PRACTICE_PORT", "x"],
    ["AGENTCALL_BILLING_PORT", "x"],
    ["AGENTCALL_PRACTICE_SCENARIO", bad],
    ["AGENTCALL_PRACTICE_SCENARIO", path.join(folder, "missing.json")],
    ["AGENTCALL_LOG_LEVEL", "loud"],
  ])("with %s=%s are one sentence that names it", (name, value) => {
    expect(readSettings({ [name]: value })).toMatch(new RegExp(`^${name} is wrong: .+\\.$`));
  });
});
