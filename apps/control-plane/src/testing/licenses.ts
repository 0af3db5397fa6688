import { generateKeyPairSync, type KeyObject, sign } from "node:crypto";
import { canonicalJson } from "@agentcall/base";
import { defaultRateCard, type License, type SignedLicense } from "@agentcall/contract";

const vendor = generateKeyPairSync("ed25519");
const evaluation = generateKeyPairSync("ed25519");

/** What the tests' appliances check licences with. */
export const testLicenseKeys = { vendor: vendor.publicKey, evaluation: evaluation.publicKey };

/** A licence with the plan pro for any appliance of a test, for as long as test clocks go. */
export function aLicense(changes: Partial<License> = {}): License {
  return {
    format: "agentcall-license/1",
    licenseId: "lic_test",
    applianceId: null,
    customer: "The tests",
    plan: "pro",
    evaluation: true,
    rateCard: defaultRateCard,
    billingEndpoint: null,
    caps: { concurrentCalls: 10_000 },
    validFrom: "2000-01-01T00:00:00.000Z",
    validUntil: "2100-01-01T00:00:00.000Z",
    ...changes,
  };
}

/** Signed as its kind asks: by the vendor, or by the evaluation. */
export function signedLicense(changes: Partial<License> = {}): SignedLicense {
  const license = aLicense(changes);
  return signedWith(license, (license.evaluation ? evaluation : vendor).privateKey);
}

/** Signed by this key, whoever has it. */
export function signedWith(license: License, key: KeyObject): SignedLicense {
  const signature = sign(null, Buffer.from(canonicalJson(license)), key).toString("base64");
  return { ...license, signature };
}

/** What a start is given for an appliance with the plan pro. */
export function proLicense(): { given: string; keys: typeof testLicenseKeys } {
  return { given: JSON.stringify(signedLicense()), keys: testLicenseKeys };
}
