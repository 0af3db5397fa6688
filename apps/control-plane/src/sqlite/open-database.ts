import { AppError } from "@agentcall/base";
import type { Connection, Database } from "./database.ts";
import { migrations } from "./migrations.ts";
import { openNodeSqlite } from "./node-connection.ts";
import { QueuedDatabase } from "./queued-database.ts";
import { openSqlite3 } from "./sqlite3-connection.ts";

export type SqliteDriver = "sqlite3" | "node";

const inMemory = ":memory:";
const leastVersion = "3.51.3"; // before it, two connections could corrupt a WAL (fixed 2026)
const busyTimeoutMs = 5_000; // somebody looks into the file with another program

const settings = [
  "PRAGMA journal_mode = WAL",
  "PRAGMA synchronous = FULL", // the last commit survives a power cut
  "PRAGMA foreign_keys = ON",
  `PRAGMA busy_timeout = ${String(busyTimeoutMs)}`,
  "PRAGMA secure_delete = ON", // what is deleted is overwritten
  "PRAGMA trusted_schema = OFF",
  "PRAGMA cell_size_check = ON",
];

/**
 * Opens the database, brings its schema up to date and hands it out. Throws `AppError` with a
 * sentence for the admin when the file is damaged, newer than this program, or not writable.
 */
export async function openDatabase(file: string, driver: SqliteDriver): Promise<Database> {
  const open = driver === "sqlite3" ? openSqlite3 : openNodeSqlite;
  const writer = await open(file);
  try {
    await assertVersion(writer);
    for (const setting of settings) await writer.all(setting, []);
    await assertSound(writer);
    await migrate(writer);
    if (file === inMemory) return new QueuedDatabase(writer, writer);
    const reader = await open(file);
    await reader.all(`PRAGMA busy_timeout = ${String(busyTimeoutMs)}`, []);
    await reader.all("PRAGMA query_only = ON", []);
    return new QueuedDatabase(writer, reader);
  } catch (error) {
    await writer.close();
    throw error;
  }
}

async function assertVersion(connection: Connection): Promise<void> {
  const [row] = await connection.all("SELECT sqlite_version() AS version", []);
  const version = String(row?.["version"]);
  if (isOlder(version, leastVersion)) {
    throw new AppError(
      "internal_error",
      `SQLite ${version} is too old: ${leastVersion} is needed, or the database might be damaged.`,
    );
  }
}

function isOlder(version: string, least: string): boolean {
  const parts = version.split(".").map(Number);
  const leastParts = least.split(".").map(Number);
  for (const [index, part] of leastParts.entries()) {
    const own = parts[index] ?? 0;
    if (own !== part) return own < part;
  }
  return false;
}

async function assertSound(connection: Connection): Promise<void> {
  const [row] = await connection.all("PRAGMA quick_check(1)", []);
  if (row?.["quick_check"] !== "ok") {
    throw new AppError("internal_error", "The database is damaged: restore it from a backup.");
  }
}

/** Forward only, each step in one transaction with its number. */
async function migrate(connection: Connection): Promise<void> {
  const [row] = await connection.all("PRAGMA user_version", []);
  const present = Number(row?.["user_version"]);
  if (present > migrations.length) {
    throw new AppError(
      "internal_error",
      "The database was written by a newer version of the appliance: install that one, or restore a backup.",
    );
  }
  for (const [index, { statements }] of migrations.entries()) {
    if (index < present) continue;
    await connection.run("BEGIN IMMEDIATE", []);
    try {
      for (const statement of statements) await connection.run(statement, []);
      await connection.run(`PRAGMA user_version = ${String(index + 1)}`, []);
      await connection.run("COMMIT", []);
    } catch (error) {
      await connection.run("ROLLBACK", []);
      throw error;
    }
  }
}
