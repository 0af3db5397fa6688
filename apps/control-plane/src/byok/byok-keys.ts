import { AppError, type Clock, type Log, type Secret } from "@agentcall/base";
import type { ByokKeyHealth, NumberId } from "@agentcall/contract";
import type { Actor, AuditLog } from "../audit/audit-log.ts";
import type { NumberStore, RegisteredNumber } from "../numbers/number-store.ts";
import type { Database, SqlWriter } from "../sqlite/database.ts";
import { type AtFaultPoint, noFault } from "../vault/fault-point.ts";
import { openaiKeyPurpose, type Vault } from "../vault/vault.ts";
import { keyHealth } from "./key-health.ts";
import type { KeyTester } from "./key-tester.ts";
import { previewOf } from "./openai-key.ts";

export type ByokKeysOptions = {
  readonly db: Database;
  readonly audit: AuditLog;
  readonly vault: Vault;
  readonly numbers: NumberStore;
  readonly tester: KeyTester;
  readonly clock: Clock;
  readonly log: Log;
  /** Only a test that ends the process there gives one. */
  readonly atFaultPoint?: AtFaultPoint;
};

/** The numbers' own keys: tested with the provider before they are sealed, and never shown again. */
export class ByokKeys {
  readonly #options: ByokKeysOptions;
  readonly #at: AtFaultPoint;

  constructor(options: ByokKeysOptions) {
    this.#options = options;
    this.#at = options.atFaultPoint ?? noFault;
  }

  /** The model that the key was tested with. Throws `byok_key_invalid` and `byok_test_failed`. */
  async test(numberId: string, pasted: string): Promise<string> {
    const { numbers, tester } = this.#options;
    const { inbound } = await numbers.byId(numberId);
    return (await tester.test(pasted, inbound)).model;
  }

  /** Tests, then seals and flips the number in one transaction; two at once leave one of them whole. */
  async save(numberId: string, pasted: string, actor: Actor): Promise<RegisteredNumber> {
    const { db, numbers, tester, log } = this.#options;
    const number = await numbers.byId(numberId);
    const { key } = await tester.test(pasted, number.inbound);
    this.#at("save.tested");
    await db.tx((writer) => this.#put(writer, number.id, key, actor));
    this.#at("save.committed");
    await db.checkpoint(); // a former key is gone from the file as well
    this.#at("save.checkpointed");
    log.info({ numberId: number.id }, "a number's own key was saved");
    return numbers.byId(number.id);
  }

  /** One test, then all of these numbers or none. Throws `not_found` when one of them is not there. */
  async saveForMany(
    numberIds: readonly NumberId[] | "all",
    pasted: string,
    actor: Actor,
  ): Promise<{ readonly keyPreview: string; readonly numberIds: readonly NumberId[] }> {
    const { db, numbers, tester, log } = this.#options;
    const { key } = await tester.test(pasted, null);
    const chosen = await db.tx(async (writer) => {
      const ids = numberIds === "all" ? await numbers.allIds(writer) : [...new Set(numberIds)];
      for (const id of ids) await this.#put(writer, id, key, actor);
      return ids;
    });
    await db.checkpoint();
    log.info({ numbers: chosen.length }, "a key was saved for many numbers");
    return { keyPreview: previewOf(key), numberIds: chosen };
  }

  /** The number goes back to the appliance's key, and the ciphertext out of the file. */
  async delete(numberId: string, actor: Actor): Promise<RegisteredNumber> {
    const { db, audit, vault, numbers, log } = this.#options;
    const number = await numbers.byId(numberId);
    await db.tx(async (writer) => {
      await vault.remove(writer, openaiKeyPurpose, number.id);
      this.#at("delete.removed");
      await this.#flip(writer, number.id, "managed");
      await audit.append(writer, actor, "byok-key.deleted", number.id, {
        before: number.keyPreview,
      });
      this.#at("delete.audited");
    });
    this.#at("delete.committed");
    await db.checkpoint();
    this.#at("delete.checkpointed");
    log.info({ numberId: number.id }, "a number's own key was deleted");
    return numbers.byId(number.id);
  }

  /** Each key that numbers use, whether it opens now, and what its last call has shown. */
  async health(): Promise<readonly ByokKeyHealth[]> {
    const { db, vault } = this.#options;
    if (!vault.door.isSealed) await vault.check();
    return keyHealth(db);
  }

  async #put(writer: SqlWriter, id: NumberId, key: Secret, actor: Actor): Promise<void> {
    const { audit, vault } = this.#options;
    const preview = previewOf(key);
    await this.#flip(writer, id, "byok");
    const before = await vault.put(writer, {
      purpose: openaiKeyPurpose,
      ownerId: id,
      secret: key,
      preview,
    });
    this.#at("save.sealed");
    await audit.append(writer, actor, "byok-key.saved", id, { before, after: preview });
    this.#at("save.audited");
  }

  async #flip(writer: SqlWriter, id: NumberId, mode: "byok" | "managed"): Promise<void> {
    const flipped = await writer.run(
      "UPDATE number SET voice_mode = ?, updated_at_ms = ? WHERE id = ?",
      mode,
      this.#options.clock.nowMs(),
      id,
    );
    if (flipped === 0) throw new AppError("not_found", "There is no such number.");
  }
}
