import { type OutboundSettings, outboundSettingsSchema } from "@agentcall/contract";
import type { Actor, AuditLog } from "../audit/audit-log.ts";
import type { Database, SqlReader } from "../sqlite/database.ts";

/** The rules of where, when and how much may be called, kept in the table of settings. */
export class OutboundRules {
  readonly #db: Database;
  readonly #audit: AuditLog;

  constructor(db: Database, audit: AuditLog) {
    this.#db = db;
    this.#audit = audit;
  }

  /** As they were saved, or as usual. */
  async current(reader: SqlReader = this.#db): Promise<OutboundSettings> {
    const row = await reader.get("SELECT value FROM setting WHERE name = 'outbound'");
    return outboundSettingsSchema.parse(row === null ? {} : JSON.parse(String(row["value"])));
  }

  /** Replaces all of them. */
  async save(after: OutboundSettings, actor: Actor): Promise<OutboundSettings> {
    return this.#db.tx(async (writer) => {
      const before = await this.current(writer);
      await writer.run(
        `INSERT INTO setting (name, value) VALUES ('outbound', ?)
         ON CONFLICT (name) DO UPDATE SET value = excluded.value`,
        JSON.stringify(after),
      );
      await this.#audit.append(writer, actor, "outbound-rules.changed", "outbound", {
        before,
        after,
      });
      return after;
    });
  }
}
