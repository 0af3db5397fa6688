import { once } from "node:events";
import { Worker } from "node:worker_threads";
import type { Connection, SqlParameters, SqlRow } from "./database.ts";

type Answer =
  | { readonly id: number; readonly rows: readonly SqlRow[]; readonly changes: number }
  | { readonly id: number; readonly error: string };

/**
 * Opens a connection by Node's own `node:sqlite`, in a worker: it is synchronous, and a commit
 * that waits for the disk must not hold up the event loop.
 */
export async function openNodeSqlite(file: string): Promise<Connection> {
  const worker = new Worker(new URL("node-worker.ts", import.meta.url), { workerData: file });
  const pending = new Map<
    number,
    { resolve: (answer: Answer & { rows: unknown }) => void; reject: (error: Error) => void }
  >();
  let lastId = 0;
  const failAll = (error: Error): void => {
    for (const { reject } of pending.values()) reject(error);
    pending.clear();
  };
  await once(worker, "message"); // it has opened the file, or 'error' comes first and rejects
  worker.on("message", (answer: Answer) => {
    const waiting = pending.get(answer.id);
    pending.delete(answer.id);
    if ("error" in answer) waiting?.reject(new Error(answer.error));
    else waiting?.resolve(answer);
  });
  worker.on("error", failAll);
  worker.on("exit", () => {
    failAll(new Error("the database's thread has ended"));
  });

  const ask = (sql: string, parameters: SqlParameters): Promise<Answer & { rows: unknown }> =>
    new Promise((resolve, reject) => {
      lastId += 1;
      pending.set(lastId, { resolve, reject });
      worker.postMessage({ id: lastId, sql, parameters });
    });
  return {
    all: async (sql, parameters) => {
      const answer = await ask(sql, parameters);
      return "rows" in answer ? (answer.rows as readonly SqlRow[]) : [];
    },
    run: async (sql, parameters) => {
      const answer = await ask(sql, parameters);
      return "changes" in answer ? answer.changes : 0;
    },
    close: async () => {
      const ended = once(worker, "exit");
      worker.postMessage("close");
      await ended;
    },
  };
}
