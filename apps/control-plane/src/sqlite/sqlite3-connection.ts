import sqlite3 from "sqlite3";
import type { Connection, SqlRow } from "./database.ts";

/** Opens a connection by the `sqlite3` package, which works on threads of its own. */
export async function openSqlite3(file: string): Promise<Connection> {
  const connection = await new Promise<sqlite3.Database>((resolve, reject) => {
    const opening = new sqlite3.Database(file, (error) => {
      if (error === null) resolve(opening);
      else reject(error);
    });
  });
  return {
    all: (sql, parameters) =>
      new Promise((resolve, reject) => {
        // Every call has a callback: an error without one would end the process.
        connection.all<SqlRow>(sql, [...parameters], (error, rows) => {
          if (error === null) resolve(rows);
          else reject(error);
        });
      }),
    run: (sql, parameters) =>
      new Promise((resolve, reject) => {
        connection.run(sql, [...parameters], function (this: sqlite3.RunResult, error) {
          if (error === null) resolve(this.changes);
          else reject(error);
        });
      }),
    close: () =>
      new Promise((resolve, reject) => {
        connection.close((error) => {
          if (error === null) resolve();
          else reject(error);
        });
      }),
  };
}
