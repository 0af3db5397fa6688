import { createPrivateKey, createPublicKey, generateKeyPairSync, sign } from "node:crypto";
import { canonicalJson, Secret } from "@agentcall/base";
import { defaultRateCard, type License, type SignedLicense } from "@agentcall/contract";

const validMs = 30 * 24 * 3_600_000; // made anew at each start

/** A fresh key for signing this evaluation's licences (PKCS #8, PEM). */
export function newEvaluationKey(): Secret {
  const { privateKey } = generateKeyPairSync("ed25519");
  return new Secret(privateKey.export({ type: "pkcs8", format: "pem" }).toString());
}

/** Its public half, as the control plane reads it: base64 of the SubjectPublicKeyInfo. */
export function publicTextOf(key: Secret): string {
  return createPublicKey(key.reveal()).export({ type: "spki", format: "der" }).toString("base64");
}

/**
 * The licence of an evaluation: the plan pro, marked as evaluation, signed by a key of this data
 * folder. No appliance outside of this evaluation accepts it.
 */
export function evaluationLicense(key: Secret, nowMs: number, callsMax: number): SignedLicense {
  const license: License = {
    format: "agentcall-license/1",
    licenseId: "lic_evaluation",
    applianceId: null,
    customer: "Evaluation, not for a company's telephone lines",
    plan: "pro",
    evaluation: true,
    rateCard: defaultRateCard,
    billingEndpoint: null,
    caps: { concurrentCalls: callsMax },
    validFrom: new Date(nowMs).toISOString(),
    validUntil: new Date(nowMs + validMs).toISOString(),
  };
  const signed = Buffer.from(canonicalJson(license));
  const signature = sign(null, signed, createPrivateKey(key.reveal())).toString("base64");
  return { ...license, signature };
}
