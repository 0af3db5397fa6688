import { describe, expect, test } from "vitest";
import { actionText, detailLines, filterEntries } from "./audit-text.ts";

describe("an audit entry in words", () => {
  test("has its action as words", () => {
    expect(actionText("managed-key.saved")).toBe("Managed key saved");
  });

  test.each([
    [{}, []],
    [{ before: null, after: "sk-...1234" }, ["– → sk-...1234"]],
    [
      { before: { voice: "ash", label: "x" }, after: { voice: "sage", label: "x" } },
      ["voice: ash → sage"],
    ],
    [{ before: { e164: "+1" } }, ["e164: +1 → –"]],
    [{ after: { limits: { calls: 2 } } }, ['limits: – → {"calls":2}']],
    [{ role: "viewer", count: 2 }, ["role: viewer", "count: 2"]],
    [{ text: "a".repeat(81) }, [`text: ${"a".repeat(80)}…`]],
  ])("tells %j as %j", (detail, lines) => {
    expect(detailLines(detail)).toEqual(lines);
  });
});

describe("the filter of the audit", () => {
  const entries = [
    anEntry({ action: "vault.rotated", actor: "key_1" }),
    anEntry({ action: "number.changed", detail: { before: { voice: "ash" }, after: {} } }),
  ];
  const nameOf = (actor: string): string => (actor === "key_1" ? "console: Anna" : actor);

  test.each([
    ["", 2],
    ["anna", 1],
    ["vault rotated", 1],
    ["ash", 1],
    ["anna ash", 0],
  ])("%j finds %i entries", (text, count) => {
    expect(filterEntries(entries, text, nameOf)).toHaveLength(count);
  });
});

type Entry = Parameters<typeof filterEntries>[0][number];

function anEntry(change: Partial<Entry>): Entry {
  return {
    seq: 1,
    at: "2026-11-25T10:00:00.000Z",
    actor: "appliance",
    role: "admin",
    action: "x",
    object: "appliance",
    detail: {},
    hash: "00",
    ...change,
  };
}
