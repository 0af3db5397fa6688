import { createHash } from "node:crypto";
import type { Clock } from "@agentcall/base";
import type { Database, SqlReader, SqlRow, SqlWriter } from "../sqlite/database.ts";

/** Who did something: an API key with its role, or the appliance itself. */
export type Actor = { readonly id: string; readonly role: string };

export const applianceActor: Actor = { id: "appliance", role: "system" };

/** One line of the audit: what was done to what, and what changed, without secrets. */
export type AuditEntry = {
  readonly seq: number;
  readonly atMs: number;
  readonly actor: Actor;
  /** Such as `number.created`. */
  readonly action: string;
  /** The id of what it was done to. */
  readonly object: string;
  readonly detail: Readonly<Record<string, unknown>>;
  readonly hash: string;
};

/** What a look through the whole chain has shown. */
export type AuditVerdict =
  | { readonly kind: "intact"; readonly entries: number; readonly head: string }
  /** The first entry that does not fit: altered, or one before it was taken out or moved. */
  | { readonly kind: "broken"; readonly seq: number };

const domain = "agentcall-audit/1";
const startOfChain = "0".repeat(64);
const verifiedAtOnce = 1_000; // rows in memory at a time

/**
 * The append-only record of changes and key openings. Each row's hash covers the row before it, so
 * that altering, removing or moving any row is found; the database itself refuses both.
 */
export class AuditLog {
  readonly #db: Database;
  readonly #clock: Clock;

  constructor(db: Database, clock: Clock) {
    this.#db = db;
    this.#clock = clock;
  }

  /** Writes a row in the transaction of the change itself: both are there, or neither. */
  async append(
    writer: SqlWriter,
    actor: Actor,
    action: string,
    object: string,
    detail: Readonly<Record<string, unknown>> = {},
  ): Promise<void> {
    const last = await lastEntry(writer);
    const entry = {
      seq: (last?.seq ?? 0) + 1,
      atMs: this.#clock.nowMs(),
      actor,
      action,
      object,
      detail,
    };
    const detailText = JSON.stringify(detail);
    await writer.run(
      `INSERT INTO audit (seq, at_ms, actor_id, actor_role, action, object, detail, hash)
       VALUES (?, ?, ?, ?, ?, ?, ?, ?)`,
      entry.seq,
      entry.atMs,
      actor.id,
      actor.role,
      action,
      object,
      detailText,
      hashOf(entry, detailText, last?.hash ?? startOfChain),
    );
  }

  /** Newest first, before `beforeSeq` where it is given. */
  async list(limit: number, beforeSeq: number | null): Promise<readonly AuditEntry[]> {
    const rows = await this.#db.all(
      "SELECT * FROM audit WHERE (?1 IS NULL OR seq < ?1) ORDER BY seq DESC LIMIT ?2",
      beforeSeq,
      limit,
    );
    return rows.map(entryOf);
  }

  /** Reckons every hash again. */
  async verify(): Promise<AuditVerdict> {
    let entries = 0;
    let head = startOfChain;
    for (;;) {
      const rows = await this.#db.all(
        "SELECT * FROM audit WHERE seq > ? ORDER BY seq LIMIT ?",
        entries,
        verifiedAtOnce,
      );
      for (const row of rows) {
        const entry = entryOf(row);
        const isNext = entry.seq === entries + 1;
        if (!isNext || hashOf(entry, String(row["detail"]), head) !== entry.hash) {
          return { kind: "broken", seq: entry.seq };
        }
        entries += 1;
        head = entry.hash;
      }
      if (rows.length < verifiedAtOnce) return { kind: "intact", entries, head };
    }
  }
}

async function lastEntry(reader: SqlReader): Promise<AuditEntry | null> {
  const row = await reader.get("SELECT * FROM audit ORDER BY seq DESC LIMIT 1");
  return row === null ? null : entryOf(row);
}

/** Every field behind its own length, so that no two rows are written alike. */
function hashOf(
  { seq, atMs, actor, action, object }: Omit<AuditEntry, "hash">,
  detailText: string,
  previous: string,
): string {
  const hash = createHash("sha256");
  const fields = [
    domain,
    String(seq),
    String(atMs),
    actor.id,
    actor.role,
    action,
    object,
    detailText,
  ];
  for (const field of [...fields, previous]) {
    hash.update(`${String(Buffer.byteLength(field))}:${field}`);
  }
  return hash.digest("hex");
}

function entryOf(row: SqlRow): AuditEntry {
  return {
    seq: Number(row["seq"]),
    atMs: Number(row["at_ms"]),
    actor: { id: String(row["actor_id"]), role: String(row["actor_role"]) },
    action: String(row["action"]),
    object: String(row["object"]),
    detail: parseDetail(String(row["detail"])),
    hash: String(row["hash"]),
  };
}

/** What somebody has written over may be anything: the hash tells, and reading goes on. */
function parseDetail(text: string): Readonly<Record<string, unknown>> {
  try {
    return JSON.parse(text) as Readonly<Record<string, unknown>>;
  } catch {
    return {};
  }
}
