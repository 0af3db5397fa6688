import { invariant, type Random, Secret } from "@agentcall/base";
import { masterKeyBytes } from "@agentcall/media";

const keyBytes = 16;

/** A fresh master key and salt, as a session description carries them. */
export function newMasterKey(random: Random): Secret {
  return new Secret(Buffer.from(random.bytes(masterKeyBytes)).toString("base64"));
}

/** The two parts of it. */
export function masterKeyOf(masterKey: Secret): { readonly key: Buffer; readonly salt: Buffer } {
  const bytes = Buffer.from(masterKey.reveal(), "base64");
  invariant(bytes.length === masterKeyBytes, "a master key was read as 30 bytes");
  return { key: bytes.subarray(0, keyBytes), salt: bytes.subarray(keyBytes) };
}
