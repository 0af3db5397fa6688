import { DatabaseSync } from "node:sqlite";
import { type BatchManifest, batchHash, type SignedAcknowledgement } from "@agentcall/billing";
import type { SignedManifest, UsageEvent } from "@agentcall/billing";

/** The last batch of an appliance's epoch that is kept for good. */
export type BillingHead = {
  readonly number: number;
  readonly chainAfter: string;
  readonly batchHash: string;
  readonly amountMicros: number;
};

/** What billing holds of one appliance. */
export type BillingTotals = {
  readonly entries: number;
  readonly amountMicros: number;
  readonly billedMs: number;
  /** Across all epochs. */
  readonly highestSequence: number;
};

const schema = [
  "PRAGMA journal_mode = WAL",
  "PRAGMA cache_size = -131072", // 128 MB: ids are hashes, so that a batch touches pages everywhere
  "PRAGMA synchronous = FULL",
  `CREATE TABLE IF NOT EXISTS receiver_key (id INTEGER PRIMARY KEY CHECK (id = 1), seed TEXT NOT NULL) STRICT`,
  `CREATE TABLE IF NOT EXISTS appliance (
    appliance_id TEXT PRIMARY KEY, public_key TEXT NOT NULL) STRICT`,
  `CREATE TABLE IF NOT EXISTS batch (
    appliance_id TEXT NOT NULL, epoch INTEGER NOT NULL, number INTEGER NOT NULL,
    batch_hash TEXT NOT NULL, chain_after TEXT NOT NULL, amount_micros INTEGER NOT NULL,
    acknowledgement TEXT NOT NULL, signature TEXT NOT NULL,
    PRIMARY KEY (appliance_id, epoch, number)) STRICT`,
  `CREATE TABLE IF NOT EXISTS entry (
    entry_id TEXT PRIMARY KEY, appliance_id TEXT NOT NULL, epoch INTEGER NOT NULL,
    sequence INTEGER NOT NULL, booked_at_ms INTEGER NOT NULL, billed_ms INTEGER NOT NULL,
    amount_micros INTEGER NOT NULL) STRICT`,
  // The sum that each acknowledgement tells, without adding up all that was ever kept.
  `CREATE TABLE IF NOT EXISTS held (
    appliance_id TEXT NOT NULL, epoch INTEGER NOT NULL, amount_micros INTEGER NOT NULL,
    PRIMARY KEY (appliance_id, epoch)) STRICT, WITHOUT ROWID`,
  `INSERT INTO held SELECT appliance_id, epoch, sum(amount_micros) FROM entry
    WHERE NOT EXISTS (SELECT 1 FROM held) GROUP BY appliance_id, epoch`,
];

/**
 * Billing's own books, on disk: each entry once, by its id, for ever. A batch, its entries and its
 * acknowledgement are written in one transaction.
 */
export class BillingBook {
  readonly #db: DatabaseSync;

  /** `:memory:` keeps nothing beyond this process. */
  constructor(file: string) {
    this.#db = new DatabaseSync(file);
    for (const statement of schema) this.#db.exec(statement);
  }

  /** The seed of the receiver's key, made by `make` at the first time. */
  keySeed(make: () => string): string {
    const row = this.#db.prepare("SELECT seed FROM receiver_key").get();
    if (row !== undefined) return String(row["seed"]);
    const seed = make();
    this.#db.prepare("INSERT INTO receiver_key (id, seed) VALUES (1, ?)").run(seed);
    return seed;
  }

  publicKeyOf(applianceId: string): string | null {
    const row = this.#db
      .prepare("SELECT public_key FROM appliance WHERE appliance_id = ?")
      .get(applianceId);
    return row === undefined ? null : String(row["public_key"]);
  }

  /** Whose key this is, or null. */
  ownerOf(publicKey: string): string | null {
    const row = this.#db
      .prepare("SELECT appliance_id FROM appliance WHERE public_key = ?")
      .get(publicKey);
    return row === undefined ? null : String(row["appliance_id"]);
  }

  learn(applianceId: string, publicKey: string): void {
    this.#db
      .prepare("INSERT INTO appliance (appliance_id, public_key) VALUES (?, ?)")
      .run(applianceId, publicKey);
  }

  /** Null before the first batch of the epoch. */
  head(applianceId: string, epoch: number): BillingHead | null {
    const row = this.#db
      .prepare(
        "SELECT * FROM batch WHERE appliance_id = ? AND epoch = ? ORDER BY number DESC LIMIT 1",
      )
      .get(applianceId, epoch);
    if (row === undefined) return null;
    return {
      number: Number(row["number"]),
      chainAfter: String(row["chain_after"]),
      batchHash: String(row["batch_hash"]),
      amountMicros: this.#amountOf(applianceId, epoch),
    };
  }

  lastEpoch(applianceId: string): number {
    const row = this.#db
      .prepare("SELECT coalesce(max(epoch), 0) AS epoch FROM batch WHERE appliance_id = ?")
      .get(applianceId);
    return Number(row?.["epoch"]);
  }

  /** The batch that is kept under this number, with what was said to it. */
  kept(
    applianceId: string,
    epoch: number,
    number: number,
  ): { readonly batchHash: string; readonly signed: SignedAcknowledgement } | null {
    const row = this.#db
      .prepare("SELECT * FROM batch WHERE appliance_id = ? AND epoch = ? AND number = ?")
      .get(applianceId, epoch, number);
    if (row === undefined) return null;
    return {
      batchHash: String(row["batch_hash"]),
      signed: {
        acknowledgement: String(row["acknowledgement"]),
        signature: String(row["signature"]),
      },
    };
  }

  /** What billing would hold of the epoch with these events: each entry counts once. */
  amountWith(applianceId: string, epoch: number, events: readonly UsageEvent[]): number {
    return this.#amountOf(applianceId, epoch) + sumOf(this.#unknown(events));
  }

  keep(
    manifest: BatchManifest,
    signedManifest: SignedManifest,
    events: readonly UsageEvent[],
    signed: SignedAcknowledgement,
  ): void {
    const insert = this.#db.prepare(
      `INSERT INTO entry (entry_id, appliance_id, epoch, sequence, booked_at_ms, billed_ms, amount_micros)
       VALUES (?, ?, ?, ?, ?, ?, ?) ON CONFLICT (entry_id) DO NOTHING`,
    );
    this.#db.exec("BEGIN IMMEDIATE");
    try {
      const { applianceId, epoch } = manifest;
      this.#db
        .prepare(
          `INSERT INTO held VALUES (?, ?, ?) ON CONFLICT (appliance_id, epoch)
           DO UPDATE SET amount_micros = amount_micros + excluded.amount_micros`,
        )
        .run(applianceId, epoch, sumOf(this.#unknown(events)));
      for (const { id, data } of events) {
        const { sequence, bookedAtMs, billedMs, amountMicros } = data;
        insert.run(id, applianceId, epoch, sequence, bookedAtMs, billedMs, amountMicros);
      }
      this.#db
        .prepare("INSERT INTO batch VALUES (?, ?, ?, ?, ?, ?, ?, ?)")
        .run(
          manifest.applianceId,
          manifest.epoch,
          manifest.number,
          batchHash(signedManifest.text),
          manifest.chainAfter,
          manifest.amountMicros,
          signed.acknowledgement,
          signed.signature,
        );
      this.#db.exec("COMMIT");
    } catch (error) {
      this.#db.exec("ROLLBACK");
      throw error;
    }
  }

  /** What is held of an appliance; of all of them for null. Half-open in time where a month is given. */
  totals(
    applianceId: string | null,
    fromMs = Number.MIN_SAFE_INTEGER,
    untilMs = Number.MAX_SAFE_INTEGER,
  ): BillingTotals {
    const row = this.#db
      .prepare(
        `SELECT count(*) AS entries, coalesce(sum(amount_micros), 0) AS micros,
           coalesce(sum(billed_ms), 0) AS billed, coalesce(max(sequence), 0) AS highest FROM entry
         WHERE (?1 IS NULL OR appliance_id = ?1) AND booked_at_ms >= ?2 AND booked_at_ms < ?3`,
      )
      .get(applianceId, fromMs, untilMs);
    return {
      entries: Number(row?.["entries"]),
      amountMicros: Number(row?.["micros"]),
      billedMs: Number(row?.["billed"]),
      highestSequence: Number(row?.["highest"]),
    };
  }

  /** Billing's disk came back from an older copy: what was kept from this batch on is gone. */
  forgetFrom(applianceId: string, epoch: number, number: number): void {
    this.#db
      .prepare("DELETE FROM batch WHERE appliance_id = ? AND epoch = ? AND number >= ?")
      .run(applianceId, epoch, number);
  }

  close(): void {
    if (this.#db.isOpen) this.#db.close();
  }

  #amountOf(applianceId: string, epoch: number): number {
    const row = this.#db
      .prepare("SELECT amount_micros AS micros FROM held WHERE appliance_id = ? AND epoch = ?")
      .get(applianceId, epoch);
    return Number(row?.["micros"] ?? 0);
  }

  /** The events whose entries are not kept yet. */
  #unknown(events: readonly UsageEvent[]): readonly UsageEvent[] {
    const rows = this.#db
      .prepare("SELECT entry_id FROM entry WHERE entry_id IN (SELECT value FROM json_each(?))")
      .all(JSON.stringify(events.map(({ id }) => id)));
    if (rows.length === 0) return events;
    const known = new Set(rows.map((row) => String(row["entry_id"])));
    return events.filter(({ id }) => !known.has(id));
  }
}

function sumOf(events: readonly UsageEvent[]): number {
  return events.reduce((sum, { data }) => sum + data.amountMicros, 0);
}
