import { forgetSearchWords } from "../search/call-search.ts";
import type { SqlWriter } from "../sqlite/database.ts";

const these = "(SELECT value FROM json_each(?))";

/**
 * Takes out of these calls what was said and called in them, what the agent was told of the caller,
 * and what webhooks were told of it, also what still waits to be told. `secure_delete` overwrites it.
 */
export async function removeTranscripts(
  writer: SqlWriter,
  callIds: readonly string[],
): Promise<void> {
  const list = JSON.stringify(callIds);
  await writer.run(`DELETE FROM turn WHERE call_id IN ${these}`, list);
  await writer.run(`DELETE FROM tool_call WHERE call_id IN ${these}`, list);
  await writer.run(`DELETE FROM call_context WHERE call_id IN ${these}`, list);
  await forgetSearchWords(writer, list, "transcript");
  await writer.run(
    `DELETE FROM webhook_message WHERE call_id IN ${these}
       AND event IN ('call.transcript', 'transcript.partial')`,
    list,
  );
}

/**
 * Empties the reports of these calls, with what came of them: the owner's brief, and what webhooks
 * were told. One that is being made is not written any more.
 */
export async function removeReports(writer: SqlWriter, callIds: readonly string[]): Promise<void> {
  const list = JSON.stringify(callIds);
  await writer.run(
    `UPDATE call_report SET report = NULL, state = 'ready' WHERE call_id IN ${these}`,
    list,
  );
  await writer.run(`DELETE FROM owner_brief WHERE call_id IN ${these}`, list);
  await forgetSearchWords(writer, list, "summary");
  await writer.run(
    `DELETE FROM webhook_message WHERE call_id IN ${these}
       AND event IN ('call.transcript', 'call.report.ready')`,
    list,
  );
}
