import { type KeyObject, verify } from "node:crypto";
import { lengthPrefixed } from "./associated-data.ts";

/** What a signature around an appliance is for. A signature for one purpose is void for another. */
export type SigningDomain = "audit-head" | "usage-batch" | "usage-acknowledgement";

const signatureFormat = "agentcall-signature/1";

/** The bytes under a signature: no two purposes, appliances and messages look alike. */
export function signedBytes(
  applianceId: string,
  domain: SigningDomain,
  message: Uint8Array,
): Buffer {
  return Buffer.concat([lengthPrefixed([signatureFormat, domain, applianceId]), message]);
}

/** Whether the key's owner has signed these bytes for this purpose and this appliance. */
export function isSignatureFor(
  publicKey: KeyObject,
  applianceId: string,
  domain: SigningDomain,
  message: Uint8Array,
  signature: Uint8Array,
): boolean {
  return verify(null, signedBytes(applianceId, domain, message), publicKey, signature);
}
