import { createHash } from "node:crypto";
import { type RootKey, rootKeyFromBytes } from "@agentcall/vault";
import type { RootKeyHolder, RootSource } from "../vault/root-source.ts";

/** A root key that a name stands for, kept in memory. */
export function rootKeyOf(name: string): Extract<RootSource, { kind: "file" }> {
  return { kind: "file", keys: new KeysInMemory(createHash("sha256").update(name).digest()) };
}

/** A passphrase that costs next to nothing. */
export const cheapPassphrase: RootSource = {
  kind: "passphrase",
  cost: { cost: 1_024, blockSize: 8, parallelization: 1 },
};

class KeysInMemory implements RootKeyHolder {
  current: RootKey;
  staged: RootKey | null = null;

  constructor(bytes: Buffer) {
    this.current = rootOf(bytes);
  }

  stage(key: Buffer): RootKey {
    this.staged = rootOf(key);
    return this.staged;
  }

  promote(): void {
    this.current = this.staged ?? this.current;
    this.staged = null;
  }

  discard(): void {
    this.staged = null;
  }
}

function rootOf(bytes: Buffer): RootKey {
  const root = rootKeyFromBytes(bytes);
  if (root === null) throw new Error("a root key has 32 bytes");
  return root;
}
