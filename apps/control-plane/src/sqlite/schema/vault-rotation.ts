/** Versions of the wrapping key with their states, the root a file or a passphrase, and marks of damage. */
export const vaultRotationSchema = {
  name: "wrapping keys are exchanged, and the root may be a passphrase",
  statements: [
    "ALTER TABLE vault DROP COLUMN primary_version",
    `ALTER TABLE vault ADD COLUMN root TEXT NOT NULL DEFAULT 'file'
      CHECK (root IN ('file', 'passphrase'))`,
    // scrypt's parameters (RFC 7914), null for a file.
    "ALTER TABLE vault ADD COLUMN salt BLOB",
    "ALTER TABLE vault ADD COLUMN cost INTEGER",
    "ALTER TABLE vault ADD COLUMN block_size INTEGER",
    "ALTER TABLE vault ADD COLUMN parallelization INTEGER",
    "ALTER TABLE vault ADD COLUMN fingerprint_nonce BLOB",
    "ALTER TABLE vault ADD COLUMN fingerprint_ciphertext BLOB",
    "ALTER TABLE vault ADD COLUMN fingerprint_tag BLOB",
    "ALTER TABLE wrapping_key RENAME TO wrapping_key_before",
    `CREATE TABLE wrapping_key (
      key_version INTEGER PRIMARY KEY,
      state TEXT NOT NULL CHECK (state IN ('primary', 'enabled', 'disabled', 'destroyed')),
      nonce BLOB,
      ciphertext BLOB,
      tag BLOB,
      made_at_ms INTEGER NOT NULL,
      disabled_at_ms INTEGER,
      destroyed_at_ms INTEGER,
      CHECK ((state = 'destroyed') = (ciphertext IS NULL))
    ) STRICT`,
    "CREATE UNIQUE INDEX one_primary ON wrapping_key (state) WHERE state = 'primary'",
    // Until this step there was one version, and nobody wrote down when it was made.
    `INSERT INTO wrapping_key (key_version, state, nonce, ciphertext, tag, made_at_ms)
      SELECT key_version, 'primary', nonce, ciphertext, tag, unixepoch() * 1000
      FROM wrapping_key_before`,
    "DROP TABLE wrapping_key_before",
    "ALTER TABLE secret ADD COLUMN key_version INTEGER NOT NULL DEFAULT 1",
    "ALTER TABLE secret ADD COLUMN unreadable_since_ms INTEGER",
    "CREATE INDEX secret_by_key_version ON secret (key_version)",
  ],
};
