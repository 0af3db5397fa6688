import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { ipRangeHolds, parseIpRange } from "./ip-range.ts";

function holds(range: string, address: string): boolean {
  const parsed = parseIpRange(range);
  return parsed !== null && ipRangeHolds(parsed, address);
}

describe("parseIpRange", () => {
  test.each([
    ["203.0.113.0/24", "203.0.113.0", "203.0.113.255", "203.0.114.0"],
    ["203.0.113.7", "203.0.113.7", "::ffff:203.0.113.7", "203.0.113.8"],
    ["127.0.0.0/8", "127.0.0.1", "127.255.0.3", "128.0.0.1"],
    ["0.0.0.0/0", "8.8.8.8", "255.255.255.255", "::1"],
    ["2001:db8::/32", "2001:db8::1", "2001:DB8:ffff::", "2001:db9::1"],
    ["::1", "::1", "0:0:0:0:0:0:0:1", "::2"],
    ["::ffff:10.0.0.0", "10.0.0.0", "::ffff:a00:0", "10.0.0.1"],
  ])("%s holds %s and %s, and not %s", (range, one, other, stranger) => {
    expect([holds(range, one), holds(range, other), holds(range, stranger)]).toEqual([
      true,
      true,
      false,
    ]);
  });

  test.each([
    "",
    "example.com",
    "1.2.3",
    "1.2.3.4.5",
    "256.1.1.1",
    "1.2.3.4/33",
    "1.2.3.4/",
    "1.2.3.4/8/8",
    "::1/129",
    ":::",
    "1:2:3",
    "[::1]",
    "::1]@x[",
  ])("refuses %s", (text) => {
    expect(parseIpRange(text)).toBeNull();
  });

  test("answers, and never throws, for any text", () => {
    fc.assert(
      fc.property(fc.string(), fc.string(), (range, address) => {
        expect(() => holds(range, address)).not.toThrow();
      }),
    );
  });

  test("a range of one address holds that address", () => {
    fc.assert(
      fc.property(fc.oneof(fc.ipV4(), fc.ipV6()), (address) => {
        expect(holds(address, address)).toBe(true);
      }),
    );
  });
});
