import { describe, expect, test } from "vitest";
import { parseOpenaiKey, previewOf } from "./openai-key.ts";

const letters = "a1B2-c3D4_e5F6g7";

describe("what was pasted", () => {
  test.each([
    [`sk-${letters}`, "sk-...F6g7"],
    [`  sk-proj-${letters}\n`, "sk-proj-...F6g7"],
    [`"sk-svcacct-${letters}"`, "sk-svcacct-...F6g7"],
    [` ' sk-proj-${letters} ' `, "sk-proj-...F6g7"],
  ])("%j is a key that is shown as %s", (pasted, preview) => {
    const key = parseOpenaiKey(pasted);

    expect(key?.reveal()).toMatch(/^sk-[\w-]+$/);
    expect(key === null ? null : previewOf(key)).toBe(preview);
  });

  test.each([
    "",
    "sk-",
    "sk-short",
    `sk-admin-${letters}`,
    `pk-${letters}`,
    `sk-${letters} x`,
    `Bearer sk-${letters}`,
    `sk-${"a".repeat(400)}`,
  ])("%j is no key", (pasted) => {
    expect(parseOpenaiKey(pasted)).toBeNull();
  });
});
