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
  /** The first entry that is not as it was written, or is not there any more. */
  | { readonly kind: "broken"; readonly seq: number; readonly fault: AuditFault };

export type AuditFault = "altered" | "removed" | "moved";

/** How the chain stood once: how many entries, and the hash of the last one. */
export type AuditHead = { readonly entries: number; readonly head: string };

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

  /** How the chain stands. It stands for every entry before it, and cannot show what is cut off later. */
  async head(): Promise<AuditHead> {
    const last = await lastEntry(this.#db);
    return { entries: last?.seq ?? 0, head: last?.hash ?? startOfChain };
  }

  /**
   * Reckons every hash again and names the first entry that was altered, removed or moved. With a
   * head that was exported before, entries cut off the end and a chain made anew are found too.
   */
  async verify(known: AuditHead | null = null): Promise<AuditVerdict> {
    let entries = 0;
    let head = startOfChain;
    for await (const row of this.#rowsFrom(null)) {
      const expected = entries + 1;
      if (!fits(row, expected, head)) return this.#broken(row, expected, head);
      entries = expected;
      head = entryOf(row).hash;
      if (entries === known?.entries && head !== known.head) {
        return { kind: "broken", seq: entries, fault: "altered" };
      }
    }
    if (known !== null && entries < known.entries) {
      return { kind: "broken", seq: entries + 1, fault: "removed" };
    }
    return { kind: "intact", entries, head };
  }

  /** What has become of the entry that should stand where `found` does. */
  async #broken(found: SqlRow, expected: number, head: string): Promise<AuditVerdict> {
    const { seq } = entryOf(found);
    if (seq < expected) return { kind: "broken", seq, fault: "moved" }; // the first entry is 1
    for await (const row of this.#rowsFrom(expected)) {
      if (fits({ ...row, seq: expected }, expected, head)) {
        return { kind: "broken", seq: expected, fault: "moved" };
      }
    }
    return { kind: "broken", seq: expected, fault: seq > expected ? "removed" : "altered" };
  }

  /** In their order, after `after` where it is given; some thousand in memory at a time. */
  async *#rowsFrom(after: number | null): AsyncGenerator<SqlRow> {
    let last = after;
    for (;;) {
      const rows = await this.#db.all(
        "SELECT * FROM audit WHERE (?1 IS NULL OR seq > ?1) ORDER BY seq LIMIT ?2",
        last,
        verifiedAtOnce,
      );
      yield* rows;
      if (rows.length < verifiedAtOnce) return;
      last = Number(rows.at(-1)?.["seq"]);
    }
  }
}

function fits(row: SqlRow, expected: number, head: string): boolean {
  const entry = entryOf(row);
  return entry.seq === expected && hashOf(entry, String(row["detail"]), head) === entry.hash;
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
