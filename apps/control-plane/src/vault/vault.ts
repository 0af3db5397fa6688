import { AppError, type Clock, type Log, newId, type Random, Secret } from "@agentcall/base";
import {
  type Binding,
  fingerprint,
  KeyRing,
  newWrappingKey,
  open,
  type RootKey,
  seal,
  type WrappedWrappingKey,
} from "@agentcall/vault";
import type { Database, SqlReader, SqlRow, SqlValue, SqlWriter } from "../sqlite/database.ts";

/** What the key of a number is sealed for. */
export const openaiKeyPurpose = "openai-key";

/** What the secret that signs a number's tool requests is sealed for. */
export const actionWebhookPurpose = "action-webhook";

/** A secret to be kept, with what may be shown of it. */
export type Keepsake = {
  readonly purpose: string;
  readonly ownerId: string;
  readonly secret: Secret;
  readonly preview: string;
};

const firstKeyVersion = 1;

/** The secrets of this appliance, sealed in its database. The root key never is in it. */
export class Vault {
  readonly #db: Database;
  readonly #root: RootKey;
  readonly #ring: KeyRing;
  readonly #applianceId: string;
  readonly #clock: Clock;
  readonly #random: Random;
  readonly #log: Log;

  private constructor(
    db: Database,
    root: RootKey,
    ring: KeyRing,
    applianceId: string,
    around: { readonly clock: Clock; readonly random: Random; readonly log: Log },
  ) {
    this.#db = db;
    this.#root = root;
    this.#ring = ring;
    this.#applianceId = applianceId;
    this.#clock = around.clock;
    this.#random = around.random;
    this.#log = around.log;
  }

  /** Opens the vault, or makes it at the first start. Throws `wrong-setting` under another root key. */
  static async open(
    db: Database,
    root: RootKey,
    around: { readonly clock: Clock; readonly random: Random; readonly log: Log },
  ): Promise<Vault> {
    const { applianceId, primaryVersion } = await ensureVault(db, root, around.random);
    const rows = await db.all("SELECT * FROM wrapping_key");
    const ring = KeyRing.open(rows.map(wrappingKeyOf), primaryVersion, root, applianceId);
    if (ring === null) {
      throw new AppError(
        "wrong-setting",
        "AGENTCALL_ROOT_KEY_FILE is wrong: this key does not open the vault of the database.",
      );
    }
    return new Vault(db, root, ring, applianceId, around);
  }

  /** Made with the vault, and kept for good. */
  get applianceId(): string {
    return this.#applianceId;
  }

  /**
   * Seals a secret in place of its owner's former one, within the caller's transaction. Returns
   * what was shown of that one, or null when there was none.
   */
  async put(
    writer: SqlWriter,
    { purpose, ownerId, secret, preview }: Keepsake,
  ): Promise<string | null> {
    const before = await previewIn(writer, purpose, ownerId);
    const version = await nextVersion(writer, purpose, ownerId);
    const bytes = Buffer.from(secret.reveal());
    const stored = seal(this.#ring, this.#binding(purpose, ownerId, version), bytes, this.#random);
    await writer.run(
      `INSERT INTO secret (purpose, owner_id, version, stored, preview, fingerprint, saved_at_ms)
       VALUES (?, ?, ?, ?, ?, ?, ?) ON CONFLICT (purpose, owner_id) DO UPDATE SET
         version = excluded.version, stored = excluded.stored, preview = excluded.preview,
         fingerprint = excluded.fingerprint, saved_at_ms = excluded.saved_at_ms`,
      purpose,
      ownerId,
      version,
      stored,
      preview,
      fingerprint(this.#root, bytes),
      this.#clock.nowMs(),
    );
    bytes.fill(0);
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

  /** Opens a secret for the use at hand. Null when there is none, or none that opens: that is logged. */
  async open(purpose: string, ownerId: string): Promise<Secret | null> {
    const row = await this.#db.get(
      "SELECT version, stored FROM secret WHERE purpose = ? AND owner_id = ?",
      purpose,
      ownerId,
    );
    const stored = row?.["stored"];
    if (row === null || !(stored instanceof Uint8Array)) return null;
    const binding = this.#binding(purpose, ownerId, Number(row["version"]));
    const opened = open(this.#ring, binding, stored);
    if (opened.kind === "refused") {
      this.#log.error({ purpose, ownerId, reason: opened.reason }, "a sealed secret does not open");
      return null;
    }
    const secret = new Secret(opened.secret.toString("utf8"));
    opened.secret.fill(0);
    return secret;
  }

  /** Forgets the keys in memory. The vault opens nothing afterwards. */
  close(): void {
    this.#ring.close();
  }

  #binding(purpose: string, ownerId: string, version: number): Binding {
    return { applianceId: this.#applianceId, purpose, ownerId, version };
  }
}

async function ensureVault(
  db: Database,
  root: RootKey,
  random: Random,
): Promise<{ applianceId: string; primaryVersion: number }> {
  return db.tx(async (writer) => {
    const row = await writer.get("SELECT appliance_id, primary_version FROM vault");
    if (row !== null) {
      return {
        applianceId: String(row["appliance_id"]),
        primaryVersion: Number(row["primary_version"]),
      };
    }
    const applianceId = newId("app", random);
    const { keyVersion, sealed } = newWrappingKey(firstKeyVersion, root, applianceId, random);
    await writer.run(
      "INSERT INTO vault (id, appliance_id, primary_version) VALUES (1, ?, ?)",
      applianceId,
      keyVersion,
    );
    await writer.run(
      "INSERT INTO wrapping_key (key_version, nonce, ciphertext, tag) VALUES (?, ?, ?, ?)",
      keyVersion,
      sealed.nonce,
      sealed.ciphertext,
      sealed.tag,
    );
    return { applianceId, primaryVersion: keyVersion };
  });
}

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

function wrappingKeyOf(row: SqlRow): WrappedWrappingKey {
  return {
    keyVersion: Number(row["key_version"]),
    sealed: {
      nonce: bytesOf(row["nonce"]),
      ciphertext: bytesOf(row["ciphertext"]),
      tag: bytesOf(row["tag"]),
    },
  };
}

function bytesOf(value: SqlValue | undefined): Buffer {
  return value instanceof Uint8Array ? Buffer.from(value) : Buffer.alloc(0);
}
