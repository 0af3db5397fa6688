import { type Clock, type Log, type Random, Secret } from "@agentcall/base";
import { type Binding, fingerprint, open, type OpenRefusal, seal } from "@agentcall/vault";
import type { Database, SqlReader, SqlRow, SqlWriter } from "../sqlite/database.ts";
import type { AtFaultPoint } from "./fault-point.ts";
import type { RootSource } from "./root-source.ts";
import { VaultDoor } from "./vault-door.ts";

/** What the key of a number is sealed for. */
export const openaiKeyPurpose = "openai-key";

/** What the secret that signs a number's tool requests is sealed for. */
export const actionWebhookPurpose = "action-webhook";

/** What the secret that signs the questions about a number's callers is sealed for. */
export const contextWebhookPurpose = "context-webhook";

/** What the data key of a recording is sealed for; its owner is the call. */
export const recordingPurpose = "recording";

/** A secret to be kept, with what may be shown of it. */
export type Keepsake = {
  readonly purpose: string;
  readonly ownerId: string;
  readonly secret: Secret;
  readonly preview: string;
};

/** What became of a wish to open a secret. */
export type Found =
  /** `keyVersion` is that of the wrapping key; null for a key that lay in no vault. */
  | { readonly kind: "opened"; readonly secret: Secret; readonly keyVersion: number | null }
  | { readonly kind: "none" }
  /** It is there, and damaged: only a backup or a new secret helps. */
  | { readonly kind: "unreadable" }
  /** Nothing opens before the vault is unsealed. */
  | { readonly kind: "sealed" };

export type VaultOptions = {
  readonly clock: Clock;
  readonly random: Random;
  readonly log: Log;
  /** Only a test that ends the process there gives one. */
  readonly atFaultPoint?: AtFaultPoint;
};

const checkedAtOnce = 200; // envelopes in memory at a time; 10 ms of one core

/** The secrets of this appliance, sealed in its database. The root key never is in it. */
export class Vault {
  /** Says whether the vault is open, and opens and seals it. */
  readonly door: VaultDoor;
  readonly #db: Database;
  readonly #options: VaultOptions;

  private constructor(db: Database, door: VaultDoor, options: VaultOptions) {
    this.#db = db;
    this.door = door;
    this.#options = options;
  }

  /**
   * Opens the vault as far as its root allows, or makes it at the first start. Throws
   * `wrong-setting` under another root, and has written nothing then.
   */
  static async open(db: Database, root: RootSource, options: VaultOptions): Promise<Vault> {
    return new Vault(db, await VaultDoor.open(db, root, options), options);
  }

  /** Made with the vault, and kept for good. */
  get applianceId(): string {
    return this.door.applianceId;
  }

  /**
   * Seals a secret in place of its owner's former one, within the caller's transaction. Returns
   * what was shown of that one, or null when there was none. Throws `vault_sealed`.
   */
  async put(
    writer: SqlWriter,
    { purpose, ownerId, secret, preview }: Keepsake,
  ): Promise<string | null> {
    const before = await previewIn(writer, purpose, ownerId);
    const version = await nextVersion(writer, purpose, ownerId);
    const { ring, fingerprintKey } = this.door.opened();
    const { clock, random } = this.#options;
    const bytes = Buffer.from(secret.reveal());
    const stored = seal(ring, this.#binding(purpose, ownerId, version), bytes, random);
    const print = fingerprint(fingerprintKey, bytes);
    bytes.fill(0);
    await writer.run(
      `INSERT OR REPLACE INTO secret
         (purpose, owner_id, version, stored, key_version, preview, fingerprint, saved_at_ms)
       VALUES (?, ?, ?, ?, ?, ?, ?, ?)`,
      purpose,
      ownerId,
      version,
      stored,
      ring.primaryVersion,
      preview,
      print,
      clock.nowMs(),
    );
    return before;
  }

  /** Takes a secret out. Returns what was shown of it, or null when there was none. */
  async remove(writer: SqlWriter, purpose: string, ownerId: string): Promise<string | null> {
    const before = await previewIn(writer, purpose, ownerId);
    await writer.run("DELETE FROM secret WHERE purpose = ? AND owner_id = ?", purpose, ownerId);
    return before;
  }

  /** Whether a secret of this purpose is kept. */
  async has(reader: SqlReader, purpose: string, ownerId: string): Promise<boolean> {
    return (await previewIn(reader, purpose, ownerId)) !== null;
  }

  /** What stands for a secret in the log of its use, or null where there is none. It tells nothing of it. */
  async fingerprintOf(purpose: string, ownerId: string): Promise<string | null> {
    const row = await this.#db.get(
      "SELECT fingerprint FROM secret WHERE purpose = ? AND owner_id = ?",
      purpose,
      ownerId,
    );
    const found = row?.["fingerprint"];
    return typeof found === "string" ? found : null;
  }

  /** Opens a secret for the use at hand. Null when there is none, or none that opens. Throws `vault_sealed`. */
  async open(purpose: string, ownerId: string): Promise<Secret | null> {
    const found = await this.find(purpose, ownerId);
    if (found.kind === "sealed") this.door.opened(); // its error says so
    return found.kind === "opened" ? found.secret : null;
  }

  /** The same, telling why there is none. One that does not open is logged and marked. */
  async find(purpose: string, ownerId: string): Promise<Found> {
    const row = await this.#db.get(
      "SELECT version, stored FROM secret WHERE purpose = ? AND owner_id = ?",
      purpose,
      ownerId,
    );
    const stored = row?.["stored"];
    // Looked at here and not before the read: somebody may have sealed it meanwhile.
    if (this.door.isSealed) return { kind: "sealed" };
    if (row === null || !(stored instanceof Uint8Array)) return { kind: "none" };
    const binding = this.#binding(purpose, ownerId, Number(row["version"]));
    const opened = open(this.door.opened().ring, binding, stored);
    if (opened.kind === "refused") {
      await this.#mark([{ purpose, ownerId, stored, reason: opened.reason }]);
      return { kind: "unreadable" };
    }
    const secret = new Secret(opened.secret.toString("utf8"));
    opened.secret.fill(0);
    return { kind: "opened", secret, keyVersion: opened.keyVersion };
  }

  /**
   * Tries every envelope and marks those that do not open, so that their owners can say so. Those of
   * recordings are left out: there may be a year of them, and who listens to one is told.
   */
  async check(): Promise<void> {
    let after: readonly [string, string] = ["", ""];
    for (;;) {
      const rows = await this.#db.all(
        `SELECT purpose, owner_id, version, stored, unreadable_since_ms FROM secret
         WHERE (purpose, owner_id) > (?, ?) AND purpose <> '${recordingPurpose}' ORDER BY purpose, owner_id LIMIT ?`,
        ...after,
        checkedAtOnce,
      );
      const tried = rows.map((row) => this.#try(row));
      await this.#mark(tried.filter(({ reason, isMarked }) => (reason === null) === isMarked));
      const last = tried.at(-1);
      if (last === undefined || rows.length < checkedAtOnce) return;
      after = [last.purpose, last.ownerId];
    }
  }

  /** Forgets the keys in memory. The vault opens nothing afterwards. */
  close(): void {
    this.door.close();
  }

  #try(row: SqlRow): Tried & { readonly isMarked: boolean } {
    const purpose = String(row["purpose"]);
    const ownerId = String(row["owner_id"]);
    const value = row["stored"];
    const stored = value instanceof Uint8Array ? value : Buffer.alloc(0);
    const binding = this.#binding(purpose, ownerId, Number(row["version"]));
    const opened = open(this.door.opened().ring, binding, stored);
    if (opened.kind === "opened") opened.secret.fill(0);
    const reason = opened.kind === "opened" ? null : opened.reason;
    return { purpose, ownerId, stored, reason, isMarked: row["unreadable_since_ms"] !== null };
  }

  /** Marks what does not open, and takes the mark from what does again, unless it was replaced meanwhile. */
  async #mark(all: readonly Tried[]): Promise<void> {
    if (all.length === 0) return;
    const { clock, log } = this.#options;
    await this.#db.tx(async (writer) => {
      for (const { purpose, ownerId, stored, reason } of all) {
        if (reason !== null)
          log.error({ purpose, ownerId, reason }, "a sealed secret does not open");
        await writer.run(
          `UPDATE secret SET unreadable_since_ms =
             CASE WHEN ?1 IS NULL THEN NULL ELSE coalesce(unreadable_since_ms, ?1) END
           WHERE purpose = ?2 AND owner_id = ?3 AND stored = ?4`,
          reason === null ? null : clock.nowMs(),
          purpose,
          ownerId,
          stored,
        );
      }
    });
  }

  #binding(purpose: string, ownerId: string, version: number): Binding {
    return { applianceId: this.applianceId, purpose, ownerId, version };
  }
}

/** An envelope that was tried; `reason` is null when it opened. */
type Tried = {
  readonly purpose: string;
  readonly ownerId: string;
  readonly stored: Uint8Array;
  readonly reason: OpenRefusal | null;
};

async function previewIn(
  reader: SqlReader,
  purpose: string,
  ownerId: string,
): Promise<string | null> {
  const row = await reader.get(
    "SELECT preview FROM secret WHERE purpose = ? AND owner_id = ?",
    purpose,
    ownerId,
  );
  const preview = row?.["preview"];
  return typeof preview === "string" ? preview : null;
}

async function nextVersion(writer: SqlWriter, purpose: string, ownerId: string): Promise<number> {
  await writer.run(
    `INSERT INTO secret_version (purpose, owner_id, last) VALUES (?, ?, 1)
     ON CONFLICT (purpose, owner_id) DO UPDATE SET last = last + 1`,
    purpose,
    ownerId,
  );
  const row = await writer.get(
    "SELECT last FROM secret_version WHERE purpose = ? AND owner_id = ?",
    purpose,
    ownerId,
  );
  return Number(row?.["last"]);
}
