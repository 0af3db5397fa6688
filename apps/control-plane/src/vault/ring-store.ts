import { invariant, newId, type Random } from "@agentcall/base";
import type { PassphraseParameters, Sealed, WrappedWrappingKey } from "@agentcall/vault";
import type { SqlReader, SqlRow, SqlValue, SqlWriter } from "../sqlite/database.ts";
import type { RootKind } from "./root-source.ts";

/** `primary` wraps and opens, `enabled` and `disabled` open, of `destroyed` nothing is left. */
export type WrappingKeyState = "primary" | "enabled" | "disabled" | "destroyed";

/** A version of the wrapping key as it is told. */
export type WrappingKeyFacts = {
  readonly keyVersion: number;
  readonly state: WrappingKeyState;
  readonly madeAtMs: number;
  readonly disabledAtMs: number | null;
  readonly destroyedAtMs: number | null;
};

/** The vault's one row, and its ring as the root key has sealed it. */
export type StoredVault = {
  readonly applianceId: string;
  readonly root: RootKind;
  /** Of the passphrase; null for a file, and before a passphrase was chosen. */
  readonly parameters: PassphraseParameters | null;
  /** Null until the first rekey: then the root key makes it. */
  readonly fingerprintKey: Sealed | null;
  /** Null before a passphrase was chosen: nothing can be sealed yet. */
  readonly primaryVersion: number | null;
  /** Every version that is not destroyed. */
  readonly ring: readonly WrappedWrappingKey[];
};

/** Null before the first start. */
export async function readVault(reader: SqlReader): Promise<StoredVault | null> {
  const row = await reader.get("SELECT * FROM vault");
  if (row === null) return null;
  const keys = await reader.all(
    "SELECT * FROM wrapping_key WHERE state != 'destroyed' ORDER BY key_version",
  );
  const primary = keys.find(({ state }) => state === "primary");
  const root = row["root"];
  invariant(root === "file" || root === "passphrase", "the column allows these two");
  return {
    applianceId: String(row["appliance_id"]),
    root,
    parameters: parametersOf(row),
    fingerprintKey: sealedOf(row, "fingerprint_"),
    primaryVersion: primary === undefined ? null : Number(primary["key_version"]),
    ring: keys.flatMap((key) => {
      const sealed = sealedOf(key, "");
      return sealed === null ? [] : [{ keyVersion: Number(key["key_version"]), sealed }];
    }),
  };
}

/** The appliance's id is made here, once. */
export async function insertVault(
  writer: SqlWriter,
  root: RootKind,
  random: Random,
): Promise<string> {
  const applianceId = newId("app", random);
  await writer.run(
    "INSERT INTO vault (id, appliance_id, root) VALUES (1, ?, ?)",
    applianceId,
    root,
  );
  return applianceId;
}

export async function writeParameters(
  writer: SqlWriter,
  { salt, cost, blockSize, parallelization }: PassphraseParameters,
): Promise<void> {
  await writer.run(
    "UPDATE vault SET salt = ?, cost = ?, block_size = ?, parallelization = ?",
    salt,
    cost,
    blockSize,
    parallelization,
  );
}

/** The new version is the primary from the commit on, and the former one only opens. */
export async function insertPrimary(
  writer: SqlWriter,
  { keyVersion, sealed }: WrappedWrappingKey,
  nowMs: number,
): Promise<void> {
  await writer.run("UPDATE wrapping_key SET state = 'enabled' WHERE state = 'primary'");
  await writer.run(
    `INSERT INTO wrapping_key (key_version, state, nonce, ciphertext, tag, made_at_ms)
     VALUES (?, 'primary', ?, ?, ?, ?)`,
    keyVersion,
    sealed.nonce,
    sealed.ciphertext,
    sealed.tag,
    nowMs,
  );
}

/** What another root key has sealed, in place of what the former one had. */
export async function replaceSealed(
  writer: SqlWriter,
  ring: readonly WrappedWrappingKey[],
  fingerprintKey: Sealed,
): Promise<void> {
  for (const { keyVersion, sealed } of ring) {
    await writer.run(
      "UPDATE wrapping_key SET nonce = ?, ciphertext = ?, tag = ? WHERE key_version = ?",
      sealed.nonce,
      sealed.ciphertext,
      sealed.tag,
      keyVersion,
    );
  }
  await writer.run(
    "UPDATE vault SET fingerprint_nonce = ?, fingerprint_ciphertext = ?, fingerprint_tag = ?",
    fingerprintKey.nonce,
    fingerprintKey.ciphertext,
    fingerprintKey.tag,
  );
}

/** The highest version that there ever was, destroyed ones too. */
export async function lastKeyVersion(reader: SqlReader): Promise<number> {
  const row = await reader.get("SELECT max(key_version) AS last FROM wrapping_key");
  return Number(row?.["last"] ?? 0);
}

/** Oldest first. */
export async function listWrappingKeys(reader: SqlReader): Promise<readonly WrappingKeyFacts[]> {
  const rows = await reader.all("SELECT * FROM wrapping_key ORDER BY key_version");
  return rows.map((row) => ({
    keyVersion: Number(row["key_version"]),
    state: stateOf(row["state"]),
    madeAtMs: Number(row["made_at_ms"]),
    disabledAtMs: numberOrNull(row["disabled_at_ms"]),
    destroyedAtMs: numberOrNull(row["destroyed_at_ms"]),
  }));
}

function stateOf(value: SqlValue | undefined): WrappingKeyState {
  const states = ["primary", "enabled", "disabled", "destroyed"] as const;
  const state = states.find((each) => each === value);
  invariant(state !== undefined, "the column allows these four");
  return state;
}

function parametersOf(row: SqlRow): PassphraseParameters | null {
  const salt = row["salt"];
  if (!(salt instanceof Uint8Array)) return null;
  return {
    salt: Buffer.from(salt),
    cost: Number(row["cost"]),
    blockSize: Number(row["block_size"]),
    parallelization: Number(row["parallelization"]),
  };
}

function sealedOf(row: SqlRow, prefix: string): Sealed | null {
  const nonce = row[`${prefix}nonce`];
  const ciphertext = row[`${prefix}ciphertext`];
  const tag = row[`${prefix}tag`];
  if (!(nonce instanceof Uint8Array && ciphertext instanceof Uint8Array)) return null;
  if (!(tag instanceof Uint8Array)) return null;
  return { nonce: Buffer.from(nonce), ciphertext: Buffer.from(ciphertext), tag: Buffer.from(tag) };
}

function numberOrNull(value: SqlValue | undefined): number | null {
  return typeof value === "number" ? value : null;
}
