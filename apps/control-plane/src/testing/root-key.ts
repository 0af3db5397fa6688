import { createHash } from "node:crypto";
import { type RootKey, rootKeyFromBytes } from "@agentcall/vault";

/** A root key that a name stands for. */
export function rootKeyOf(name: string): RootKey {
  const root = rootKeyFromBytes(createHash("sha256").update(name).digest());
  if (root === null) throw new Error("a digest has 32 bytes");
  return root;
}
