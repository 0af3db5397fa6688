/** Work that follows from facts: written with the fact, done later, in order within a lane. */
export const jobsSchema = {
  name: "jobs",
  statements: [
    `CREATE TABLE job (
      seq INTEGER PRIMARY KEY AUTOINCREMENT,
      id TEXT NOT NULL UNIQUE,
      kind TEXT NOT NULL,
      dedupe_id TEXT NOT NULL,
      lane TEXT NOT NULL,
      share TEXT NOT NULL,
      payload TEXT NOT NULL CHECK (json_valid(payload)),
      state TEXT NOT NULL CHECK (state IN ('waiting', 'running', 'done', 'parked')),
      attempts INTEGER NOT NULL,
      due_at_ms INTEGER NOT NULL,
      last_reason TEXT,
      created_at_ms INTEGER NOT NULL,
      updated_at_ms INTEGER NOT NULL,
      UNIQUE (kind, dedupe_id)
    ) STRICT`,
    "CREATE INDEX job_due ON job (kind, due_at_ms, seq) WHERE state = 'waiting'",
    "CREATE INDEX job_lane ON job (lane, seq) WHERE state IN ('waiting', 'running')",
    "CREATE INDEX job_by_state ON job (state, created_at_ms DESC, id DESC)",
  ],
} as const;
