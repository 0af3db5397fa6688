import { AppError } from "@agentcall/base";
import {
  checkedParameters,
  checkedRow,
  checkedStatement,
  type Connection,
  type Database,
  type SqlParameters,
  type SqlReader,
  type SqlRow,
  type SqlWriter,
} from "./database.ts";

const waitingTransactionsMax = 10_000; // at a thousand a second: ten seconds behind is broken, not busy

/** Makes a database of a connection that writes and one that reads. Owns and closes both. */
export class QueuedDatabase implements Database {
  readonly #writer: Connection;
  readonly #reader: Connection;
  #last: Promise<unknown> = Promise.resolve();
  #waiting = 0;
  #closing: Promise<void> | null = null;

  /** A database in memory is one connection: then both are the same. */
  constructor(writer: Connection, reader: Connection) {
    this.#writer = writer;
    this.#reader = reader;
  }

  async get(sql: string, ...parameters: SqlParameters): Promise<SqlRow | null> {
    return readerOf(this.#reader).get(sql, ...parameters);
  }

  async all(sql: string, ...parameters: SqlParameters): Promise<readonly SqlRow[]> {
    return readerOf(this.#reader).all(sql, ...parameters);
  }

  tx<Result>(work: (writer: SqlWriter) => Promise<Result>): Promise<Result> {
    if (this.#closing !== null) {
      return Promise.reject(new AppError("internal_error", "the database is closed"));
    }
    if (this.#waiting >= waitingTransactionsMax) {
      return Promise.reject(new AppError("internal_error", "too many transactions wait"));
    }
    this.#waiting += 1;
    const turn = this.#last.then(() => this.#run(work));
    this.#last = turn.then(this.#done, this.#done);
    return turn;
  }

  checkpoint(): Promise<void> {
    const turn = this.#last
      .then(() => checkpointed(this.#writer))
      .catch((error: unknown) => {
        throw storageErrorOf(error);
      });
    this.#last = turn.then(ignore, ignore);
    return turn.then(ignore);
  }

  close(): Promise<void> {
    this.#closing ??= this.#closeAll();
    return this.#closing;
  }

  readonly #done = (): void => {
    this.#waiting -= 1;
  };

  async #run<Result>(work: (writer: SqlWriter) => Promise<Result>): Promise<Result> {
    const connection = this.#writer;
    // IMMEDIATE: the lock is taken now, so that no statement in the middle fails for want of it.
    await connection.run("BEGIN IMMEDIATE", []);
    let open = true;
    const followers: (() => void)[] = [];
    const writer: SqlWriter = {
      ...readerOf(connection, () => open),
      run: async (sql, ...parameters) => {
        assertOpen(open);
        return connection.run(checkedStatement(sql), checkedParameters(parameters));
      },
      afterCommit: (then) => {
        assertOpen(open);
        followers.push(then);
      },
    };
    try {
      const result = await work(writer);
      open = false;
      await connection.run("COMMIT", []);
      for (const follow of followers) follow();
      return result;
    } catch (error) {
      open = false;
      await rollBack(connection, error);
      throw storageErrorOf(error);
    }
  }

  async #closeAll(): Promise<void> {
    await this.#last;
    if (this.#reader !== this.#writer) await this.#reader.close();
    await this.#writer.close();
  }
}

/** SQLite tells in a row, and not by an error, that a reader kept it from finishing. */
async function checkpointed(connection: Connection): Promise<void> {
  const [row] = await connection.all("PRAGMA wal_checkpoint(TRUNCATE)", []);
  if (row?.["busy"] === 0) return;
  throw new AppError(
    "internal_error",
    "Another program reads the database: what was deleted is not out of its files yet.",
  );
}

/** What drivers say of a full disk: SQLite itself, and where not even the log's index can grow. */
const fullDisk = /SQLITE_FULL|database or disk is full|ENOSPC/;

function storageErrorOf(error: unknown): unknown {
  if (!(error instanceof Error) || !fullDisk.test(error.message)) return error;
  return new AppError("storage_full", "The appliance's disk is full: nothing can be written.", {
    cause: error,
  });
}

function ignore(): void {
  // Whoever asked is told.
}

function readerOf(connection: Connection, isOpen: () => boolean = () => true): SqlReader {
  const all: SqlReader["all"] = async (sql, ...parameters) => {
    assertOpen(isOpen());
    const rows = await connection.all(checkedStatement(sql), checkedParameters(parameters));
    return rows.map(checkedRow);
  };
  return {
    all,
    get: async (sql, ...parameters) => (await all(sql, ...parameters))[0] ?? null,
  };
}

/** A statement that comes after its transaction would run in somebody else's. */
function assertOpen(open: boolean): void {
  if (!open) throw new AppError("internal_error", "the transaction of this statement is over");
}

/** SQLite itself rolls back on some errors (a full disk): then there is nothing left to undo. */
async function rollBack(connection: Connection, cause: unknown): Promise<void> {
  try {
    await connection.run("ROLLBACK", []);
  } catch (error) {
    if (error instanceof Error && error.message.includes("no transaction is active")) return;
    throw new AggregateError([cause, error], "a transaction could not be rolled back");
  }
}
