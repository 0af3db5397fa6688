import { z } from "zod";
import { rateCardSchema } from "./rate-card.ts";

const plans = ["free", "pro"] as const;
/** `free`: managed numbers only, and a few minutes a month. `pro`: everything. */
export type Plan = (typeof plans)[number];
const planSchema = z.enum(plans);

/** Ids have a prefix and up to 64 letters and digits. */
const idOf = (prefix: string): z.ZodString =>
  z.string().regex(new RegExp(`^${prefix}_[0-9A-Za-z]{1,64}$`));

const nameCharsMax = 200;
const urlCharsMax = 500;
const callsMax = 10_000; // what an appliance can be set to

/** What the vendor states in a licence, without the signature. */
export const licenseSchema = z.strictObject({
  /** Another meaning of any field is another format. */
  format: z.literal("agentcall-license/1"),
  licenseId: idOf("lic"),
  /** The appliance it is for. Null, for any, stands in evaluation licences only. */
  applianceId: idOf("app").nullable(),
  customer: z.string().min(1).max(nameCharsMax),
  plan: planSchema,
  /** For looking at the product: accepted by an appliance in evaluation mode only. */
  evaluation: z.boolean(),
  rateCard: rateCardSchema,
  /** Where usage is delivered to; null where the admin says so. */
  billingEndpoint: z
    .url({ protocol: /^https?$/ })
    .max(urlCharsMax)
    .nullable(),
  caps: z.strictObject({ concurrentCalls: z.int().min(1).max(callsMax) }),
  validFrom: z.iso.datetime(),
  validUntil: z.iso.datetime(),
});
export type License = z.infer<typeof licenseSchema>;

const signatureChars = 88; // 64 bytes of Ed25519 (RFC 8032) in base64

/** The licence file, and the body of `PUT /v1/license`: signed over its canonical JSON (RFC 8785) without `signature`. */
export const signedLicenseSchema = licenseSchema.extend({
  signature: z.base64().length(signatureChars),
});
export type SignedLicense = z.infer<typeof signedLicenseSchema>;

/** How a licence stands at this moment. `grace`: its time is over, and it still counts for 30 days. */
export const licenseStates = ["none", "valid", "grace", "expired", "not_yet_valid"] as const;
export type LicenseState = (typeof licenseStates)[number];

/** `GET /v1/license` */
export const licenseViewSchema = z.object({
  /** What a licence for this appliance must name. */
  applianceId: z.string(),
  /** The plan that counts now: `free` without a licence that counts. */
  plan: planSchema,
  state: z.enum(licenseStates),
  /** True for a licence that is for looking at the product only. */
  evaluation: z.boolean(),
  license: licenseSchema.nullable(),
  /** Until when the licence counts; null without one. */
  graceUntil: z.iso.datetime().nullable(),
  rateCard: rateCardSchema,
  /** The free plan's minutes of this month (UTC), in milliseconds of talk; null on `pro`. */
  trial: z.object({ includedMs: z.int(), usedMs: z.int() }).nullable(),
});
export type LicenseView = z.infer<typeof licenseViewSchema>;
