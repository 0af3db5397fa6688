import { invariant } from "@agentcall/base";

/** What an envelope is bound to. It does not open anywhere else. */
export type Binding = {
  /** The appliance that sealed it: a database copied to another one does not open there. */
  readonly applianceId: string;
  /** What the secret is for, such as `openai-key`: one purpose's envelope is useless for another. */
  readonly purpose: string;
  /** Whose secret it is, such as a number's id. */
  readonly ownerId: string;
  /** Grows with each save: an old version put back does not open as the present one. */
  readonly version: number;
};

const domain = "agentcall-vault";
const fieldBytesMax = 0xffff; // the length prefix has 16 bits

/**
 * The associated data of an envelope: every field behind its own length (16 bit, big endian),
 * so that `a|bc` and `ab|c` differ.
 */
export function associatedData(
  binding: Binding,
  layer: "data-key" | "secret",
  keyVersion: number,
): Buffer {
  return lengthPrefixed([
    domain,
    layer,
    binding.applianceId,
    binding.purpose,
    binding.ownerId,
    String(binding.version),
    String(keyVersion),
  ]);
}

/** Joins texts, each behind its length in bytes. */
export function lengthPrefixed(fields: readonly string[]): Buffer {
  const parts: Buffer[] = [];
  for (const field of fields) {
    const bytes = Buffer.from(field, "utf8");
    invariant(bytes.length <= fieldBytesMax, "a field of associated data is at most 65,535 bytes");
    const length = Buffer.alloc(2);
    length.writeUInt16BE(bytes.length);
    parts.push(length, bytes);
  }
  return Buffer.concat(parts);
}
