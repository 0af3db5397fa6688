import { type KeyObject, verify } from "node:crypto";
import { canonicalJson } from "@agentcall/base";
import { type License, signedLicenseSchema } from "@agentcall/contract";

/** Whose signatures count. */
export type LicenseKeys = {
  readonly vendor: KeyObject;
  /** Set in evaluation mode only: signs licences that are marked as evaluation, and no others. */
  readonly evaluation: KeyObject | null;
};

/** Why a licence does not count here at all, whatever the time. */
export type LicenseRefusal = "malformed" | "signature_invalid" | "other_appliance";

export type LicenseCheck =
  | { readonly kind: "genuine"; readonly license: License }
  | { readonly kind: "refused"; readonly reason: LicenseRefusal };

/**
 * Reads a licence and checks that it was signed for this appliance: a real one by the vendor, one
 * that is marked as evaluation by the key of this evaluation. Dates are not looked at here.
 */
export function checkLicense(given: unknown, keys: LicenseKeys, applianceId: string): LicenseCheck {
  const parsed = signedLicenseSchema.safeParse(given);
  if (!parsed.success) return { kind: "refused", reason: "malformed" };
  const { signature, ...license } = parsed.data;
  const key = license.evaluation ? keys.evaluation : keys.vendor;
  if (key === null || !isSigned(license, signature, key)) {
    return { kind: "refused", reason: "signature_invalid" };
  }
  const isForAnyone = license.evaluation && license.applianceId === null;
  return isForAnyone || license.applianceId === applianceId
    ? { kind: "genuine", license }
    : { kind: "refused", reason: "other_appliance" };
}

function isSigned(license: License, signature: string, key: KeyObject): boolean {
  const signed = Buffer.from(canonicalJson(license));
  return verify(null, signed, key, Buffer.from(signature, "base64"));
}
