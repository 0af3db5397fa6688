import { timingSafeEqual } from "node:crypto";
import { AppError, type Clock, invariant, type Random, type Secret } from "@agentcall/base";
import {
  KeyRing,
  newWrappingKey,
  openFingerprintKey,
  type PassphraseParameters,
  type RootKey,
  rootKeyFromPassphrase,
  sealFingerprintKey,
} from "@agentcall/vault";
import { type Actor, AuditLog } from "../audit/audit-log.ts";
import type { Database, SqlWriter } from "../sqlite/database.ts";
import { type AtFaultPoint, noFault } from "./fault-point.ts";
import {
  insertPrimary,
  insertVault,
  readVault,
  replaceSealed,
  type StoredVault,
  writeParameters,
} from "./ring-store.ts";
import type { PassphraseCost, RootKeyHolder, RootKind, RootSource } from "./root-source.ts";

/** What is in memory while the vault is open. Not to be held across an `await`: it may be sealed meanwhile. */
export type OpenVault = {
  readonly root: RootKey;
  readonly ring: KeyRing;
  readonly fingerprintKey: Buffer;
};

export type DoorOptions = {
  readonly clock: Clock;
  readonly random: Random;
  readonly atFaultPoint?: AtFaultPoint;
};

const rootKeyBytes = 32;
const saltBytes = 16; // NIST SP 800-132 §5.1 asks for 128 bits
const passphraseCharsMin = 12; // below it a stolen database is guessed, whatever scrypt costs
const object = "vault"; // what the audit names

/**
 * Opens and seals the vault, and exchanges the keys that do it. With a file the vault is open from
 * the start. With a passphrase it starts sealed, and the first passphrase that it is given is the
 * one. Unsealing, sealing and every change of the ring go one after the other.
 */
export class VaultDoor {
  readonly applianceId: string;
  readonly #db: Database;
  readonly #source: RootSource;
  readonly #options: DoorOptions;
  readonly #audit: AuditLog;
  readonly #at: AtFaultPoint;
  readonly #openers: (() => Promise<void>)[] = [];
  #open: OpenVault | null = null;
  #last: Promise<unknown> = Promise.resolve();

  private constructor(db: Database, source: RootSource, options: DoorOptions, applianceId: string) {
    this.#db = db;
    this.#source = source;
    this.#options = options;
    this.#audit = new AuditLog(db, options.clock);
    this.#at = options.atFaultPoint ?? noFault;
    this.applianceId = applianceId;
  }

  /**
   * Opens the vault of this database as far as its root allows, or makes it at the first start.
   * Throws `wrong-setting`, and has written nothing, where the root is not the vault's own.
   */
  static async open(db: Database, source: RootSource, options: DoorOptions): Promise<VaultDoor> {
    const stored = await readVault(db);
    if (stored === null) return VaultDoor.#make(db, source, options);
    if (stored.root !== source.kind) throw wrongRootKind(stored.root);
    const door = new VaultDoor(db, source, options, stored.applianceId);
    if (source.kind === "file") door.#open = openByFile(stored, source.keys);
    return door;
  }

  static async #make(db: Database, source: RootSource, options: DoorOptions): Promise<VaultDoor> {
    return db.tx(async (writer) => {
      const applianceId = await insertVault(writer, source.kind, options.random);
      const door = new VaultDoor(db, source, options, applianceId);
      if (source.kind === "file") door.#open = await door.#setUp(writer, source.keys.current);
      return door;
    });
  }

  get isSealed(): boolean {
    return this.#open === null;
  }

  get rootKind(): RootKind {
    return this.#source.kind;
  }

  /** For use at once. Throws `vault_sealed`. */
  opened(): OpenVault {
    if (this.#open !== null) return this.#open;
    throw new AppError("vault_sealed", "The vault is sealed: unseal it with its passphrase first.");
  }

  /** Does this now if the vault is open, and each time that it is unsealed. */
  async whenOpen(work: () => Promise<void>): Promise<void> {
    this.#openers.push(work);
    if (!this.isSealed) await work();
  }

  /**
   * Opens a vault that is sealed; an open one stays as it is. Throws `wrong_passphrase`,
   * `validation_failed` for a first passphrase that is too short, and `conflict` where the root is a file.
   */
  unseal(passphrase: Secret, actor: Actor): Promise<void> {
    return this.#inTurn(async () => {
      const source = this.#passphraseSource();
      if (this.#open !== null) return;
      const stored = await this.#stored();
      if (stored.parameters === null) await this.#choose(passphrase, source.cost, actor);
      else await this.#unseal(stored, stored.parameters, passphrase, actor);
      for (const work of this.#openers) await work();
    });
  }

  /** Forgets the keys in memory. Throws `conflict` where the root is a file. */
  seal(actor: Actor): Promise<void> {
    return this.#inTurn(async () => {
      this.#passphraseSource();
      if (this.#open === null) return;
      await this.#db.tx((writer) => this.#audit.append(writer, actor, "vault.sealed", object));
      this.close();
    });
  }

  /**
   * Seals the ring by a new root key and exchanges the file. Calls and envelopes do not notice.
   * Throws `conflict` where the root is a passphrase, or the file's folder is not writable.
   */
  rekeyFile(actor: Actor): Promise<void> {
    return this.#inTurn(async () => {
      if (this.#source.kind !== "file") {
        throw new AppError(
          "conflict",
          "This vault has a passphrase: give the present and the new.",
        );
      }
      const { keys } = this.#source;
      const bytes = Buffer.from(this.#options.random.bytes(rootKeyBytes));
      const root = keys.stage(bytes);
      bytes.fill(0);
      this.#at("rekey.staged");
      await this.#sealBy(root, null, actor);
      keys.promote();
      this.#at("rekey.promoted");
    });
  }

  /** The same with a passphrase. Throws `wrong_passphrase`, `validation_failed` and `conflict`. */
  rekeyPassphrase(present: Secret, next: Secret, actor: Actor): Promise<void> {
    return this.#inTurn(async () => {
      const { cost } = this.#passphraseSource();
      const { root } = this.opened();
      const { parameters } = await this.#stored();
      invariant(parameters !== null, "a vault that is open has had a passphrase");
      const given = await rootKeyFromPassphrase(present.reveal(), parameters);
      if (!timingSafeEqual(given.wrapping, root.wrapping)) throw await this.#refused(actor);
      assertLongEnough(next, "newPassphrase");
      const fresh = this.#freshParameters(cost);
      await this.#sealBy(await rootKeyFromPassphrase(next.reveal(), fresh), fresh, actor);
    });
  }

  /** Does this while nothing else opens, seals or exchanges keys, then reads the ring again. */
  changeRing<Result>(work: () => Promise<Result>): Promise<Result> {
    return this.#inTurn(async () => {
      const result = await work();
      await this.#readRing();
      return result;
    });
  }

  /** Forgets the keys in memory. May be called twice. */
  close(): void {
    const open = this.#open;
    this.#open = null;
    open?.ring.close();
    if (this.#source.kind === "file") return; // the file has the key, whatever is forgotten here
    for (const key of [open?.root.wrapping, open?.fingerprintKey]) key?.fill(0);
  }

  /** One after the other, whether they fail or not. */
  #inTurn<Result>(work: () => Promise<Result>): Promise<Result> {
    const turn = this.#last.then(work);
    this.#last = turn.catch(() => undefined); // whoever asked is told
    return turn;
  }

  async #choose(passphrase: Secret, cost: PassphraseCost, actor: Actor): Promise<void> {
    assertLongEnough(passphrase, "passphrase");
    const parameters = this.#freshParameters(cost);
    const root = await rootKeyFromPassphrase(passphrase.reveal(), parameters);
    this.#open = await this.#db.tx(async (writer) => {
      await writeParameters(writer, parameters);
      await this.#audit.append(writer, actor, "vault.set-up", object);
      return this.#setUp(writer, root);
    });
  }

  async #unseal(
    stored: StoredVault,
    parameters: PassphraseParameters,
    passphrase: Secret,
    actor: Actor,
  ): Promise<void> {
    const root = await rootKeyFromPassphrase(passphrase.reveal(), parameters);
    const open = openBy(stored, root);
    if (open === null) throw await this.#refused(actor);
    await this.#db.tx((writer) => this.#audit.append(writer, actor, "vault.unsealed", object));
    this.#open = open;
  }

  async #refused(actor: Actor): Promise<AppError> {
    const action = "vault.passphrase-refused";
    await this.#db.tx((writer) => this.#audit.append(writer, actor, action, object));
    return new AppError("wrong_passphrase", "This is not the passphrase of the vault.");
  }

  /** The first wrapping key. */
  async #setUp(writer: SqlWriter, root: RootKey): Promise<OpenVault> {
    const { clock, random } = this.#options;
    const first = newWrappingKey(1, root, this.applianceId, random);
    await insertPrimary(writer, first, clock.nowMs());
    const ring = KeyRing.open([first], first.keyVersion, root, this.applianceId);
    invariant(ring !== null, "a ring opens by the root key that has just sealed it");
    return { root, ring, fingerprintKey: root.fingerprint };
  }

  async #sealBy(
    root: RootKey,
    parameters: PassphraseParameters | null,
    actor: Actor,
  ): Promise<void> {
    const { random } = this.#options;
    const { ring, fingerprintKey } = this.opened();
    const sealed = ring.sealedBy(root, this.applianceId, random);
    const print = sealFingerprintKey(root, fingerprintKey, this.applianceId, random);
    await this.#db.tx(async (writer) => {
      await replaceSealed(writer, sealed, print);
      if (parameters !== null) await writeParameters(writer, parameters);
      await this.#audit.append(writer, actor, "vault.rekeyed", object, { root: this.rootKind });
      this.#at("rekey.written");
    });
    this.#open = { root, ring, fingerprintKey };
    this.#at("rekey.committed");
    await this.#db.checkpoint(); // what the former root opens is gone from the file
  }

  async #readRing(): Promise<void> {
    if (this.#open === null) return;
    const former = this.#open;
    this.#open = openBy(await this.#stored(), former.root);
    invariant(this.#open !== null, "the ring opens by the root key that has sealed it");
    former.ring.close();
  }

  async #stored(): Promise<StoredVault> {
    const stored = await readVault(this.#db);
    invariant(stored !== null, "the vault was made at the start");
    return stored;
  }

  #freshParameters(cost: PassphraseCost): PassphraseParameters {
    return { ...cost, salt: Buffer.from(this.#options.random.bytes(saltBytes)) };
  }

  #passphraseSource(): Extract<RootSource, { kind: "passphrase" }> {
    if (this.#source.kind === "passphrase") return this.#source;
    throw new AppError("conflict", "This vault is opened by a file: it has no passphrase.");
  }
}

/** A rekey that was interrupted is ended here: by the key that opens the ring. */
function openByFile(stored: StoredVault, keys: RootKeyHolder): OpenVault {
  const present = openBy(stored, keys.current);
  if (present !== null) {
    if (keys.staged !== null) keys.discard();
    return present;
  }
  const next = keys.staged === null ? null : openBy(stored, keys.staged);
  if (next === null) {
    throw new AppError(
      "wrong-setting",
      "AGENTCALL_ROOT_KEY_FILE is wrong: the key in it does not open the vault of this database.",
    );
  }
  keys.promote();
  return next;
}

function openBy(stored: StoredVault, root: RootKey): OpenVault | null {
  const { applianceId, primaryVersion } = stored;
  if (primaryVersion === null) return null;
  const ring = KeyRing.open(stored.ring, primaryVersion, root, applianceId);
  const fingerprintKey =
    stored.fingerprintKey === null
      ? root.fingerprint
      : openFingerprintKey(root, stored.fingerprintKey, applianceId);
  return ring === null || fingerprintKey === null ? null : { root, ring, fingerprintKey };
}

function wrongRootKind(root: RootKind): AppError {
  return new AppError(
    "wrong-setting",
    `AGENTCALL_VAULT is wrong: the vault of this database was set up with a ${root}.`,
  );
}

function assertLongEnough(passphrase: Secret, field: string): void {
  if (passphrase.reveal().length >= passphraseCharsMin) return;
  throw new AppError("validation_failed", "The passphrase is too short.", {
    details: { fields: { [field]: `must have ${String(passphraseCharsMin)} characters or more` } },
  });
}
