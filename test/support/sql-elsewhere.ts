import { execFileSync, spawnSync } from "node:child_process";
import path from "node:path";

type Value = string | number | null | Uint8Array;
export type ElsewhereRow = Readonly<Record<string, Value>>;

const bytesMax = 64 * 1_048_576; // a test's database has one of them
const child = path.join(import.meta.dirname, "sql-elsewhere-child.ts");

/**
 * Runs a statement on a live database, once for each list of parameters, from a process of its own,
 * and returns the rows of the last. Two libraries of SQLite in one process do not see each other's
 * locks on a file (fcntl(2) locks belong to the process): the second takes itself for the first, and
 * truncates the -shm file under the other's feet, which dies of SIGBUS in walIndexReadHdr.
 */
export function sqlElsewhere(
  file: string,
  sql: string,
  parameterLists: readonly (readonly Value[])[] = [[]],
): readonly ElsewhereRow[] {
  const { status, stdout, stderr } = spawnSync(process.execPath, [child], {
    input: JSON.stringify({
      file,
      sql,
      parameterLists: parameterLists.map((list) => list.map(toJson)),
    }),
    encoding: "utf8",
    maxBuffer: bytesMax,
  });
  if (status !== 0) throw new Error(`the other process failed: ${stderr}`);
  const rows = JSON.parse(stdout) as readonly Record<string, unknown>[];
  return rows.map((row) =>
    Object.fromEntries(Object.entries(row).map(([column, value]) => [column, fromJson(value)])),
  );
}

/** What a file of a live database holds: whoever closes it in our process gives up SQLite's locks on it. */
export function bytesElsewhere(file: string): Buffer {
  return execFileSync("cat", [file], { maxBuffer: bytesMax });
}

function toJson(value: Value): unknown {
  return value instanceof Uint8Array ? { hex: Buffer.from(value).toString("hex") } : value;
}

function fromJson(value: unknown): Value {
  if (typeof value === "object" && value !== null && "hex" in value) {
    return Buffer.from(String(value.hex), "hex");
  }
  return value as string | number | null;
}
