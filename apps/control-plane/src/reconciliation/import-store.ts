import { createHash } from "node:crypto";
import { AppError, base32, invariant } from "@agentcall/base";
import { type CdrImport, problemsShownMax, type TrunkId, trunkIdSchema } from "@agentcall/contract";
import { z } from "zod";
import type { Actor, AuditLog } from "../audit/audit-log.ts";
import type { Database, SqlReader, SqlRow, SqlValue, SqlWriter } from "../sqlite/database.ts";
import type { CdrFile, CdrLine, CdrProblem } from "./cdr-file.ts";
import type { CarrierCall } from "./compared-calls.ts";
import type { ProviderFile } from "./provider-file.ts";
import type { KeyDay } from "./provider-report.ts";

/** What somebody else says of our calls, as it was brought. */
export type StoredImport = {
  readonly id: string;
  readonly kind: "carrier" | "provider";
  readonly trunkId: TrunkId | null;
  readonly fromMs: number;
  readonly untilMs: number;
  readonly rows: number;
  readonly badRows: number;
  readonly problems: readonly CdrProblem[];
  readonly importedAtMs: number;
};

type ImportParts = {
  readonly db: Database;
  readonly audit: AuditLog;
  readonly nowMs: () => number;
};

const rowsPerStatement = 1_000; // times 8 columns stays below SQLite's 32,766 parameters

/** Imported records of carriers and of the provider. Each file is there once. */
export class ImportStore {
  readonly #parts: ImportParts;

  constructor(parts: ImportParts) {
    this.#parts = parts;
  }

  /** Keeps the records of a carrier's file. Throws `conflict` for one that is here already. */
  async addCdr(given: CdrImport, file: CdrFile, actor: Actor): Promise<StoredImport> {
    const { lines, problems } = file;
    const stored = this.#newImport("carrier", JSON.stringify(given), {
      trunkId: given.trunkId,
      fromMs: Date.parse(given.from),
      untilMs: Date.parse(given.until),
      rows: lines.length,
      badRows: problems.length,
      problems: problems.slice(0, problemsShownMax),
    });
    await this.#add(stored, actor, async (writer) => {
      for (let from = 0; from < lines.length; from += rowsPerStatement) {
        await insertLines(writer, stored.id, lines.slice(from, from + rowsPerStatement));
      }
    });
    return stored;
  }

  /** The same for the provider's usage. */
  async addProvider(content: string, file: ProviderFile, actor: Actor): Promise<StoredImport> {
    const stored = this.#newImport("provider", content, {
      trunkId: null,
      fromMs: file.fromMs,
      untilMs: file.untilMs,
      rows: file.days.length,
      badRows: 0,
      problems: [],
    });
    await this.#add(stored, actor, async (writer) => {
      for (const { day, key, inputTokens, outputTokens } of file.days) {
        await writer.run(
          "INSERT INTO provider_day VALUES (?, ?, ?, ?, ?)",
          stored.id,
          day,
          key,
          inputTokens,
          outputTokens,
        );
      }
    });
    return stored;
  }

  /** Newest first. */
  async list(
    limit: number,
    before: { readonly atMs: number; readonly id: string } | null,
  ): Promise<readonly StoredImport[]> {
    const rows = await this.#parts.db.all(
      `SELECT * FROM reconciliation_import
       WHERE (?1 IS NULL OR (imported_at_ms, id) < (?1, ?2))
       ORDER BY imported_at_ms DESC, id DESC LIMIT ?3`,
      before?.atMs ?? null,
      before?.id ?? null,
      limit,
    );
    return rows.map(importOf);
  }

  /** Takes an import back with all its records. Throws `not_found`. */
  async delete(id: string, actor: Actor): Promise<void> {
    const { db, audit } = this.#parts;
    await db.tx(async (writer) => {
      await writer.run("DELETE FROM cdr_row WHERE import_id = ?", id);
      await writer.run("DELETE FROM provider_day WHERE import_id = ?", id);
      const deleted = await writer.run("DELETE FROM reconciliation_import WHERE id = ?", id);
      if (deleted === 0) throw new AppError("not_found", "There is no such import.");
      await audit.append(writer, actor, "reconciliation-import.deleted", id);
    });
  }

  #newImport(
    kind: StoredImport["kind"],
    content: string,
    facts: Omit<StoredImport, "id" | "kind" | "importedAtMs">,
  ): StoredImport {
    const digest = createHash("sha256").update(`${kind}\n${content}`).digest();
    // Made of the content, so that the same file is the same import.
    const id = `imp_${base32(digest.subarray(0, 20))}`;
    return { id, kind, ...facts, importedAtMs: this.#parts.nowMs() };
  }

  async #add(
    stored: StoredImport,
    actor: Actor,
    addRows: (writer: SqlWriter) => Promise<void>,
  ): Promise<void> {
    const { db, audit } = this.#parts;
    await db.tx(async (writer) => {
      const { id, kind, trunkId, fromMs, untilMs, rows, badRows } = stored;
      const inserted = await writer.run(
        `INSERT INTO reconciliation_import VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)
         ON CONFLICT DO NOTHING`,
        id,
        kind,
        trunkId,
        fromMs,
        untilMs,
        rows,
        badRows,
        JSON.stringify(stored.problems),
        stored.importedAtMs,
      );
      if (inserted === 0) {
        throw new AppError("conflict", "This file was imported before.", {
          reason: "already_imported",
          details: { id },
        });
      }
      await addRows(writer);
      const detail = { kind, trunkId, rows, badRows };
      await audit.append(writer, actor, "reconciliation-import.created", id, detail);
    });
  }
}

/** Carriers' records that may have begun in this time, each with one moment or two. */
export async function carrierCallsBetween(
  reader: SqlReader,
  fromMs: number,
  untilMs: number,
  limit: number,
): Promise<readonly CarrierCall[]> {
  const rows = await reader.all(
    "SELECT * FROM cdr_row WHERE at_ms >= ? AND at_ms < ? ORDER BY at_ms, import_id, line LIMIT ?",
    fromMs,
    untilMs,
    limit,
  );
  return rows.map((row) => {
    const [importId, line] = [String(row["import_id"]), Number(row["line"])];
    const other = row["other_at_ms"];
    return {
      id: `${importId}:${String(line)}`,
      importId,
      line,
      instants: [Number(row["at_ms"]), ...(typeof other === "number" ? [other] : [])],
      from: String(row["from_address"]),
      to: String(row["to_address"]),
      durationMs: Number(row["duration_ms"]),
      sipCallId: typeof row["sip_call_id"] === "string" ? row["sip_call_id"] : null,
    };
  });
}

/** Imports of a kind that cover some of this time. */
export async function importsCovering(
  reader: SqlReader,
  kind: StoredImport["kind"],
  fromMs: number,
  untilMs: number,
): Promise<readonly StoredImport[]> {
  const rows = await reader.all(
    `SELECT * FROM reconciliation_import WHERE kind = ? AND from_ms < ? AND until_ms > ?
     ORDER BY imported_at_ms, id`,
    kind,
    untilMs,
    fromMs,
  );
  return rows.map(importOf);
}

/** The provider's days of these imports: of a day that came twice the later word. */
export async function providerDaysOf(
  reader: SqlReader,
  imports: readonly StoredImport[],
): Promise<readonly KeyDay[]> {
  const latest = new Map<string, KeyDay>();
  for (const { id } of imports) {
    const rows = await reader.all("SELECT * FROM provider_day WHERE import_id = ?", id);
    for (const row of rows) {
      const [day, key] = [String(row["day"]), String(row["key"])];
      const [inputTokens, outputTokens] = [row["input_tokens"], row["output_tokens"]].map(Number);
      invariant(inputTokens !== undefined && outputTokens !== undefined, "a day has both");
      latest.set(`${day} ${key}`, { day, key, inputTokens, outputTokens });
    }
  }
  return [...latest.values()];
}

async function insertLines(
  writer: SqlWriter,
  importId: string,
  lines: readonly CdrLine[],
): Promise<void> {
  const values = lines.flatMap((line): SqlValue[] => [
    importId,
    line.line,
    line.atMs,
    line.otherAtMs,
    line.from,
    line.to,
    line.durationMs,
    line.sipCallId,
  ]);
  const places = lines.map(() => "(?, ?, ?, ?, ?, ?, ?, ?)").join(", ");
  await writer.run(`INSERT INTO cdr_row VALUES ${places}`, ...values);
}

const problemsSchema = z.array(z.object({ line: z.int(), problem: z.string() }));

function importOf(row: SqlRow): StoredImport {
  const { kind } = row;
  invariant(kind === "carrier" || kind === "provider", "an import has a kind");
  return {
    id: String(row["id"]),
    kind,
    trunkId: trunkIdSchema.nullable().parse(row["trunk_id"]),
    fromMs: Number(row["from_ms"]),
    untilMs: Number(row["until_ms"]),
    rows: Number(row["row_count"]),
    badRows: Number(row["bad_row_count"]),
    problems: problemsSchema.parse(JSON.parse(String(row["problems"]))),
    importedAtMs: Number(row["imported_at_ms"]),
  };
}
