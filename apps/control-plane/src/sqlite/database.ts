import { AppError } from "@agentcall/base";

/** What a column holds, and what a statement may be given. */
export type SqlValue = string | number | Uint8Array | null;
export type SqlRow = Readonly<Record<string, SqlValue>>;
export type SqlParameters = readonly SqlValue[];

/** Statements inside one transaction, or reads outside of any. */
export type SqlReader = {
  /** The first row, or null. */
  get(sql: string, ...parameters: SqlParameters): Promise<SqlRow | null>;
  all(sql: string, ...parameters: SqlParameters): Promise<readonly SqlRow[]>;
};

export type SqlWriter = SqlReader & {
  /** Runs one statement and tells how many rows it changed. */
  run(sql: string, ...parameters: SqlParameters): Promise<number>;
  /** Runs `then` once the transaction is on disk, and never when it is undone. It must not throw. */
  afterCommit(then: () => void): void;
};

/**
 * The database as the nouns see it. There is one connection that writes, and transactions stand
 * in a queue for it: two never interleave. What fails inside a transaction undoes all of it.
 */
export type Database = SqlReader & {
  /** Runs `work` in a transaction of its own; resolves when it is on disk. Not to be nested. */
  tx<Result>(work: (writer: SqlWriter) => Promise<Result>): Promise<Result>;
  /** Moves everything from the log into the database file, so that what was deleted is in neither. */
  checkpoint(): Promise<void>;
  /** Waits for the transactions under way. May be called twice. */
  close(): Promise<void>;
};

/** What a driver has to offer: one connection, one statement at a time. */
export type Connection = {
  all(sql: string, parameters: SqlParameters): Promise<readonly SqlRow[]>;
  run(sql: string, parameters: SqlParameters): Promise<number>;
  close(): Promise<void>;
};

/**
 * Refuses what drivers would store as something else without a word: bigint and undefined become
 * NULL, NaN becomes NULL, and whole numbers beyond 2^53 are rounded.
 */
export function checkedParameters(parameters: readonly unknown[]): SqlParameters {
  return parameters.map((value, index) => {
    if (value === null || typeof value === "string" || value instanceof Uint8Array) return value;
    if (typeof value === "number" && Number.isFinite(value)) {
      if (!Number.isInteger(value) || Number.isSafeInteger(value)) return value;
    }
    throw new AppError(
      "internal_error",
      `parameter ${String(index + 1)} of a statement is ${describe(value)}, which SQLite would not keep as it is`,
    );
  });
}

/** Refuses rows whose numbers had to be rounded on the way out. */
export function checkedRow(row: SqlRow): SqlRow {
  for (const column in row) {
    const value = row[column];
    if (typeof value === "number" && Number.isInteger(value) && !Number.isSafeInteger(value)) {
      throw new AppError(
        "internal_error",
        `column ${column} holds a number beyond 2^53, which JavaScript cannot read exactly`,
      );
    }
  }
  return row;
}

/**
 * Refuses what drivers let pass: of several statements they run the first and say nothing of the
 * others, and a column in double quotes that does not exist is taken for a text.
 */
export function checkedStatement(sql: string): string {
  const code = withoutTexts(sql);
  if (/;\s*\S/.test(code)) {
    throw new AppError("internal_error", "one statement at a time: what follows would not be run");
  }
  if (code.includes('"')) {
    throw new AppError("internal_error", "names stand without quotes, texts in single ones");
  }
  return sql;
}

function withoutTexts(sql: string): string {
  return sql.replace(/'(?:[^']|'')*'/g, "''").replace(/\bBEGIN\b[^]*\bEND\b/gi, "");
}

function describe(value: unknown): string {
  return typeof value === "number" ? String(value) : typeof value;
}
