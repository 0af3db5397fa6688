import type { RootKey } from "@agentcall/vault";

/** Where the root key comes from. Chosen when the vault is made, and kept. */
export type RootSource =
  | { readonly kind: "file"; readonly keys: RootKeyHolder }
  | { readonly kind: "passphrase"; readonly cost: PassphraseCost };

export type RootKind = RootSource["kind"];

/** What scrypt takes to turn a passphrase into a root key (RFC 7914 §2). */
export type PassphraseCost = {
  readonly cost: number;
  readonly blockSize: number;
  readonly parallelization: number;
};

/**
 * A root key outside of the database that can be exchanged without a moment in which a crash would
 * leave no key that opens: the next one lies beside it until the ring is sealed by it.
 */
export type RootKeyHolder = {
  readonly current: RootKey;
  /** What an interrupted exchange has left beside it. */
  readonly staged: RootKey | null;
  /** Puts the next key beside the present one, on disk. Throws `conflict` where it cannot. */
  stage(key: Buffer): RootKey;
  /** The staged key takes the present one's place. */
  promote(): void;
  /** The staged key goes. */
  discard(): void;
};
