const cellCharsMin = 10;
const cellCharsMax = 60; // longer texts are read with --json

/** A field's text, found by its path: `hangupCause.cause`. Control characters are the terminal's, not the caller's. */
export function cellOf(row: object, path: string): string {
  let value: unknown = row;
  for (const name of path.split(".")) {
    value =
      typeof value === "object" && value !== null && Object.hasOwn(value, name)
        ? Object.entries(value).find(([key]) => key === name)?.[1]
        : undefined;
  }
  const text =
    value === undefined || value === null
      ? ""
      : typeof value === "string"
        ? value
        : JSON.stringify(value);
  return text.replaceAll(/\p{Cc}/gu, " ");
}

/** How wide each column is for these rows. */
export function widthsOf(
  columns: readonly string[],
  rows: readonly (readonly string[])[],
): readonly number[] {
  return columns.map((column, at) => {
    const longest = Math.max(column.length, ...rows.map((cells) => cells[at]?.length ?? 0));
    return Math.min(cellCharsMax, rows.length === 0 ? Math.max(cellCharsMin, longest) : longest);
  });
}

export function tableLine(cells: readonly string[], widths: readonly number[]): string {
  const padded = cells.map((cell, at) => {
    const width = widths[at] ?? cellCharsMin;
    const isLast = at === cells.length - 1;
    return isLast
      ? cell
      : (cell.length > width && width === cellCharsMax
          ? `${cell.slice(0, width - 1)}…`
          : cell
        ).padEnd(width);
  });
  return `${padded.join("  ").trimEnd()}\n`;
}
