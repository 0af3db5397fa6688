import { describe, expect, test } from "vitest";
import { dialledAs, plainFormat, toE164 } from "./number-format.ts";

const german = { ...plainFormat, countryCode: "49" };
const american = {
  ...plainFormat,
  countryCode: "1",
  nationalPrefix: "1",
  internationalPrefix: "011",
  bare: "national" as const,
};

describe("toE164", () => {
  test.each([
    ["+4930123456", plainFormat, "+4930123456"],
    ["+49 (30) 123-456", plainFormat, "+4930123456"],
    ["004930123456", plainFormat, "+4930123456"],
    ["030123456", plainFormat, "030123456"],
    ["030123456", german, "+4930123456"],
    ["004330123456", german, "+4330123456"],
    ["4930123456", german, "4930123456"],
    ["4930123456", { ...german, bare: "e164" as const }, "+4930123456"],
    ["4155550100", american, "+14155550100"],
    ["14155550100", american, "+14155550100"],
    ["0114930123456", american, "+4930123456"],
    ["reception", german, "reception"],
    ["anonymous", german, "anonymous"],
    ["", german, ""],
    ["0", german, "0"],
  ])("reads %s", (user, format, number) => {
    expect(toE164(user, format)).toBe(number);
  });
});

describe("dialledAs", () => {
  test.each([
    ["e164", "+4930123456", "+4930123456"],
    ["e164_without_plus", "+4930123456", "4930123456"],
    ["national", "+4930123456", "030123456"],
    ["national", "+4330123456", "004330123456"],
    ["national", "reception", "reception"],
  ] as const)("writes as %s what is %s", (dial, e164, written) => {
    expect(dialledAs(e164, { ...german, dial })).toBe(written);
  });
});
