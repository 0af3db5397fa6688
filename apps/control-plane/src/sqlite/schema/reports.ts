/** What is drawn from calls, and what is remembered of callers. */
export const reportsSchema = {
  name: "reports, memory and search",
  statements: [
    `CREATE TABLE setting (
      name TEXT PRIMARY KEY,
      value TEXT NOT NULL CHECK (json_valid(value))
    ) STRICT, WITHOUT ROWID`,
    `CREATE TABLE call_report (
      call_id TEXT PRIMARY KEY REFERENCES call (id) ON DELETE CASCADE,
      state TEXT NOT NULL CHECK (state IN ('extracting', 'ready', 'failed')),
      report TEXT CHECK (report IS NULL OR json_valid(report)),
      updated_at_ms INTEGER NOT NULL
    ) STRICT`,
    "CREATE INDEX call_report_by_time ON call_report (updated_at_ms DESC, call_id DESC)",
    `CREATE TABLE contact (
      id TEXT PRIMARY KEY,
      phone TEXT NOT NULL UNIQUE,
      number_id TEXT,
      display_name TEXT,
      tags TEXT NOT NULL CHECK (json_valid(tags)),
      owner_notes TEXT,
      verified INTEGER NOT NULL CHECK (verified IN (0, 1)),
      blocked_at_ms INTEGER,
      next_call_context TEXT NOT NULL,
      brief TEXT NOT NULL,
      created_at_ms INTEGER NOT NULL,
      updated_at_ms INTEGER NOT NULL
    ) STRICT`,
    "CREATE INDEX contact_by_time ON contact (created_at_ms DESC, id DESC)",
    `CREATE TABLE memory (
      id TEXT PRIMARY KEY,
      contact_id TEXT NOT NULL REFERENCES contact (id) ON DELETE CASCADE,
      slot TEXT NOT NULL,
      kind TEXT NOT NULL,
      text TEXT NOT NULL,
      confidence REAL NOT NULL,
      quote TEXT NOT NULL,
      source_call_id TEXT NOT NULL,
      state TEXT NOT NULL CHECK (state IN ('active', 'superseded', 'deleted')),
      owner_approved INTEGER NOT NULL CHECK (owner_approved IN (0, 1)),
      corroborations INTEGER NOT NULL,
      created_at_ms INTEGER NOT NULL,
      updated_at_ms INTEGER NOT NULL
    ) STRICT`,
    "CREATE UNIQUE INDEX memory_truth ON memory (contact_id, slot) WHERE state = 'active'",
    `CREATE TABLE memory_candidate (
      id TEXT PRIMARY KEY,
      contact_id TEXT NOT NULL REFERENCES contact (id) ON DELETE CASCADE,
      slot TEXT NOT NULL,
      kind TEXT NOT NULL,
      text TEXT NOT NULL,
      confidence REAL NOT NULL,
      quote TEXT NOT NULL,
      source_call_id TEXT NOT NULL,
      state TEXT NOT NULL CHECK (state IN ('pending', 'accepted', 'corroborated', 'rejected')),
      reason TEXT,
      memory_id TEXT,
      created_at_ms INTEGER NOT NULL,
      UNIQUE (source_call_id, slot, text)
    ) STRICT`,
    "CREATE INDEX memory_candidate_by_time ON memory_candidate (created_at_ms DESC, id DESC)",
    `CREATE TABLE memory_event (
      seq INTEGER PRIMARY KEY,
      contact_id TEXT NOT NULL REFERENCES contact (id) ON DELETE CASCADE,
      slot TEXT NOT NULL,
      memory_id TEXT,
      what TEXT NOT NULL,
      text TEXT NOT NULL,
      quote TEXT,
      source_call_id TEXT,
      reason TEXT,
      at_ms INTEGER NOT NULL
    ) STRICT`,
    "CREATE INDEX memory_event_of_slot ON memory_event (contact_id, slot, seq)",
    `CREATE TABLE owner_brief (
      id TEXT PRIMARY KEY,
      call_id TEXT NOT NULL UNIQUE REFERENCES call (id) ON DELETE CASCADE,
      contact_id TEXT REFERENCES contact (id) ON DELETE CASCADE,
      text TEXT NOT NULL,
      urgency TEXT NOT NULL,
      state TEXT NOT NULL CHECK (state IN ('open', 'acknowledged', 'resolved')),
      created_at_ms INTEGER NOT NULL,
      updated_at_ms INTEGER NOT NULL
    ) STRICT`,
    "CREATE INDEX owner_brief_by_time ON owner_brief (created_at_ms DESC, id DESC)",
    // What the agent was told of the caller before it spoke.
    `CREATE TABLE call_context (
      call_id TEXT PRIMARY KEY,
      source TEXT NOT NULL,
      block TEXT NOT NULL,
      webhook TEXT NOT NULL,
      at_ms INTEGER NOT NULL
    ) STRICT`,
    // Words of transcripts and summaries, without their accents.
    `CREATE VIRTUAL TABLE call_text USING fts5 (
      call_id UNINDEXED, transcript, summary, tokenize = 'unicode61 remove_diacritics 2'
    )`,
  ],
} as const;
