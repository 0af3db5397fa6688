import { type Clock, newId, type Random, type Secret } from "@agentcall/base";
import type { Database } from "../sqlite/database.ts";
import { type Caller, hashOf, isSameHash, newApiKey, type Role, roles } from "./api-key.ts";

/** The API keys of this appliance, each by its hash only. */
export class ApiKeyStore {
  readonly #db: Database;
  readonly #clock: Clock;
  readonly #random: Random;

  constructor(db: Database, clock: Clock, random: Random) {
    this.#db = db;
    this.#clock = clock;
    this.#random = random;
  }

  /** Makes sure that an admin key exists. Returns it when it was made now: it cannot be shown again. */
  async ensureAdmin(preset: Secret | null): Promise<Secret | null> {
    if (preset !== null) {
      await this.#add(preset, "admin");
      return null;
    }
    if ((await this.#db.get("SELECT id FROM api_key LIMIT 1")) !== null) return null;
    return this.create("admin");
  }

  /** A fresh key, which cannot be shown again. */
  async create(role: Role): Promise<Secret> {
    const key = newApiKey(this.#random);
    await this.#add(key, role);
    return key;
  }

  /** Whose key this is, or null. */
  async find(key: Secret): Promise<Caller | null> {
    const hash = hashOf(key);
    const row = await this.#db.get("SELECT id, hash, role FROM api_key WHERE hash = ?", hash);
    const role = roles.find((each) => each === row?.["role"]);
    const stored = row?.["hash"];
    if (role === undefined || !(stored instanceof Uint8Array) || !isSameHash(hash, stored)) {
      return null;
    }
    return { apiKeyId: String(row?.["id"]), role };
  }

  async #add(key: Secret, role: Role): Promise<void> {
    const id = newId("key", this.#random);
    await this.#db.tx((writer) =>
      writer.run(
        "INSERT INTO api_key (id, hash, role, created_at_ms) VALUES (?, ?, ?, ?) ON CONFLICT (hash) DO NOTHING",
        id,
        hashOf(key),
        role,
        this.#clock.nowMs(),
      ),
    );
  }
}
