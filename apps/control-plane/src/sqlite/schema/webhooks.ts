/** Webhooks, what they are told, and how each telling went. Their secrets lie in the vault. */
export const webhooksSchema = {
  name: "webhooks",
  statements: [
    `CREATE TABLE webhook (
      id TEXT PRIMARY KEY,
      url TEXT NOT NULL,
      events TEXT NOT NULL CHECK (json_valid(events)),
      created_at_ms INTEGER NOT NULL,
      former_secret_until_ms INTEGER
    ) STRICT`,
    `CREATE TABLE webhook_message (
      id TEXT PRIMARY KEY,
      event TEXT NOT NULL,
      call_id TEXT,
      dedupe_id TEXT NOT NULL UNIQUE,
      body TEXT NOT NULL,
      created_at_ms INTEGER NOT NULL
    ) STRICT`,
    "CREATE INDEX webhook_message_by_time ON webhook_message (created_at_ms)",
    "CREATE INDEX webhook_message_of_call ON webhook_message (call_id) WHERE call_id IS NOT NULL",
    `CREATE TABLE webhook_delivery (
      id TEXT PRIMARY KEY,
      webhook_id TEXT NOT NULL REFERENCES webhook (id) ON DELETE CASCADE,
      message_id TEXT NOT NULL REFERENCES webhook_message (id) ON DELETE CASCADE,
      state TEXT NOT NULL CHECK (state IN ('waiting', 'acknowledged', 'parked')),
      redelivery_of TEXT,
      created_at_ms INTEGER NOT NULL,
      acknowledged_at_ms INTEGER,
      attempts TEXT NOT NULL CHECK (json_valid(attempts))
    ) STRICT`,
    `CREATE INDEX webhook_delivery_by_time
      ON webhook_delivery (webhook_id, created_at_ms DESC, id DESC)`,
    "CREATE INDEX webhook_delivery_of_message ON webhook_delivery (message_id)",
  ],
} as const;
