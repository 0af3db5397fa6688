import { describe, expect, test } from "vitest";
import { printOutput } from "./print-output.ts";
import { cellOf, tableLine, widthsOf } from "./table.ts";

describe("a table", () => {
  test("finds a field within a field, and keeps a caller's words from the terminal's controls", () => {
    const row = { hangupCause: { cause: "caller_hung_up" }, tags: ["a"], text: "\u001b[31mred\n" };

    expect(cellOf(row, "hangupCause.cause")).toBe("caller_hung_up");
    expect(cellOf(row, "tags")).toBe('["a"]');
    expect(cellOf(row, "text")).toBe(" [31mred ");
    expect(cellOf(row, "nothing.here")).toBe("");
  });

  test("is as wide as its longest cell, and cuts what is longer than sixty characters", () => {
    const widths = widthsOf(["a", "b"], [["x".repeat(70), "y"]]);

    expect(widths).toEqual([60, 1]);
    expect(tableLine(["x".repeat(70), "y"], widths)).toBe(`${"x".repeat(59)}…  y\n`);
  });

  test("comes with its heading first, also without a row", async () => {
    const printed: string[] = [];
    const print = (piece: string | Uint8Array): void => {
      printed.push(String(piece));
    };

    await printOutput(
      { kind: "rows", rows: [{ id: "num_1", n: 5 }], columns: ["id", "n"] },
      { print, asJson: false },
    );
    await printOutput({ kind: "rows", rows: [], columns: ["id"] }, { print, asJson: false });

    expect(printed).toEqual(["id     n\n", "num_1  5\n", "id\n"]);
  });
});
