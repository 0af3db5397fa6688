import { AppError, type Log, type Secret } from "@agentcall/base";
import type { Actor, AuditLog } from "../audit/audit-log.ts";
import type { Database } from "../sqlite/database.ts";
import { type Found, openaiKeyPurpose, type Vault } from "../vault/vault.ts";
import type { KeyTester } from "./key-tester.ts";
import { previewOf } from "./openai-key.ts";

/** Whose secret the appliance's own key is. */
const owner = "appliance";

export type ManagedKeyOptions = {
  readonly db: Database;
  readonly audit: AuditLog;
  readonly vault: Vault;
  readonly tester: KeyTester;
  /** The key that the start was given; one that is saved takes its place. */
  readonly given: Secret | null;
  readonly log: Log;
};

/** The one key that pays for every number in managed mode. */
export class ManagedKey {
  readonly #options: ManagedKeyOptions;

  constructor(options: ManagedKeyOptions) {
    this.#options = options;
  }

  /** Opened for one call. The one that the start was given is in no vault and has no key version. */
  async find(): Promise<Found> {
    const { vault, given } = this.#options;
    const found = await vault.find(openaiKeyPurpose, owner);
    if (found.kind !== "none" || given === null) return found;
    return { kind: "opened", secret: given, keyVersion: null };
  }

  /** Whether there is one for the next call, without opening it. */
  async presence(): Promise<"present" | "missing" | "unreadable"> {
    const { db, given } = this.#options;
    const row = await db.get(
      "SELECT unreadable_since_ms FROM secret WHERE purpose = ? AND owner_id = ?",
      openaiKeyPurpose,
      owner,
    );
    if (row === null) return given === null ? "missing" : "present";
    return row["unreadable_since_ms"] === null ? "present" : "unreadable";
  }

  /** What may be shown of the saved key. Throws `byok_key_invalid` and `byok_test_failed`. */
  async save(pasted: string, actor: Actor): Promise<string> {
    const { db, audit, vault, tester, log } = this.#options;
    const { key } = await tester.test(pasted, null);
    const preview = previewOf(key);
    await db.tx(async (writer) => {
      const before = await vault.put(writer, {
        purpose: openaiKeyPurpose,
        ownerId: owner,
        secret: key,
        preview,
      });
      await audit.append(writer, actor, "managed-key.saved", owner, { before, after: preview });
    });
    await db.checkpoint();
    log.info({}, "the managed key was saved");
    return preview;
  }

  /** Throws `not_found` when none was saved. */
  async delete(actor: Actor): Promise<void> {
    const { db, audit, vault, log } = this.#options;
    await db.tx(async (writer) => {
      const before = await vault.remove(writer, openaiKeyPurpose, owner);
      if (before === null) throw new AppError("not_found", "No managed key is saved.");
      await audit.append(writer, actor, "managed-key.deleted", owner, { before });
    });
    await db.checkpoint();
    log.info({}, "the managed key was deleted");
  }
}
