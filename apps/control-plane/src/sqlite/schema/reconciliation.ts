/** What carriers and the provider say of our calls, as it was imported. */
export const reconciliationSchema = {
  name: "reconciliation",
  statements: [
    `CREATE TABLE reconciliation_import (
      id TEXT PRIMARY KEY,
      kind TEXT NOT NULL CHECK (kind IN ('carrier', 'provider')),
      trunk_id TEXT,
      from_ms INTEGER NOT NULL,
      until_ms INTEGER NOT NULL,
      row_count INTEGER NOT NULL,
      bad_row_count INTEGER NOT NULL,
      problems TEXT NOT NULL CHECK (json_valid(problems)),
      imported_at_ms INTEGER NOT NULL
    ) STRICT`,
    `CREATE TABLE cdr_row (
      import_id TEXT NOT NULL REFERENCES reconciliation_import (id) ON DELETE CASCADE,
      line INTEGER NOT NULL,
      at_ms INTEGER NOT NULL,
      other_at_ms INTEGER,
      from_address TEXT NOT NULL,
      to_address TEXT NOT NULL,
      duration_ms INTEGER NOT NULL,
      sip_call_id TEXT,
      PRIMARY KEY (import_id, line)
    ) STRICT, WITHOUT ROWID`,
    "CREATE INDEX cdr_row_by_time ON cdr_row (at_ms)",
    `CREATE TABLE provider_day (
      import_id TEXT NOT NULL REFERENCES reconciliation_import (id) ON DELETE CASCADE,
      day TEXT NOT NULL,
      key TEXT NOT NULL,
      input_tokens INTEGER NOT NULL,
      output_tokens INTEGER NOT NULL,
      PRIMARY KEY (import_id, day, key)
    ) STRICT, WITHOUT ROWID`,
  ],
};
