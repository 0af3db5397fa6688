import { alertsSchema } from "./schema/alerts.ts";
import { budgetsSchema } from "./schema/budgets.ts";
import { exportsSchema } from "./schema/exports.ts";
import { jobsSchema } from "./schema/jobs.ts";
import { ledgerSchema } from "./schema/ledger.ts";
import { retentionSchema } from "./schema/retention.ts";
import { toolCallsSchema } from "./schema/tool-calls.ts";
import { recordingsSchema } from "./schema/recordings.ts";
import { vaultRotationSchema } from "./schema/vault-rotation.ts";
import { reconciliationSchema } from "./schema/reconciliation.ts";
import { placedCallsSchema } from "./schema/placed-calls.ts";
import { reportsSchema } from "./schema/reports.ts";
import { webhooksSchema } from "./schema/webhooks.ts";

/** One step of the schema. Numbered by its place, never edited once released. */
export type Migration = { readonly name: string; readonly statements: readonly string[] };

const integer = (column: string): string => `CHECK (typeof(${column}) IN ('integer', 'null'))`;

export const migrations: readonly Migration[] = [
  {
    name: "numbers, calls, transcripts and API keys",
    statements: [
      `CREATE TABLE number (
        id TEXT PRIMARY KEY,
        e164 TEXT NOT NULL UNIQUE,
        label TEXT,
        voice_mode TEXT NOT NULL CHECK (voice_mode IN ('managed', 'byok')),
        inbound TEXT CHECK (inbound IS NULL OR json_valid(inbound)),
        created_at_ms INTEGER NOT NULL,
        updated_at_ms INTEGER NOT NULL
      ) STRICT`,
      `CREATE TABLE call (
        id TEXT PRIMARY KEY,
        gateway_id TEXT NOT NULL,
        boot_id TEXT NOT NULL,
        direction TEXT NOT NULL CHECK (direction IN ('inbound', 'outbound')),
        from_address TEXT NOT NULL,
        to_address TEXT NOT NULL,
        number_id TEXT,
        voice_mode TEXT,
        sip_call_id TEXT NOT NULL,
        status TEXT NOT NULL,
        started_at_ms INTEGER NOT NULL,
        answered_at_ms INTEGER ${integer("answered_at_ms")},
        ended_at_ms INTEGER ${integer("ended_at_ms")},
        record TEXT CHECK (record IS NULL OR json_valid(record))
      ) STRICT`,
      "CREATE INDEX call_by_start ON call (started_at_ms DESC, id DESC)",
      "CREATE INDEX call_in_progress ON call (gateway_id) WHERE record IS NULL",
      `CREATE TABLE turn (
        call_id TEXT NOT NULL REFERENCES call (id) ON DELETE CASCADE,
        item_id TEXT NOT NULL,
        previous_item_id TEXT,
        speaker TEXT NOT NULL CHECK (speaker IN ('human', 'ai')),
        text TEXT NOT NULL,
        started_at_ms INTEGER NOT NULL,
        heard_ms INTEGER ${integer("heard_ms")},
        interrupted INTEGER NOT NULL CHECK (interrupted IN (0, 1)),
        PRIMARY KEY (call_id, item_id)
      ) STRICT`,
      `CREATE TABLE call_event (
        id TEXT PRIMARY KEY,
        call_id TEXT NOT NULL,
        kind TEXT NOT NULL,
        at_ms INTEGER NOT NULL
      ) STRICT, WITHOUT ROWID`,
      `CREATE TABLE api_key (
        id TEXT PRIMARY KEY,
        hash BLOB NOT NULL UNIQUE,
        role TEXT NOT NULL CHECK (role IN ('viewer', 'operator', 'admin')),
        created_at_ms INTEGER NOT NULL
      ) STRICT`,
      `CREATE TABLE idempotency (
        api_key_id TEXT NOT NULL,
        key TEXT NOT NULL,
        request_hash TEXT NOT NULL,
        http_status INTEGER NOT NULL,
        body TEXT NOT NULL,
        created_at_ms INTEGER NOT NULL,
        PRIMARY KEY (api_key_id, key)
      ) STRICT, WITHOUT ROWID`,
    ],
  },
  {
    name: "the vault",
    statements: [
      `CREATE TABLE vault (
        id INTEGER PRIMARY KEY CHECK (id = 1),
        appliance_id TEXT NOT NULL,
        primary_version INTEGER NOT NULL
      ) STRICT`,
      `CREATE TABLE wrapping_key (
        key_version INTEGER PRIMARY KEY,
        nonce BLOB NOT NULL,
        ciphertext BLOB NOT NULL,
        tag BLOB NOT NULL
      ) STRICT`,
      `CREATE TABLE secret (
        purpose TEXT NOT NULL,
        owner_id TEXT NOT NULL,
        version INTEGER NOT NULL,
        stored BLOB NOT NULL,
        preview TEXT NOT NULL,
        fingerprint TEXT NOT NULL,
        saved_at_ms INTEGER NOT NULL,
        PRIMARY KEY (purpose, owner_id)
      ) STRICT`,
      // Outlives its secret: an old envelope that is put back has an old number.
      `CREATE TABLE secret_version (
        purpose TEXT NOT NULL,
        owner_id TEXT NOT NULL,
        last INTEGER NOT NULL,
        PRIMARY KEY (purpose, owner_id)
      ) STRICT, WITHOUT ROWID`,
    ],
  },
  {
    name: "the audit, and what is known of API keys",
    statements: [
      `CREATE TABLE audit (
        seq INTEGER PRIMARY KEY,
        at_ms INTEGER NOT NULL,
        actor_id TEXT NOT NULL,
        actor_role TEXT NOT NULL,
        action TEXT NOT NULL,
        object TEXT NOT NULL,
        detail TEXT NOT NULL,
        hash TEXT NOT NULL
      ) STRICT`,
      `CREATE TRIGGER audit_is_not_altered BEFORE UPDATE ON audit
        BEGIN SELECT RAISE(ABORT, 'the audit is not altered'); END`,
      `CREATE TRIGGER audit_is_not_removed BEFORE DELETE ON audit
        BEGIN SELECT RAISE(ABORT, 'the audit is not removed'); END`,
      "ALTER TABLE api_key ADD COLUMN label TEXT",
      "ALTER TABLE api_key ADD COLUMN last_used_at_ms INTEGER",
    ],
  },
  {
    name: "the appliance's identity",
    statements: [
      `CREATE TABLE identity (
        id INTEGER PRIMARY KEY CHECK (id = 1),
        public_key BLOB NOT NULL,
        made_at_ms INTEGER NOT NULL
      ) STRICT`,
    ],
  },
  jobsSchema,
  {
    name: "the licence",
    statements: [
      `CREATE TABLE license (
        id INTEGER PRIMARY KEY CHECK (id = 1),
        file TEXT NOT NULL CHECK (json_valid(file)),
        installed_at_ms INTEGER NOT NULL
      ) STRICT`,
    ],
  },
  ledgerSchema,
  vaultRotationSchema,
  {
    name: "how gateways get keys",
    statements: [
      `CREATE TABLE key_delivery (
        id INTEGER PRIMARY KEY CHECK (id = 1),
        mode TEXT NOT NULL CHECK (mode IN ('direct', 'ephemeral'))
      ) STRICT`,
    ],
  },
  webhooksSchema,
  {
    name: "trunks",
    statements: [
      `CREATE TABLE trunk (
        id TEXT PRIMARY KEY,
        name TEXT NOT NULL,
        settings TEXT NOT NULL CHECK (json_valid(settings)),
        created_at_ms INTEGER NOT NULL,
        updated_at_ms INTEGER NOT NULL
      ) STRICT`,
      "ALTER TABLE number ADD COLUMN trunk_id TEXT REFERENCES trunk (id)",
      "ALTER TABLE call ADD COLUMN trunk_id TEXT",
      "ALTER TABLE call ADD COLUMN metadata TEXT CHECK (metadata IS NULL OR json_valid(metadata))",
    ],
  },
  exportsSchema,
  reportsSchema,
  budgetsSchema,
  reconciliationSchema,
  toolCallsSchema,
  retentionSchema,
  recordingsSchema,
  alertsSchema,
  placedCallsSchema,
];
