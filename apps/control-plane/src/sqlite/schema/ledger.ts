/** The append-only ledger and the sums that move with it. */
export const ledgerSchema = {
  name: "the usage ledger",
  statements: [
    `CREATE TABLE ledger_entry (
      sequence INTEGER PRIMARY KEY,
      entry_id TEXT NOT NULL UNIQUE,
      epoch INTEGER NOT NULL,
      kind TEXT NOT NULL CHECK (kind IN ('interim', 'final', 'recovered', 'correction')),
      call_id TEXT NOT NULL,
      segment INTEGER NOT NULL,
      number_id TEXT NOT NULL,
      voice_mode TEXT NOT NULL CHECK (voice_mode IN ('managed', 'byok')),
      direction TEXT NOT NULL CHECK (direction IN ('inbound', 'outbound')),
      recorded INTEGER NOT NULL CHECK (recorded IN (0, 1)),
      rate_card_version TEXT NOT NULL,
      key_fingerprint TEXT,
      trunk_id TEXT,
      booked_at_ms INTEGER NOT NULL,
      from_ms INTEGER NOT NULL,
      to_ms INTEGER NOT NULL,
      billed_ms INTEGER NOT NULL,
      amount_micros INTEGER NOT NULL,
      clock_drift_ms INTEGER NOT NULL,
      corrects_entry_id TEXT REFERENCES ledger_entry (entry_id),
      reason TEXT,
      hash TEXT NOT NULL,
      recorded_at_ms INTEGER NOT NULL
    ) STRICT`,
    "CREATE INDEX ledger_entry_by_call ON ledger_entry (call_id)",
    `CREATE INDEX ledger_correction ON ledger_entry (corrects_entry_id)
      WHERE corrects_entry_id IS NOT NULL`,
    `CREATE TRIGGER ledger_has_no_gap BEFORE INSERT ON ledger_entry
      WHEN NEW.sequence IS NOT (SELECT coalesce(max(sequence), 0) + 1 FROM ledger_entry)
      BEGIN SELECT RAISE(ABORT, 'the ledger has no gap'); END`,
    `CREATE TRIGGER ledger_is_not_altered BEFORE UPDATE ON ledger_entry
      BEGIN SELECT RAISE(ABORT, 'the ledger is not altered'); END`,
    `CREATE TRIGGER ledger_is_not_removed BEFORE DELETE ON ledger_entry
      BEGIN SELECT RAISE(ABORT, 'the ledger is not removed'); END`,
    `CREATE TABLE usage_total (
      period TEXT NOT NULL,
      number_id TEXT NOT NULL,
      voice_mode TEXT NOT NULL,
      calls INTEGER NOT NULL,
      talk_ms INTEGER NOT NULL,
      billed_ms INTEGER NOT NULL,
      amount_micros INTEGER NOT NULL,
      PRIMARY KEY (period, number_id, voice_mode)
    ) STRICT, WITHOUT ROWID`,
    `CREATE TABLE token_total (
      period TEXT NOT NULL,
      number_id TEXT NOT NULL,
      voice_mode TEXT NOT NULL,
      model TEXT NOT NULL,
      input_text INTEGER NOT NULL,
      input_audio INTEGER NOT NULL,
      input_cached INTEGER NOT NULL,
      output_text INTEGER NOT NULL,
      output_audio INTEGER NOT NULL,
      transcription INTEGER NOT NULL,
      PRIMARY KEY (period, number_id, voice_mode, model)
    ) STRICT, WITHOUT ROWID`,
    `CREATE TABLE ledger_epoch (
      epoch INTEGER PRIMARY KEY,
      began_at_ms INTEGER NOT NULL
    ) STRICT`,
    "INSERT INTO ledger_epoch (epoch, began_at_ms) VALUES (1, 0)",
  ],
};
