/** Calls that are placed: who speaks for a number, and who speaks in each call until it is over. */
export const placedCallsSchema = {
  name: "calls that are placed",
  statements: [
    "ALTER TABLE number ADD COLUMN outbound TEXT CHECK (outbound IS NULL OR json_valid(outbound))",
    `CREATE TABLE outbound_call (
        call_id TEXT PRIMARY KEY,
        agent TEXT NOT NULL CHECK (json_valid(agent))
      ) STRICT, WITHOUT ROWID`,
    "CREATE INDEX call_placed ON call (started_at_ms) WHERE direction = 'outbound'",
  ],
};
