import { AppError, type Clock, newId, type Random, type Secret } from "@agentcall/base";
import { type Role, roles } from "@agentcall/contract";
import { type Actor, applianceActor, type AuditLog } from "../audit/audit-log.ts";
import type { Database, SqlRow } from "../sqlite/database.ts";
import { type Caller, hashOf, isSameHash, newApiKey } from "./api-key.ts";

/** A key as it is kept: its hash is not told. */
export type StoredApiKey = {
  readonly id: string;
  readonly role: Role;
  readonly label: string | null;
  readonly createdAtMs: number;
  readonly lastUsedAtMs: number | null;
};

const usedToTheMs = 60_000; // one write a minute for each key at most
const keysMax = 200; // people and programs of one company

/** The API keys of this appliance, each by its hash only. */
export class ApiKeyStore {
  readonly #db: Database;
  readonly #audit: AuditLog;
  readonly #clock: Clock;
  readonly #random: Random;
  /** When each key's use was noted last. */
  readonly #notedAtMs = new Map<string, number>();

  constructor(db: Database, audit: AuditLog, clock: Clock, random: Random) {
    this.#db = db;
    this.#audit = audit;
    this.#clock = clock;
    this.#random = random;
  }

  /** Makes sure that an admin key exists. Returns it when it was made now: it cannot be shown again. */
  async ensureAdmin(preset: Secret | null): Promise<Secret | null> {
    if (preset !== null) {
      await this.#add(preset, "admin", "preset", applianceActor);
      return null;
    }
    if ((await this.#db.get("SELECT id FROM api_key LIMIT 1")) !== null) return null;
    return (await this.create("admin", "first", applianceActor)).key;
  }

  /** A fresh key, which cannot be shown again. Throws `conflict` beyond the largest number of keys. */
  async create(
    role: Role,
    label: string | null,
    actor: Actor,
  ): Promise<{ stored: StoredApiKey; key: Secret }> {
    const key = newApiKey(this.#random);
    return { stored: await this.#add(key, role, label, actor), key };
  }

  /** Oldest first. */
  async list(): Promise<readonly StoredApiKey[]> {
    return (await this.#db.all("SELECT * FROM api_key ORDER BY created_at_ms, id")).map(storedOf);
  }

  /** From now on the key is unknown. Throws `not_found`, and `conflict` for the last admin's. */
  async revoke(id: string, actor: Actor): Promise<void> {
    await this.#db.tx(async (writer) => {
      const row = await writer.get("SELECT * FROM api_key WHERE id = ?", id);
      if (row === null) throw new AppError("not_found", "There is no such API key.");
      const { role, label } = storedOf(row);
      const admins = await writer.get("SELECT count(*) AS keys FROM api_key WHERE role = 'admin'");
      if (role === "admin" && Number(admins?.["keys"]) < 2) {
        throw new AppError("conflict", "This is the last admin key: nobody could make another.");
      }
      await writer.run("DELETE FROM api_key WHERE id = ?", id);
      await this.#audit.append(writer, actor, "api-key.revoked", id, { role, label });
    });
  }

  /** Whose key this is, or null. */
  async find(key: Secret): Promise<Caller | null> {
    const hash = hashOf(key);
    const row = await this.#db.get("SELECT * FROM api_key WHERE hash = ?", hash);
    const stored = row?.["hash"];
    if (row === null || !(stored instanceof Uint8Array) || !isSameHash(hash, stored)) return null;
    const { id, role } = storedOf(row);
    await this.#noteUse(id);
    return { apiKeyId: id, role };
  }

  async #noteUse(id: string): Promise<void> {
    const nowMs = this.#clock.nowMs();
    if (nowMs - (this.#notedAtMs.get(id) ?? 0) < usedToTheMs) return;
    this.#notedAtMs.set(id, nowMs);
    await this.#db.tx((writer) =>
      writer.run("UPDATE api_key SET last_used_at_ms = ? WHERE id = ?", nowMs, id),
    );
  }

  async #add(key: Secret, role: Role, label: string | null, actor: Actor): Promise<StoredApiKey> {
    const stored: StoredApiKey = {
      id: newId("key", this.#random),
      role,
      label,
      createdAtMs: this.#clock.nowMs(),
      lastUsedAtMs: null,
    };
    await this.#db.tx(async (writer) => {
      const present = await writer.get("SELECT count(*) AS keys FROM api_key");
      if (Number(present?.["keys"]) >= keysMax) {
        throw new AppError(
          "conflict",
          `There are ${String(keysMax)} API keys already: revoke some.`,
        );
      }
      const added = await writer.run(
        `INSERT INTO api_key (id, hash, role, label, created_at_ms) VALUES (?, ?, ?, ?, ?)
         ON CONFLICT (hash) DO NOTHING`,
        stored.id,
        hashOf(key),
        role,
        label,
        stored.createdAtMs,
      );
      if (added > 0) {
        await this.#audit.append(writer, actor, "api-key.created", stored.id, { role, label });
      }
    });
    return stored;
  }
}

function storedOf(row: SqlRow): StoredApiKey {
  const { label, last_used_at_ms: lastUsed } = row;
  const role = roles.find((each) => each === row["role"]);
  if (role === undefined) throw new AppError("internal_error", "an API key has an unknown role");
  return {
    id: String(row["id"]),
    role,
    label: typeof label === "string" ? label : null,
    createdAtMs: Number(row["created_at_ms"]),
    lastUsedAtMs: typeof lastUsed === "number" ? lastUsed : null,
  };
}
