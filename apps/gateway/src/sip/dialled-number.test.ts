import { describe, expect, test } from "vitest";
import { numberIn } from "./dialled-number.ts";

describe("numberIn", () => {
  test.each([
    ["sip:+14155550100@10.0.0.1:5060;user=phone", "+14155550100"],
    ['"Ada" <sip:+1-415-555-0100@example.com>;tag=1', "+14155550100"],
    ["<sip:0014155550100@example.com>", "+14155550100"],
    ["<tel:+4930123456;phone-context=x>", "+4930123456"],
    ["sip:%2B14155550100@example.com", "+14155550100"],
    ["sip:reception@example.com", "reception"],
    ["sip:anonymous@anonymous.invalid", "anonymous"],
    ["<sip:%zz@example.com>", "%zz"],
    ["not an address", ""],
  ])("reads %s as %s", (text, number) => {
    expect(numberIn(text)).toBe(number);
  });
});
