import type { CallId, Turn } from "@agentcall/contract";
import { invariant } from "@agentcall/base";
import type { SqlWriter } from "../sqlite/database.ts";

const placesPerMs = 1_024; // beyond the calls that can begin in one
const beginningCharsMin = 3; // what begins with a letter or two is half of a language
const wordsMax = 20; // of a search; who knows more of a call knows when it was

/** Makes the words of a call's transcript findable, in place of what was there. */
export async function setSearchTranscript(
  writer: SqlWriter,
  callId: CallId,
  turns: readonly Turn[],
): Promise<void> {
  const text = turns.map(({ text: said }) => said).join("\n");
  const place = await ensurePlace(writer, callId);
  await writer.run("UPDATE call_words SET transcript = ? WHERE rowid = ?", text, place);
}

export async function setSearchSummary(
  writer: SqlWriter,
  callId: CallId,
  summary: string,
): Promise<void> {
  const place = await ensurePlace(writer, callId);
  await writer.run("UPDATE call_words SET summary = ? WHERE rowid = ?", summary, place);
}

/** Of these calls, what is named is found no more; `callIds` is a list in JSON. */
export async function forgetSearchWords(
  writer: SqlWriter,
  callIds: string,
  what: "transcript" | "summary",
): Promise<void> {
  await writer.run(
    `UPDATE call_words SET ${what} = '' WHERE rowid IN (SELECT id FROM call_text_place
       WHERE call_id IN (SELECT value FROM json_each(?)))`,
    callIds,
  );
}

/**
 * What somebody typed as a query of FTS5 (https://sqlite.org/fts5.html section 3): each word in
 * quotes, so that none is an operator, all of them wanted, the last one also as a beginning where it
 * has three letters. Null where there is no word in it.
 */
export function searchExpression(typed: string): string | null {
  const words = typed.match(/[\p{L}\p{N}]+/gu)?.slice(0, wordsMax) ?? [];
  const last = words.at(-1);
  if (last === undefined) return null;
  const all = words.map((word) => `"${word}"`).join(" ");
  return last.length < beginningCharsMin ? all : `${all}*`;
}

async function ensurePlace(writer: SqlWriter, callId: CallId): Promise<number> {
  // By when the call began, so that the newest are found first; calls of one millisecond stand side by side.
  const added = await writer.run(
    `INSERT INTO call_text_place (id, call_id)
     SELECT coalesce((SELECT max(id) + 1 FROM call_text_place
         WHERE id BETWEEN started_at_ms * ?1 AND (started_at_ms + 1) * ?1 - 1), started_at_ms * ?1), id
     FROM call WHERE id = ?2 ON CONFLICT (call_id) DO NOTHING`,
    placesPerMs,
    callId,
  );
  const row = await writer.get("SELECT id FROM call_text_place WHERE call_id = ?", callId);
  const place = row?.["id"];
  invariant(typeof place === "number", "the place of a call's words is there");
  if (added > 0) {
    await writer.run(
      "INSERT INTO call_words (rowid, transcript, summary) VALUES (?, '', '')",
      place,
    );
  }
  return place;
}
