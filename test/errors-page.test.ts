// docs/errors.md is what a user of the API looks into when a request failed: it must name every code, and no other.
import { readFileSync } from "node:fs";
import path from "node:path";
import { alertCatalogue, endCauseText, errorCatalogue } from "@agentcall/contract";
import { describe, expect, test } from "vitest";

const page = readFileSync(path.resolve(import.meta.dirname, "../docs/errors.md"), "utf8");

const operations = readFileSync(path.resolve(import.meta.dirname, "../docs/operations.md"), "utf8");

describe("docs/errors.md", () => {
  test("tells every error code of the API with its status, meaning and remedy", () => {
    const rows = tableUnder("| code ");

    expect(rows).toEqual(
      Object.entries(errorCatalogue).map(([code, entry]) => [
        `\`${code}\``,
        String(entry.httpStatus),
        entry.message,
        entry.remedy,
      ]),
    );
  });

  test("tells every end cause of a call with its sentence", () => {
    const rows = tableUnder("| end cause ");

    expect(rows).toEqual(
      Object.entries(endCauseText).map(([cause, text]) => [`\`${cause}\``, text]),
    );
  });
});

describe("docs/operations.md", () => {
  test("tells every alert with its severity, meaning and remedy", () => {
    const rows = tableUnder("| alert ", operations);

    expect(rows).toEqual(
      Object.entries(alertCatalogue).map(([code, { severity, message, remedy }]) => [
        `\`${code}\``,
        severity,
        message,
        remedy,
      ]),
    );
  });
});

/** The cells of the Markdown table whose heading row begins like this. */
function tableUnder(heading: string, text = page): readonly (readonly string[])[] {
  const lines = text.split("\n");
  const first = lines.findIndex((line) => line.startsWith(heading)) + 2; // heading and rule
  const end = lines.findIndex((line, at) => at >= first && !line.startsWith("|"));
  return lines.slice(first, end).map((line) =>
    line
      .split("|")
      .slice(1, -1)
      .map((cell) => cell.trim()),
  );
}
