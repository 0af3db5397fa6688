/** Batches as they were sealed, what became of each, and where the export stands. */
export const exportsSchema = {
  name: "usage exports",
  statements: [
    `CREATE TABLE export_batch (
      batch_id TEXT PRIMARY KEY,
      epoch INTEGER NOT NULL,
      number INTEGER NOT NULL,
      from_sequence INTEGER NOT NULL,
      to_sequence INTEGER NOT NULL,
      entry_count INTEGER NOT NULL,
      amount_micros INTEGER NOT NULL,
      billed_ms INTEGER NOT NULL,
      manifest TEXT NOT NULL CHECK (json_valid(manifest)),
      signature TEXT NOT NULL,
      sealed_at_ms INTEGER NOT NULL,
      UNIQUE (epoch, number)
    ) STRICT`,
    `CREATE TRIGGER export_batch_is_not_altered BEFORE UPDATE ON export_batch
      BEGIN SELECT RAISE(ABORT, 'a sealed batch is not altered'); END`,
    `CREATE TRIGGER export_batch_is_not_removed BEFORE DELETE ON export_batch
      BEGIN SELECT RAISE(ABORT, 'a sealed batch is not removed'); END`,
    `CREATE TABLE export_delivery (
      batch_id TEXT PRIMARY KEY REFERENCES export_batch (batch_id),
      state TEXT NOT NULL CHECK (state IN ('sealed', 'acknowledged', 'parked')),
      attempts INTEGER NOT NULL,
      last_attempt_at_ms INTEGER,
      last_problem TEXT,
      sent_through INTEGER NOT NULL,
      acknowledged_at_ms INTEGER,
      acknowledgement TEXT
    ) STRICT`,
    "CREATE INDEX export_delivery_open ON export_delivery (batch_id) WHERE state <> 'acknowledged'",
    `CREATE TABLE export_rejection (
      batch_id TEXT NOT NULL REFERENCES export_batch (batch_id),
      entry_id TEXT NOT NULL,
      reason TEXT NOT NULL,
      PRIMARY KEY (batch_id, entry_id)
    ) STRICT, WITHOUT ROWID`,
    `CREATE TABLE export_state (
      id INTEGER PRIMARY KEY CHECK (id = 1),
      watermark INTEGER NOT NULL,
      forked INTEGER NOT NULL CHECK (forked IN (0, 1)),
      resend_number INTEGER,
      failing_since_ms INTEGER,
      alerted INTEGER NOT NULL CHECK (alerted IN (0, 1)),
      settings TEXT CHECK (settings IS NULL OR json_valid(settings))
    ) STRICT`,
    `INSERT INTO export_state (id, watermark, forked, resend_number, failing_since_ms, alerted, settings)
      VALUES (1, 0, 0, NULL, NULL, 0, NULL)`,
    `CREATE TRIGGER watermark_only_grows BEFORE UPDATE OF watermark ON export_state
      WHEN NEW.watermark < OLD.watermark
      BEGIN SELECT RAISE(ABORT, 'the watermark only grows'); END`,
  ],
};
