import { describe, expect, test } from "vitest";
import { openLog, parseLogLevel, scrub } from "./index.ts";

const shape = "A1b2C3d4E5f6"; // behind a prefix it has the form of a secret

describe("the log", () => {
  test("is one JSON line for each fact, with the program and the fields of its parents", () => {
    const lines: string[] = [];
    const log = openLog("gateway", "info", (line) => lines.push(line));

    log.child({ callId: "call_1" }).info({ endCause: "max_duration" }, "call ended");
    log.debug({}, "not of interest");

    expect(lines).toHaveLength(1);
    expect(JSON.parse(lines[0] ?? "")).toMatchObject({
      program: "gateway",
      callId: "call_1",
      endCause: "max_duration",
      msg: "call ended",
      time: expect.stringMatching(/^\d{4}-\d\d-\d\dT/) as string,
    });
  });

  test("holds no secret, wherever it stood", () => {
    const lines: string[] = [];
    const log = openLog("gateway", "info", (line) => lines.push(line));

    log.error(
      { err: new Error(`refused: Bearer ${shape}${shape}`), nested: { key: `sk-proj-${shape}` } },
      `a message with ac_live_${shape}`,
    );

    expect(lines.join("")).not.toContain(shape);
    expect(lines.join("")).toContain("[secret]");
  });
});

test.each(["sk-", "sk-proj-", "sk-svcacct-", "ek_", "ac_live_", "whsec_", "Bearer "])(
  "what begins with %s is scrubbed",
  (prefix) => {
    expect(scrub(`before ${prefix}${shape} after`)).toBe("before [secret] after");
  },
);

test("words that only look a little like secrets stay", () => {
  expect(scrub("task-force, sk-short, bearer of news")).toBe(
    "task-force, sk-short, bearer of news",
  );
});

test("a level is one of five", () => {
  expect([parseLogLevel("debug"), parseLogLevel("loud")]).toEqual(["debug", null]);
});
