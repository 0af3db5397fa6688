import { type Clock, type Log, type Random, type Timer } from "@agentcall/base";
import { newWrappingKey, rewrap } from "@agentcall/vault";
import { type Actor, applianceActor, type AuditLog } from "../audit/audit-log.ts";
import type { Database, SqlRow } from "../sqlite/database.ts";
import { type AtFaultPoint, noFault } from "./fault-point.ts";
import { insertPrimary, lastKeyVersion, listWrappingKeys } from "./ring-store.ts";
import type { VaultDoor } from "./vault-door.ts";

export type RotationOptions = {
  readonly db: Database;
  readonly audit: AuditLog;
  readonly door: VaultDoor;
  readonly clock: Clock;
  readonly random: Random;
  readonly log: Log;
  readonly atFaultPoint?: AtFaultPoint;
};

const rewrappedAtOnce = 100; // 5 ms of one core, then calls have their turn
const graceMs = 60_000; // who has read an envelope before it was rewrapped opens it within milliseconds
const object = "vault"; // what the audit names

/**
 * Exchanges the wrapping key while calls go on. A new version becomes the primary at once; the
 * envelopes of older ones are rewrapped in the background, a hundred in a transaction, and open
 * meanwhile. A version that no envelope needs is disabled, and after a minute destroyed. Whatever
 * ends the process in between, `resume` goes on from what is on disk.
 */
export class Rotation {
  readonly #options: RotationOptions;
  readonly #at: AtFaultPoint;
  #work: Promise<void> | null = null;
  #isWanted = false;
  #isClosed = false;
  #timer: Timer | null = null;

  constructor(options: RotationOptions) {
    this.#options = options;
    this.#at = options.atFaultPoint ?? noFault;
  }

  /** Makes a new primary and returns its version. The rest follows in the background. Throws `vault_sealed`. */
  async rotate(actor: Actor): Promise<number> {
    const { db, audit, door, clock, random } = this.#options;
    const keyVersion = await door.changeRing(async () => {
      const { root } = door.opened();
      const made = await db.tx(async (writer) => {
        const before = await lastKeyVersion(writer);
        const key = newWrappingKey(before + 1, root, door.applianceId, random);
        await insertPrimary(writer, key, clock.nowMs());
        const change = { before, after: key.keyVersion };
        await audit.append(writer, actor, "vault.rotated", object, change);
        this.#at("rotate.written");
        return key.keyVersion;
      });
      this.#at("rotate.committed");
      return made;
    });
    this.resume();
    return keyVersion;
  }

  /** Goes on with what an earlier rotation has left to do. */
  resume(): void {
    this.#isWanted = true;
    if (this.#work !== null || this.#isClosed) return;
    this.#work = this.#run().finally(() => {
      this.#work = null;
      if (this.#isWanted && !this.#isIdle()) this.resume(); // somebody asked as this one ended
    });
  }

  /** Resolves when nothing is left to do but to wait. */
  async settled(): Promise<void> {
    while (this.#work !== null) await this.#work;
  }

  /** Ends after the transaction under way. May be called twice. */
  async close(): Promise<void> {
    this.#isClosed = true;
    this.#timer?.cancel();
    await this.settled();
  }

  /** A failure is told in the log, and the next minute tries again. */
  async #run(): Promise<void> {
    try {
      while (this.#isWanted && !this.#isIdle()) {
        this.#isWanted = false;
        await this.#rewrapAll();
        await this.#disable();
        await this.#destroy();
      }
      if (await this.#isAnyLeft()) this.#wait();
    } catch (error) {
      this.#options.log.error({ err: error }, "envelopes could not be rewrapped");
      this.#wait();
    }
  }

  #isIdle(): boolean {
    return this.#isClosed || this.#options.door.isSealed;
  }

  async #rewrapAll(): Promise<void> {
    const { db, log } = this.#options;
    let rewrapped = 0;
    while (!this.#isIdle()) {
      const rows = await db.all(
        `SELECT purpose, owner_id, version, key_version, stored FROM secret
         WHERE unreadable_since_ms IS NULL
           AND key_version != (SELECT key_version FROM wrapping_key WHERE state = 'primary')
         ORDER BY purpose, owner_id LIMIT ?`,
        rewrappedAtOnce,
      );
      if (rows.length === 0 || this.#isIdle()) break;
      await this.#write(rows.map((row) => this.#rewrap(row)));
      this.#at("rewrap.committed");
      rewrapped += rows.length;
    }
    if (rewrapped > 0) log.info({ rewrapped }, "envelopes were rewrapped");
  }

  #rewrap(row: SqlRow): Rewrapped {
    const { door, random } = this.#options;
    const { ring } = door.opened();
    const purpose = String(row["purpose"]);
    const ownerId = String(row["owner_id"]);
    const version = Number(row["version"]);
    const stored = row["stored"];
    const envelope = stored instanceof Uint8Array ? stored : Buffer.alloc(0);
    const binding = { applianceId: door.applianceId, purpose, ownerId, version };
    const result = rewrap(ring, binding, envelope, random);
    return { purpose, ownerId, envelope, keyVersion: ring.primaryVersion, result };
  }

  /** Only where the envelope is still the one that was read: a key saved meanwhile stays as it is. */
  async #write(all: readonly Rewrapped[]): Promise<void> {
    const { db, clock, log } = this.#options;
    await db.tx(async (writer) => {
      for (const { purpose, ownerId, envelope, keyVersion, result } of all) {
        const place = [purpose, ownerId, envelope] as const;
        if (result.kind === "refused") {
          log.error({ purpose, ownerId, reason: result.reason }, "a sealed secret does not open");
          await writer.run(
            `UPDATE secret SET unreadable_since_ms = ?
             WHERE purpose = ? AND owner_id = ? AND stored = ?`,
            clock.nowMs(),
            ...place,
          );
          continue;
        }
        await writer.run(
          `UPDATE secret SET stored = ?, key_version = ?
           WHERE purpose = ? AND owner_id = ? AND stored = ?`,
          result.kind === "current" ? envelope : result.stored,
          keyVersion,
          ...place,
        );
      }
      this.#at("rewrap.written");
    });
  }

  /** Versions that no readable envelope needs any more. Counted again where nobody can write between. */
  async #disable(): Promise<void> {
    const { db, audit, clock } = this.#options;
    if (this.#isIdle()) return;
    const disabled = await db.tx(async (writer) => {
      const rows = await writer.all(
        `SELECT key_version FROM wrapping_key WHERE state = 'enabled' AND NOT EXISTS (
           SELECT 1 FROM secret WHERE secret.key_version = wrapping_key.key_version
             AND secret.unreadable_since_ms IS NULL)`,
      );
      for (const { key_version: keyVersion } of rows) {
        await writer.run(
          "UPDATE wrapping_key SET state = 'disabled', disabled_at_ms = ? WHERE key_version = ?",
          clock.nowMs(),
          Number(keyVersion),
        );
        const detail = { keyVersion: Number(keyVersion) };
        await audit.append(writer, applianceActor, "vault.key-disabled", object, detail);
      }
      if (rows.length > 0) this.#at("disable.written");
      return rows.length;
    });
    if (disabled > 0) this.#at("disable.committed");
  }

  /** Overwrites what is stored of a wrapping key whose minute is over: nothing opens by it again. */
  async #destroy(): Promise<void> {
    const { db, door, clock } = this.#options;
    const due = (await listWrappingKeys(db)).filter(
      ({ state, disabledAtMs }) =>
        state === "disabled" && (disabledAtMs ?? 0) + graceMs <= clock.nowMs(),
    );
    if (due.length === 0 || this.#isIdle()) return;
    await door.changeRing(async () => {
      await this.#writeDestroyed(due.map(({ keyVersion }) => keyVersion));
      this.#at("destroy.committed");
      await db.checkpoint(); // it is gone from the file as well
    });
  }

  async #writeDestroyed(keyVersions: readonly number[]): Promise<void> {
    const { db, audit, clock } = this.#options;
    await db.tx(async (writer) => {
      for (const keyVersion of keyVersions) {
        await writer.run(
          `UPDATE wrapping_key SET state = 'destroyed', destroyed_at_ms = ?, nonce = NULL,
             ciphertext = NULL, tag = NULL WHERE key_version = ?`,
          clock.nowMs(),
          keyVersion,
        );
        await audit.append(writer, applianceActor, "vault.key-destroyed", object, { keyVersion });
      }
      this.#at("destroy.written");
    });
  }

  async #isAnyLeft(): Promise<boolean> {
    const keys = await listWrappingKeys(this.#options.db);
    return keys.some(({ state }) => state === "enabled" || state === "disabled");
  }

  #wait(): void {
    this.#timer?.cancel();
    if (this.#isIdle()) return;
    this.#timer = this.#options.clock.after(graceMs, () => {
      this.resume();
    });
  }
}

type Rewrapped = {
  readonly purpose: string;
  readonly ownerId: string;
  /** As it was read. */
  readonly envelope: Uint8Array;
  readonly keyVersion: number;
  readonly result: ReturnType<typeof rewrap>;
};
