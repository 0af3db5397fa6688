import { invariant } from "@agentcall/base";
import {
  type BookedEntry,
  entryContent,
  entryHash,
  type LedgerEntry,
  ledgerEntrySchema,
  startOfChain,
} from "@agentcall/billing";
import { addToBudgetUse } from "../budgets/budget-store.ts";
import type { Database, SqlReader, SqlRow, SqlValue, SqlWriter } from "../sqlite/database.ts";
import { addToTotals } from "./usage-totals.ts";

/** What became of an entry that was to be appended. */
export type AppendOutcome =
  | "created"
  /** It stands there already: sent again, nothing changes. */
  | "exists"
  /** Another entry stands there under its id: an alarm, nothing changes. */
  | "exists-with-different-content";

/** Where the ledger ends. */
export type LedgerHead = { readonly sequence: number; readonly hash: string };

/** What a look through the whole chain has shown. */
export type LedgerVerdict =
  | ({ readonly kind: "intact" } & LedgerHead)
  /** The first entry that does not fit: altered, or one before it was taken out or moved. */
  | { readonly kind: "broken"; readonly sequence: number };

const columns = [
  "sequence",
  "entry_id",
  "epoch",
  "kind",
  "call_id",
  "segment",
  "number_id",
  "voice_mode",
  "direction",
  "recorded",
  "rate_card_version",
  "key_fingerprint",
  "trunk_id",
  "booked_at_ms",
  "from_ms",
  "to_ms",
  "billed_ms",
  "amount_micros",
  "clock_drift_ms",
  "corrects_entry_id",
  "reason",
  "hash",
] as const;

const rowsPerStatement = 400; // times 23 columns stays below SQLite's 32,766 parameters
const readAtOnce = 1_000; // rows in memory at a time: of more the garbage grows old before it is collected

/** The append-only ledger: a sequence without gaps, each entry chained to the one before it. */
export class LedgerStore {
  readonly #db: Database;

  constructor(db: Database) {
    this.#db = db;
  }

  /**
   * Appends entries in the transaction of what caused them, and tells what became of each. Totals
   * are moved with them. Two of the same id in one call count as one sent twice.
   */
  async append(
    writer: SqlWriter,
    entries: readonly LedgerEntry[],
    recordedAtMs: number,
  ): Promise<readonly AppendOutcome[]> {
    const known = await contentsById(writer, entries);
    const fresh: LedgerEntry[] = [];
    const outcomes = entries.map((entry): AppendOutcome => {
      const content = entryContent(entry);
      const present = known.get(entry.entryId);
      if (present !== undefined) {
        return present === content ? "exists" : "exists-with-different-content";
      }
      known.set(entry.entryId, content);
      fresh.push(entry);
      return "created";
    });
    if (fresh.length > 0) {
      await insertAll(writer, chained(await headOf(writer), fresh), recordedAtMs);
      await addToTotals(writer, fresh);
      await addToBudgetUse(writer, fresh);
    }
    return outcomes;
  }

  async head(): Promise<LedgerHead> {
    return headOf(this.#db);
  }

  /** Entries with a sequence above `after`, in their order. */
  async list(after: number, limit: number): Promise<readonly BookedEntry[]> {
    return entriesAfter(this.#db, after, limit);
  }

  /** Null where there is no such entry. */
  async byId(entryId: string): Promise<BookedEntry | null> {
    const row = await this.#db.get("SELECT * FROM ledger_entry WHERE entry_id = ?", entryId);
    return row === null ? null : entryOf(row);
  }

  /** Reckons every hash again. */
  async verify(): Promise<LedgerVerdict> {
    let head: LedgerHead = { sequence: 0, hash: startOfChain };
    for await (const entries of piecesAfter(this.#db, 0, Number.MAX_SAFE_INTEGER)) {
      for (const { sequence, hash, ...entry } of entries) {
        const fits =
          sequence === head.sequence + 1 && entryHash(entry, sequence, head.hash) === hash;
        if (!fits) return { kind: "broken", sequence };
        head = { sequence, hash };
      }
    }
    return { kind: "intact", ...head };
  }
}

/** The same entries as `entriesAfter`, some at a time: however many they are, few are in memory. */
export async function* piecesAfter(
  reader: SqlReader,
  after: number,
  limit: number,
): AsyncGenerator<readonly BookedEntry[]> {
  let last = after;
  for (let left = limit; left > 0;) {
    const entries = await entriesAfter(reader, last, Math.min(left, readAtOnce));
    const end = entries.at(-1);
    if (end === undefined) return;
    yield entries;
    last = end.sequence;
    left -= entries.length;
  }
}

/** Entries of the range, in their order; also inside of a transaction. */
export async function entriesAfter(
  reader: SqlReader,
  after: number,
  limit: number,
): Promise<readonly BookedEntry[]> {
  const rows = await reader.all(
    `SELECT ${columns.join(", ")} FROM ledger_entry WHERE sequence > ? ORDER BY sequence LIMIT ?`,
    after,
    limit,
  );
  return rows.map(entryOf);
}

/** The chain's hash behind the entry at `sequence`; 0 is before the first. */
export async function chainAt(reader: SqlReader, sequence: number): Promise<string> {
  if (sequence === 0) return startOfChain;
  const row = await reader.get("SELECT hash FROM ledger_entry WHERE sequence = ?", sequence);
  invariant(row !== null, "the ledger has no gap");
  return String(row["hash"]);
}

async function headOf(reader: SqlReader): Promise<LedgerHead> {
  const row = await reader.get(
    "SELECT sequence, hash FROM ledger_entry ORDER BY sequence DESC LIMIT 1",
  );
  if (row === null) return { sequence: 0, hash: startOfChain };
  return { sequence: Number(row["sequence"]), hash: String(row["hash"]) };
}

function chained(head: LedgerHead, entries: readonly LedgerEntry[]): readonly BookedEntry[] {
  let { sequence, hash } = head;
  return entries.map((entry) => {
    sequence += 1;
    hash = entryHash(entry, sequence, hash);
    return { ...entry, sequence, hash };
  });
}

async function contentsById(
  reader: SqlReader,
  entries: readonly LedgerEntry[],
): Promise<Map<string, string>> {
  const rows = await reader.all(
    `SELECT ${columns.join(", ")} FROM ledger_entry
     WHERE entry_id IN (SELECT value FROM json_each(?))`,
    JSON.stringify(entries.map(({ entryId }) => entryId)),
  );
  return new Map(
    rows.map((row) => {
      const entry = entryOf(row);
      return [entry.entryId, entryContent(entry)];
    }),
  );
}

async function insertAll(
  writer: SqlWriter,
  entries: readonly BookedEntry[],
  recordedAtMs: number,
): Promise<void> {
  const places = `(${"?, ".repeat(columns.length)}?)`;
  for (let from = 0; from < entries.length; from += rowsPerStatement) {
    const rows = entries.slice(from, from + rowsPerStatement);
    await writer.run(
      `INSERT INTO ledger_entry (${columns.join(", ")}, recorded_at_ms)
       VALUES ${rows.map(() => places).join(", ")}`,
      ...rows.flatMap((entry) => [...valuesOf(entry), recordedAtMs]),
    );
  }
}

/** In the order of `columns`. */
function valuesOf(entry: BookedEntry): readonly SqlValue[] {
  return [
    entry.sequence,
    entry.entryId,
    entry.epoch,
    entry.kind,
    entry.callId,
    entry.segment,
    entry.numberId,
    entry.voiceMode,
    entry.direction,
    entry.recorded ? 1 : 0,
    entry.rateCardVersion,
    entry.keyFingerprint,
    entry.trunkId,
    entry.bookedAtMs,
    entry.fromMs,
    entry.toMs,
    entry.billedMs,
    entry.amountMicros,
    entry.clockDriftMs,
    entry.correctsEntryId,
    entry.reason,
    entry.hash,
  ];
}

function entryOf(row: SqlRow): BookedEntry {
  const entry = ledgerEntrySchema.parse({
    entryId: row["entry_id"],
    epoch: row["epoch"],
    kind: row["kind"],
    callId: row["call_id"],
    segment: row["segment"],
    numberId: row["number_id"],
    voiceMode: row["voice_mode"],
    direction: row["direction"],
    recorded: row["recorded"] === 1,
    rateCardVersion: row["rate_card_version"],
    keyFingerprint: row["key_fingerprint"],
    trunkId: row["trunk_id"],
    bookedAtMs: row["booked_at_ms"],
    fromMs: row["from_ms"],
    toMs: row["to_ms"],
    billedMs: row["billed_ms"],
    amountMicros: row["amount_micros"],
    clockDriftMs: row["clock_drift_ms"],
    correctsEntryId: row["corrects_entry_id"],
    reason: row["reason"],
  });
  return { ...entry, sequence: Number(row["sequence"]), hash: String(row["hash"]) };
}
