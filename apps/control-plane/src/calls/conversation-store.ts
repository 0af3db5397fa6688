import {
  type AgentToolCall,
  agentToolCallSchema,
  type CallId,
  type Turn,
  turnSchema,
} from "@agentcall/contract";
import type { SqlReader, SqlRow, SqlWriter } from "../sqlite/database.ts";
import { inConversationOrder } from "./conversation-order.ts";

/** One piece of a conversation: a turn, or a tool that the agent called between two. */
export type Spoken =
  ({ readonly kind: "turn" } & Turn) | ({ readonly kind: "tool-call" } & AgentToolCall);

/** The same turn told again (it was cut short by the caller, say) takes the place of the former. */
export async function putTurn(writer: SqlWriter, callId: CallId, turn: Turn): Promise<number> {
  return writer.run(
    `INSERT INTO turn (call_id, item_id, previous_item_id, speaker, text, started_at_ms, heard_ms, interrupted)
     SELECT id, ?, ?, ?, ?, ?, ?, ? FROM call WHERE id = ?
     ON CONFLICT (call_id, item_id) DO UPDATE SET previous_item_id = excluded.previous_item_id,
       text = excluded.text, heard_ms = excluded.heard_ms, interrupted = excluded.interrupted`,
    turn.itemId,
    turn.previousItemId,
    turn.speaker,
    turn.text,
    turn.startedAtMs,
    turn.heardMs,
    turn.interrupted ? 1 : 0,
    callId,
  );
}

/** Told again with its output, it takes the place of the former; an output that was told stays. */
export async function putToolCall(
  writer: SqlWriter,
  callId: CallId,
  toolCall: AgentToolCall,
): Promise<number> {
  return writer.run(
    `INSERT INTO tool_call (call_id, item_id, previous_item_id, name, arguments, output, started_at_ms)
     SELECT id, ?, ?, ?, ?, ?, ? FROM call WHERE id = ?
     ON CONFLICT (call_id, item_id) DO UPDATE SET output = coalesce(excluded.output, output)`,
    toolCall.itemId,
    toolCall.previousItemId,
    toolCall.name,
    toolCall.argumentsJson,
    toolCall.output,
    toolCall.startedAtMs,
    callId,
  );
}

/** What was said, heard and called, in the order of the conversation. */
export async function conversationOf(reader: SqlReader, id: CallId): Promise<readonly Spoken[]> {
  const [turns, toolCalls] = await Promise.all([
    reader.all("SELECT * FROM turn WHERE call_id = ? ORDER BY rowid", id),
    reader.all("SELECT * FROM tool_call WHERE call_id = ? ORDER BY rowid", id),
  ]);
  return inConversationOrder([...turns.map(turnOf), ...toolCalls.map(toolCallOf)]);
}

/** The turns alone, in the order of the conversation. */
export function turnsIn(conversation: readonly Spoken[]): readonly Turn[] {
  return conversation.flatMap((spoken) => (spoken.kind === "turn" ? [spoken] : []));
}

function turnOf(row: SqlRow): Spoken {
  const turn = turnSchema.parse({
    itemId: row["item_id"],
    previousItemId: row["previous_item_id"],
    speaker: row["speaker"],
    text: row["text"],
    startedAtMs: row["started_at_ms"],
    heardMs: row["heard_ms"],
    interrupted: row["interrupted"] === 1,
  });
  return { kind: "turn", ...turn };
}

function toolCallOf(row: SqlRow): Spoken {
  const toolCall = agentToolCallSchema.parse({
    itemId: row["item_id"],
    previousItemId: row["previous_item_id"],
    name: row["name"],
    argumentsJson: row["arguments"],
    output: row["output"],
    startedAtMs: row["started_at_ms"],
  });
  return { kind: "tool-call", ...toolCall };
}
