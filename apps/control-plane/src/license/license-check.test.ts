import { generateKeyPairSync } from "node:crypto";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { aLicense, signedLicense, signedWith, testLicenseKeys } from "../testing/licenses.ts";
import { checkLicense } from "./license-check.ts";
import { parsePublicKey, vendorKey } from "./vendor-key.ts";

const forUs = { evaluation: false, applianceId: "app_us" };
const stranger = generateKeyPairSync("ed25519").privateKey;

describe("a licence", () => {
  test("of the vendor for this appliance is genuine, with its fields in any order", () => {
    const { plan, signature, ...rest } = signedLicense(forUs);

    const check = checkLicense({ signature, plan, ...rest }, testLicenseKeys, "app_us");

    expect(check).toEqual({ kind: "genuine", license: aLicense(forUs) });
  });

  test("of the evaluation is genuine on any appliance that is in evaluation", () => {
    expect(checkLicense(signedLicense(), testLicenseKeys, "app_us")).toMatchObject({
      kind: "genuine",
    });
  });

  test.each([
    [
      "for another appliance",
      signedLicense({ ...forUs, applianceId: "app_other" }),
      "other_appliance",
    ],
    [
      "for any appliance that is no evaluation",
      signedLicense({ evaluation: false }),
      "other_appliance",
    ],
    [
      "whose plan was changed",
      { ...signedLicense({ ...forUs, plan: "free" }), plan: "pro" },
      "signature_invalid",
    ],
    ["whose mark was taken away", { ...signedLicense(), evaluation: false }, "signature_invalid"],
    ["that a stranger signed", signedWith(aLicense(forUs), stranger), "signature_invalid"],
    ["without a signature", aLicense(forUs), "malformed"],
    ["with a short signature", { ...aLicense(forUs), signature: "AAAA" }, "malformed"],
    ["with a field that this format has not", { ...signedLicense(forUs), seats: 3 }, "malformed"],
    ["of a later format", { ...signedLicense(forUs), format: "agentcall-license/2" }, "malformed"],
    ["that is null", null, "malformed"],
  ])("%s is refused as it should be", (_, given, reason) => {
    expect(checkLicense(given, testLicenseKeys, "app_us")).toEqual({ kind: "refused", reason });
  });

  test("of the evaluation does not count where there is no evaluation", () => {
    const keys = { ...testLicenseKeys, evaluation: null };

    expect(checkLicense(signedLicense(), keys, "app_us")).toEqual({
      kind: "refused",
      reason: "signature_invalid",
    });
  });

  test("that the evaluation signed for real is refused", () => {
    const license = signedLicense({ ...forUs, evaluation: true });

    const check = checkLicense({ ...license, evaluation: false }, testLicenseKeys, "app_us");

    expect(check).toMatchObject({ reason: "signature_invalid" });
  });

  test("is answered, and never throws, whatever is given", () => {
    fc.assert(
      fc.property(fc.jsonValue(), (given) => {
        expect(checkLicense(given, testLicenseKeys, "app_us")).toMatchObject({ kind: "refused" });
      }),
    );
  });
});

describe("the vendor's key", () => {
  test("is an Ed25519 key", () => {
    expect(vendorKey().asymmetricKeyType).toBe("ed25519");
  });

  test.each(["", "AAAA", rsaKey()])("%j is no such key", (text) => {
    expect(parsePublicKey(text)).toBeNull();
  });
});

function rsaKey(): string {
  const { publicKey } = generateKeyPairSync("rsa", { modulusLength: 1_024 });
  return publicKey.export({ type: "spki", format: "der" }).toString("base64");
}
