/** What stands and somebody was told of: told once, also across restarts. */
export const alertsSchema = {
  name: "alerts",
  statements: [
    `CREATE TABLE alert (
      code TEXT NOT NULL,
      subject TEXT NOT NULL,
      raised_at_ms INTEGER NOT NULL,
      PRIMARY KEY (code, subject)
    ) STRICT, WITHOUT ROWID`,
    // Written to where room is short, to see whether anything can be.
    "CREATE TABLE disk_probe (id INTEGER PRIMARY KEY CHECK (id = 1), bytes BLOB NOT NULL) STRICT",
  ],
};
