import type { SqlParameters } from "./database.ts";

/** What rows must be, and the values of its question marks; what is undefined is not asked for. */
export type Condition = readonly [
  sql: string,
  value: string | number | readonly (string | number)[] | undefined,
];

/**
 * The `WHERE` of a list. Only what is asked for stands in it, so that an index of it can be used:
 * `? IS NULL OR column = ?` can be answered by none.
 */
export function whereOf(conditions: readonly Condition[]): {
  readonly where: string;
  readonly values: SqlParameters;
} {
  const wanted = conditions.flatMap(([sql, value]) =>
    value === undefined ? [] : [{ sql, value }],
  );
  const where = wanted.map(({ sql }) => sql).join(" AND ");
  return {
    where: where === "" ? "" : `WHERE ${where}`,
    values: wanted.flatMap(({ value }) => value),
  };
}
