/** What is kept of calls and for how long, and the ways by which one caller's calls are found. */
export const retentionSchema = {
  name: "retention, erasure, and search by the row",
  statements: [
    // A text is found by its number, which grows with when its call began: by the name of its call, each
    // change would read all texts.
    `CREATE TABLE call_text_place (
      id INTEGER PRIMARY KEY,
      call_id TEXT NOT NULL UNIQUE REFERENCES call (id) ON DELETE CASCADE
    ) STRICT`,
    `INSERT INTO call_text_place (id, call_id) SELECT started_at_ms * 1024 + row_number()
        OVER (PARTITION BY started_at_ms ORDER BY id) - 1, id
      FROM call WHERE id IN (SELECT call_id FROM call_text)`,
    `CREATE VIRTUAL TABLE call_words USING fts5 (
      transcript, summary, tokenize = 'unicode61 remove_diacritics 2'
    )`,
    // Words that are taken out leave the index at once, and not when it is next tidied up.
    "INSERT INTO call_words (call_words, rank) VALUES ('secure-delete', 1)",
    `INSERT INTO call_words (rowid, transcript, summary)
      SELECT place.id, text.transcript, text.summary FROM call_text AS text
      JOIN call_text_place AS place ON place.call_id = text.call_id`,
    "DROP TABLE call_text",
    // What of a call was removed because its time was over.
    `CREATE TABLE call_removal (
      call_id TEXT NOT NULL REFERENCES call (id) ON DELETE CASCADE,
      what TEXT NOT NULL CHECK (what IN ('transcript', 'report')),
      at_ms INTEGER NOT NULL,
      PRIMARY KEY (call_id, what)
    ) STRICT, WITHOUT ROWID`,
    // The proofs: of whom by the contact's id alone, of what by checksums.
    `CREATE TABLE erasure (
      id TEXT PRIMARY KEY,
      contact_id TEXT UNIQUE,
      at_ms INTEGER NOT NULL,
      proof TEXT NOT NULL CHECK (json_valid(proof))
    ) STRICT`,
    "CREATE INDEX call_of_number ON call (number_id, started_at_ms DESC, id DESC)",
    "CREATE INDEX call_from ON call (from_address, started_at_ms DESC, id DESC)",
    "CREATE INDEX call_to ON call (to_address, started_at_ms DESC, id DESC)",
    "CREATE INDEX memory_candidate_of_contact ON memory_candidate (contact_id, created_at_ms DESC, id DESC)",
    "CREATE INDEX memory_of_contact ON memory (contact_id)",
    "CREATE INDEX owner_brief_of_contact ON owner_brief (contact_id) WHERE contact_id IS NOT NULL",
  ],
} as const;
