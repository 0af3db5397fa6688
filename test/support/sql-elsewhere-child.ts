// Runs one statement in a process of its own: see sql-elsewhere.ts.
import { readFileSync } from "node:fs";
import { DatabaseSync, type SQLInputValue, type SQLOutputValue } from "node:sqlite";

type Hex = { readonly hex: string };
type Question = {
  readonly file: string;
  readonly sql: string;
  readonly parameterLists: readonly (readonly (string | number | null | Hex)[])[];
};

const { file, sql, parameterLists } = JSON.parse(readFileSync(0, "utf8")) as Question;
const db = new DatabaseSync(file);
db.exec("PRAGMA busy_timeout = 5000");
const isRead = sql.trimStart().startsWith("SELECT");
if (!isRead) db.exec("BEGIN IMMEDIATE");
const statement = db.prepare(sql);
let rows: readonly Record<string, SQLOutputValue>[] = [];
for (const parameters of parameterLists) {
  const values = parameters.map((value): SQLInputValue =>
    typeof value === "object" && value !== null ? Buffer.from(value.hex, "hex") : value,
  );
  rows = statement.all(...values);
}
if (!isRead) db.exec("COMMIT");
db.close();
const inJson = rows.map((row) =>
  Object.fromEntries(
    Object.entries(row).map(([column, value]) => [
      column,
      value instanceof Uint8Array ? { hex: Buffer.from(value).toString("hex") } : value,
    ]),
  ),
);
process.stdout.write(JSON.stringify(inJson));
