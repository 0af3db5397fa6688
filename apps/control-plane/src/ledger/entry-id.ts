import { createHash } from "node:crypto";
import { base32 } from "@agentcall/base";

const idBytes = 20; // 160 bits of the digest: two entries never meet

/**
 * The id of a call's entry: a hash of what makes it this entry and no other, so that the same usage
 * told again, also after a restore or by another process, is the same entry.
 */
export function usageEntryId(
  applianceId: string,
  epoch: number,
  callId: string,
  segment: number,
): string {
  return entryIdOf(["usage", applianceId, String(epoch), callId, String(segment)]);
}

/**
 * The id of a correction: the nth of the entry that it corrects. The epoch keeps two apart of which
 * one was booked before a backup was restored, and the other after it.
 */
export function correctionEntryId(correctsEntryId: string, epoch: number, ordinal: number): string {
  return entryIdOf(["correction", correctsEntryId, String(epoch), String(ordinal)]);
}

/** Every part behind its own length, so that no two lists of parts are written alike. */
function entryIdOf(parts: readonly string[]): string {
  const hash = createHash("sha256").update("agentcall-entry/1");
  for (const part of parts) hash.update(`${String(Buffer.byteLength(part))}:${part}`);
  return `ent_${base32(hash.digest().subarray(0, idBytes))}`;
}
