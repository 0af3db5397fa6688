import { base32, type Random } from "@agentcall/base";
import { branchCookie } from "./via.ts";

/** A branch no other request has had: names the transaction (RFC 3261 §8.1.1.7). */
export function newBranch(random: Random): string {
  return branchCookie + base32(random.bytes(12));
}

/** A tag for From or To: RFC 3261 §19.3 wants 32 bits of chance, this has 80. */
export function newTag(random: Random): string {
  return base32(random.bytes(10));
}

/** A version 4 UUID: the form of drachtio's ids of transactions, frames and calls. */
export function newUuid(random: Random): string {
  const bytes = Buffer.from(random.bytes(16));
  bytes[6] = ((bytes[6] ?? 0) & 0x0f) | 0x40;
  bytes[8] = ((bytes[8] ?? 0) & 0x3f) | 0x80;
  const hex = bytes.toString("hex");
  return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-${hex.slice(12, 16)}-${hex.slice(16, 20)}-${hex.slice(20)}`;
}
