import { describe, expect, test } from "vitest";
import { commands } from "./commands.ts";

/** Of the command on the appliance's host (docs/decisions/0015). */
const hostWords = [
  ...["start", "stop", "up", "down", "upgrade", "backup", "restore"],
  ...["doctor", "logs", "install", "uninstall"],
];

describe("the commands", () => {
  test("have words of their own, none of them the host's", () => {
    const words = commands.map((command) => command.words);

    expect(new Set(words).size).toBe(words.length);
    for (const each of words) expect(hostWords).not.toContain(each.split(" ")[0]);
  });

  test("say what they do, and that secrets come by standard input where they take one", () => {
    for (const { words, help, input } of commands) {
      expect(help, words).toMatch(/^[A-Z].*\S$/);
      expect(input !== undefined, words).toBe(/^byok (test|save)/.test(words));
    }
  });
});
