import type { Output } from "./command.ts";
import { cellOf, tableLine, widthsOf } from "./table.ts";

type Printing = {
  readonly print: (piece: string | Uint8Array) => void;
  readonly asJson: boolean;
};

const headRows = 100; // so many are looked at for the widths; what comes later is cut to them

/** Prints what a command shows, as it comes. */
export async function printOutput(output: Output, { print, asJson }: Printing): Promise<void> {
  switch (output.kind) {
    case "done":
      print(asJson ? '{"ok":true}\n' : `${output.message}\n`);
      return;
    case "value":
      print(`${JSON.stringify(output.value, null, asJson ? undefined : 2)}\n`);
      return;
    case "file":
      await printFile(output.response.body, print);
      return;
    case "rows":
      await printRows(output.rows, output.columns, { print, asJson });
      return;
    default:
      return output satisfies never;
  }
}

async function printFile(
  body: ReadableStream<Uint8Array> | null,
  print: Printing["print"],
): Promise<void> {
  if (body !== null) for await (const piece of body) print(piece);
}

async function printRows(
  rows: AsyncIterable<object> | Iterable<object>,
  columns: readonly string[],
  { print, asJson }: Printing,
): Promise<void> {
  if (asJson) {
    for await (const row of rows) print(`${JSON.stringify(row)}\n`);
    return;
  }
  // A stream has no end to wait for: each of its rows is printed when it is there.
  const isStream = Symbol.asyncIterator in rows && "return" in rows;
  const waiting: string[][] = [];
  let widths: readonly number[] | null = isStream ? widthsOf(columns, []) : null;
  if (widths !== null) print(tableLine(columns, widths));
  for await (const row of rows) {
    const cells = columns.map((column) => cellOf(row, column));
    if (widths === null) waiting.push(cells);
    else print(tableLine(cells, widths));
    if (widths === null && waiting.length === headRows) widths = printHead(columns, waiting, print);
  }
  if (widths === null) printHead(columns, waiting, print);
}

function printHead(
  columns: readonly string[],
  rows: readonly string[][],
  print: Printing["print"],
): readonly number[] {
  const widths = widthsOf(columns, rows);
  for (const cells of [columns, ...rows]) print(tableLine(cells, widths));
  return widths;
}
