import type { CallId, Turn } from "@agentcall/contract";
import type { SqlWriter } from "../sqlite/database.ts";

const wordsMax = 20; // of a search; who knows more of a call knows when it was

/** Makes the words of a call's transcript findable, in place of what was there. */
export async function setSearchTranscript(
  writer: SqlWriter,
  callId: CallId,
  turns: readonly Turn[],
): Promise<void> {
  await writer.run("DELETE FROM call_text WHERE call_id = ?", callId);
  await writer.run(
    "INSERT INTO call_text (call_id, transcript, summary) VALUES (?, ?, '')",
    callId,
    turns.map(({ text }) => text).join("\n"),
  );
}

export async function setSearchSummary(
  writer: SqlWriter,
  callId: CallId,
  summary: string,
): Promise<void> {
  await writer.run("UPDATE call_text SET summary = ? WHERE call_id = ?", summary, callId);
}

/**
 * What somebody typed as a query of FTS5 (https://sqlite.org/fts5.html section 3): each word in
 * quotes, so that none is an operator, all of them wanted, the last one also as a beginning. Null
 * where there is no word in it.
 */
export function searchExpression(typed: string): string | null {
  const words = typed.match(/[\p{L}\p{N}]+/gu)?.slice(0, wordsMax) ?? [];
  return words.length === 0 ? null : `${words.map((word) => `"${word}"`).join(" ")}*`;
}
