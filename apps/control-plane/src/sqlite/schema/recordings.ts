/** Recordings of calls. Their audio lies sealed in files, the keys of which lie in the vault. */
export const recordingsSchema = {
  name: "recordings",
  statements: [
    // A plan comes before its call is told of, and a recording may outlive its number.
    `CREATE TABLE recording (
      call_id TEXT PRIMARY KEY,
      number_id TEXT NOT NULL,
      state TEXT NOT NULL CHECK (state IN ('running', 'ready', 'failed', 'deleted')),
      flaw TEXT,
      audio_ms INTEGER,
      retention_days INTEGER NOT NULL,
      planned_at_ms INTEGER NOT NULL,
      ready_at_ms INTEGER,
      deleted_at_ms INTEGER
    ) STRICT`,
    "CREATE INDEX recording_by_age ON recording (planned_at_ms) WHERE state <> 'deleted'",
  ],
} as const;
