import { AppError, type Clock, newId, type Random } from "@agentcall/base";
import {
  type InboundConfig,
  inboundConfigSchema,
  type NumberChange,
  type NumberCreation,
  type NumberId,
  numberIdSchema,
  type OutboundDefaults,
  outboundDefaultsSchema,
  type TrunkId,
  trunkIdSchema,
  type VoiceMode,
  voiceModeSchema,
} from "@agentcall/contract";
import type { Actor, AuditLog } from "../audit/audit-log.ts";
import type { Vault } from "../vault/vault.ts";
import { sealAgentSecrets } from "./agent-secrets.ts";
import type { Database, SqlReader, SqlRow, SqlWriter } from "../sqlite/database.ts";

/** A DID of the appliance, with the agent that answers it. */
export type RegisteredNumber = {
  readonly id: NumberId;
  readonly e164: string;
  readonly label: string | null;
  /** The trunk it belongs to; null is called through any. */
  readonly trunkId: TrunkId | null;
  readonly voiceMode: VoiceMode;
  /** What may be shown of the number's own key; null when it has none. */
  readonly keyPreview: string | null;
  /** Its own key is damaged and does not open. */
  readonly isKeyUnreadable: boolean;
  /** Null for a number that does not answer. */
  readonly inbound: InboundConfig | null;
  /** The saved agent of the calls that it places; null without one. */
  readonly outbound: OutboundDefaults | null;
  readonly createdAtMs: number;
  readonly updatedAtMs: number;
};

type Change = Partial<Pick<RegisteredNumber, "label" | "trunkId" | "inbound" | "outbound">>;

/** Which numbers a list shows. */
export type NumberFilter = {
  readonly q?: string | undefined;
  readonly voiceMode?: VoiceMode | undefined;
  readonly trunkId?: string | undefined;
};

const selectNumber = `SELECT number.*, secret.preview AS key_preview,
    secret.unreadable_since_ms AS unreadable_since_ms FROM number
  LEFT JOIN secret ON secret.purpose = 'openai-key' AND secret.owner_id = number.id`;

/** The numbers in the database. Throws `not_found` and `number_exists`. */
export class NumberStore {
  readonly #db: Database;
  readonly #audit: AuditLog;
  readonly #vault: Vault;
  readonly #clock: Clock;
  readonly #random: Random;

  constructor(db: Database, audit: AuditLog, vault: Vault, clock: Clock, random: Random) {
    this.#db = db;
    this.#audit = audit;
    this.#vault = vault;
    this.#clock = clock;
    this.#random = random;
  }

  async byId(id: string): Promise<RegisteredNumber> {
    const row = await this.#db.get(`${selectNumber} WHERE id = ?`, id);
    if (row === null) throw new AppError("not_found", "There is no such number.");
    return numberOf(row);
  }

  async byE164(e164: string): Promise<RegisteredNumber | null> {
    const row = await this.#db.get(`${selectNumber} WHERE e164 = ?`, e164);
    return row === null ? null : numberOf(row);
  }

  /** Oldest first, after `afterId` where it is given. */
  async list(
    filter: NumberFilter,
    limit: number,
    after: { readonly createdAtMs: number; readonly id: string } | null,
  ): Promise<readonly RegisteredNumber[]> {
    const rows = await this.#db.all(
      `${selectNumber}
       WHERE (?1 IS NULL OR instr(e164, ?1) > 0 OR instr(lower(coalesce(label, '')), lower(?1)) > 0)
         AND (?2 IS NULL OR voice_mode = ?2)
         AND (?3 IS NULL OR trunk_id = ?3)
         AND (?4 IS NULL OR (created_at_ms, id) > (?4, ?5))
       ORDER BY created_at_ms, id LIMIT ?6`,
      filter.q ?? null,
      filter.voiceMode ?? null,
      filter.trunkId ?? null,
      after?.createdAtMs ?? null,
      after?.id ?? null,
      limit,
    );
    return rows.map(numberOf);
  }

  /** Of every number there is. */
  async allIds(reader: SqlReader): Promise<readonly NumberId[]> {
    const rows = await reader.all("SELECT id FROM number ORDER BY created_at_ms, id");
    return rows.map(({ id }) => numberIdSchema.parse(id));
  }

  async create(creation: NumberCreation, actor: Actor): Promise<RegisteredNumber> {
    const id = newId("num", this.#random);
    const nowMs = this.#clock.nowMs();
    const { number: e164, label = null, trunkId = null } = creation;
    const inserted = await this.#db.tx(async (writer) => {
      await checkTrunk(writer, trunkId);
      const added = await writer.run(
        `INSERT INTO number (id, e164, label, trunk_id, voice_mode, inbound, created_at_ms, updated_at_ms)
         VALUES (?, ?, ?, ?, 'managed', NULL, ?, ?) ON CONFLICT (e164) DO NOTHING`,
        id,
        e164,
        label,
        trunkId,
        nowMs,
        nowMs,
      );
      if (added > 0) {
        await this.#audit.append(writer, actor, "number.created", id, {
          after: { e164, label, trunkId },
        });
      }
      return added;
    });
    if (inserted === 0) {
      throw new AppError("number_exists", "This number is already registered on this appliance.");
    }
    return this.byId(id);
  }

  /** Changes what is named, and leaves the rest. Voice and language belong to the agent. */
  async change(id: string, change: NumberChange, actor: Actor): Promise<RegisteredNumber> {
    return this.#update(id, actor, (number) => {
      const agent = {
        ...optional("voice", change.voice),
        ...optional("language", change.language),
      };
      if (Object.keys(agent).length > 0 && number.inbound === null) {
        throw new AppError(
          "conflict",
          "This number has no agent yet: give it an inbound-config first.",
        );
      }
      return {
        ...optional("label", change.label),
        ...optional("trunkId", change.trunkId),
        inbound: number.inbound === null ? null : { ...number.inbound, ...agent },
      };
    });
  }

  /** Throws `validation_failed` where a signing secret is neither given nor kept. */
  async setInbound(
    id: string,
    inbound: InboundConfig | null,
    actor: Actor,
  ): Promise<RegisteredNumber> {
    return this.#update(id, actor, async (number, writer) => ({
      inbound: await sealAgentSecrets(writer, this.#vault, number.id, inbound),
    }));
  }

  /** Throws `validation_failed` for a tool that nobody would carry out. */
  async setOutbound(
    id: string,
    outbound: OutboundDefaults | null,
    actor: Actor,
  ): Promise<RegisteredNumber> {
    return this.#update(id, actor, ({ inbound }) => {
      const hasFunctions = outbound?.tools.some(({ type }) => type === "function") === true;
      if (hasFunctions && (inbound?.actionWebhook ?? null) === null) {
        throw new AppError("validation_failed", "Nobody would carry these tools out.", {
          details: { fields: { tools: "need an actionWebhook in the number's inbound-config" } },
        });
      }
      return { outbound };
    });
  }

  async delete(id: string, actor: Actor): Promise<void> {
    const deleted = await this.#db.tx(async (writer) => {
      await writer.run("DELETE FROM secret WHERE owner_id = ?", id);
      const row = await writer.get(`${selectNumber} WHERE id = ?`, id);
      if (row === null) return 0;
      const { e164, label } = numberOf(row);
      await this.#audit.append(writer, actor, "number.deleted", id, { before: { e164, label } });
      return writer.run("DELETE FROM number WHERE id = ?", id);
    });
    if (deleted === 0) throw new AppError("not_found", "There is no such number.");
    await this.#db.checkpoint(); // its key is gone from the file as well
  }

  async #update(
    id: string,
    actor: Actor,
    decide: (number: RegisteredNumber, writer: SqlWriter) => Change | Promise<Change>,
  ): Promise<RegisteredNumber> {
    return this.#db.tx(async (writer: SqlWriter) => {
      const row = await writer.get(`${selectNumber} WHERE id = ?`, id);
      if (row === null) throw new AppError("not_found", "There is no such number.");
      const former = numberOf(row);
      const { label, trunkId, inbound, outbound } = {
        ...former,
        ...(await decide(former, writer)),
      };
      await checkTrunk(writer, trunkId);
      const updatedAtMs = this.#clock.nowMs();
      await writer.run(
        `UPDATE number SET label = ?, trunk_id = ?, inbound = ?, outbound = ?, updated_at_ms = ?
         WHERE id = ?`,
        label,
        trunkId,
        inbound === null ? null : JSON.stringify(inbound),
        outbound === null ? null : JSON.stringify(outbound),
        updatedAtMs,
        id,
      );
      await this.#audit.append(writer, actor, "number.changed", id, {
        before: {
          label: former.label,
          trunkId: former.trunkId,
          inbound: former.inbound,
          outbound: former.outbound,
        },
        after: { label, trunkId, inbound, outbound },
      });
      return { ...former, label, trunkId, inbound, outbound, updatedAtMs };
    });
  }
}

/** Throws `validation_failed` for a trunk that is not there. */
async function checkTrunk(reader: SqlReader, trunkId: TrunkId | null): Promise<void> {
  if (trunkId === null) return;
  if ((await reader.get("SELECT id FROM trunk WHERE id = ?", trunkId)) !== null) return;
  throw new AppError("validation_failed", "There is no such trunk.", {
    details: { fields: { trunkId: "must be the id of a trunk of this appliance" } },
  });
}

function numberOf(row: SqlRow): RegisteredNumber {
  const { inbound, outbound } = row;
  const label = row["label"];
  const keyPreview = row["key_preview"];
  return {
    id: numberIdSchema.parse(row["id"]),
    e164: String(row["e164"]),
    label: typeof label === "string" ? label : null,
    trunkId: trunkIdSchema.nullable().parse(row["trunk_id"]),
    voiceMode: voiceModeSchema.parse(row["voice_mode"]),
    keyPreview: typeof keyPreview === "string" ? keyPreview : null,
    isKeyUnreadable: row["unreadable_since_ms"] !== null,
    inbound: typeof inbound === "string" ? inboundConfigSchema.parse(JSON.parse(inbound)) : null,
    outbound:
      typeof outbound === "string" ? outboundDefaultsSchema.parse(JSON.parse(outbound)) : null,
    createdAtMs: Number(row["created_at_ms"]),
    updatedAtMs: Number(row["updated_at_ms"]),
  };
}

function optional<Name extends string, Value>(
  name: Name,
  value: Value | undefined,
): Partial<Record<Name, Value>> {
  return value === undefined ? {} : ({ [name]: value } as Record<Name, Value>);
}
