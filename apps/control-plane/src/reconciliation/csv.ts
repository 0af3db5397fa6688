/** Why a line is no record. */
export type CsvProblem = "quote_not_closed" | "text_after_quote";

/** One record of a file, by the line (from 1) on which it begins. */
export type CsvRecord =
  | { readonly line: number; readonly fields: readonly string[] }
  | { readonly line: number; readonly problem: CsvProblem };

type Field = { readonly text: string; readonly end: number };

/** Beyond this a quote was forgotten: without a bound one would swallow the rest of the file. */
const quotedCharsMax = 2_000;
const quoted = new RegExp(`"((?:[^"]|""){0,${String(quotedCharsMax)}})"`, "y");

/**
 * The records of a CSV text (RFC 4180, with any line end and delimiter). Empty lines are none. After
 * a record that cannot be read it goes on with the next line, so that one fault costs one line.
 */
export function readCsv(text: string, delimiter: string): readonly CsvRecord[] {
  const plain = new RegExp(`[^${delimiter === "\t" ? "\\t" : `\\${delimiter}`}\\n]*`, "y");
  const records: CsvRecord[] = [];
  let at = text.startsWith("\u{feff}") ? 1 : 0; // a byte order mark, as Excel writes it
  let line = 1;
  while (at < text.length) {
    const read = readRecord(text, at, delimiter, plain);
    const end = typeof read === "string" ? endOfLine(text, at) : read.end;
    if (typeof read === "string") records.push({ line, problem: read });
    else if (read.fields.some((field) => field !== "")) records.push({ line, fields: read.fields });
    line += lineEndsIn(text, at, end);
    at = end;
  }
  return records;
}

function readRecord(
  text: string,
  from: number,
  delimiter: string,
  plain: RegExp,
): { readonly fields: readonly string[]; readonly end: number } | CsvProblem {
  const fields: string[] = [];
  let at = from;
  for (;;) {
    const field = text[at] === '"' ? readQuoted(text, at) : readPlain(text, at, plain);
    if (field === null) return "quote_not_closed";
    fields.push(field.text);
    if (text[field.end] === delimiter) {
      at = field.end + 1;
      continue;
    }
    const afterReturn = text[field.end] === "\r" ? field.end + 1 : field.end;
    if (afterReturn >= text.length) return { fields, end: text.length };
    if (text[afterReturn] === "\n") return { fields, end: afterReturn + 1 };
    return "text_after_quote";
  }
}

function readQuoted(text: string, at: number): Field | null {
  quoted.lastIndex = at;
  const content = quoted.exec(text)?.[1];
  if (content === undefined) return null;
  return { text: content.replaceAll('""', '"').trim(), end: quoted.lastIndex };
}

function readPlain(text: string, at: number, plain: RegExp): Field {
  plain.lastIndex = at;
  plain.test(text); // matches always, if nothing: what it has moved over is the field
  return { text: text.slice(at, plain.lastIndex).trim(), end: plain.lastIndex };
}

function endOfLine(text: string, from: number): number {
  const at = text.indexOf("\n", from);
  return at < 0 ? text.length : at + 1;
}

function lineEndsIn(text: string, from: number, until: number): number {
  let count = 0;
  for (let at = from; at < until; at += 1) if (text.charCodeAt(at) === 10) count += 1;
  return count;
}
