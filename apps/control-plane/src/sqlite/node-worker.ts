import { DatabaseSync, type SQLInputValue } from "node:sqlite";
import { parentPort, workerData } from "node:worker_threads";
import { invariant } from "@agentcall/base";

// The thread behind `openNodeSqlite`: one statement at a time, in the order they were asked for.

type Question = {
  readonly id: number;
  readonly sql: string;
  readonly parameters: readonly SQLInputValue[];
};

const port = parentPort;
invariant(port !== null && typeof workerData === "string", "this file runs as a worker");
const database = new DatabaseSync(workerData);
port.postMessage("open");
port.on("message", (question: Question | "close") => {
  if (question === "close") {
    database.close();
    port.close();
    return;
  }
  port.postMessage(answerTo(question));
});

function answerTo({ id, sql, parameters }: Question): unknown {
  try {
    const statement = database.prepare(sql);
    if (statement.columns().length > 0) {
      return { id, rows: statement.all(...parameters).map((row) => ({ ...row })), changes: 0 };
    }
    return { id, rows: [], changes: Number(statement.run(...parameters).changes) };
  } catch (error) {
    return { id, error: error instanceof Error ? error.message : "unknown" };
  }
}
