import { AppError } from "@agentcall/base";
import { z } from "zod";

/** Where a list goes on: behind the row with this time and id. */
export type Cursor = { readonly atMs: number; readonly id: string };

const cursorSchema = z.tuple([z.int(), z.string()]);

/** One page of `rows`, which were asked for with one more than `limit` to learn whether there are more. */
export function pageOf<Row, Item>(
  rows: readonly Row[],
  limit: number,
  cursorOf: (row: Row) => Cursor,
  itemOf: (row: Row) => Item,
): { items: Item[]; nextCursor: string | null } {
  const shown = rows.slice(0, limit);
  const last = shown.at(-1);
  const more = rows.length > limit && last !== undefined;
  return { items: shown.map(itemOf), nextCursor: more ? writeCursor(cursorOf(last)) : null };
}

function writeCursor({ atMs, id }: Cursor): string {
  return Buffer.from(JSON.stringify([atMs, id])).toString("base64url");
}

/** Throws `validation_failed` for what was not written by `pageOf`. */
export function parseCursor(text: string | undefined): Cursor | null {
  if (text === undefined) return null;
  try {
    const [atMs, id] = cursorSchema.parse(JSON.parse(Buffer.from(text, "base64url").toString()));
    return { atMs, id };
  } catch {
    throw new AppError("validation_failed", "The cursor is not one of this list.", {
      details: { fields: { cursor: "must be the nextCursor of a former page" } },
    });
  }
}
