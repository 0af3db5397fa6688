/** What the agent called between the turns. */
export const toolCallsSchema = {
  name: "tool calls of the transcript",
  statements: [
    `CREATE TABLE tool_call (
      call_id TEXT NOT NULL REFERENCES call (id) ON DELETE CASCADE,
      item_id TEXT NOT NULL,
      previous_item_id TEXT,
      name TEXT NOT NULL,
      arguments TEXT NOT NULL,
      output TEXT,
      started_at_ms INTEGER NOT NULL,
      PRIMARY KEY (call_id, item_id)
    ) STRICT`,
  ],
} as const;
