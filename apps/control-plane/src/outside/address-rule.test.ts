import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { isLoopbackAddress, isPublicAddress } from "./address-rule.ts";

describe("the public internet", () => {
  test.each([
    ["1.1.1.1", "an address of a name server"],
    ["172.15.255.255", "the last before a private range"],
    ["172.32.0.0", "the first behind it"],
    ["2606:4700:4700::1111", "an IPv6 address"],
    ["::ffff:1.1.1.1", "a mapped one"],
    ["64:ff9b::101:101", "one behind NAT64"],
    ["2002:101:101::1", "one of 6to4"],
  ])("holds %s, %s", (address) => {
    expect(isPublicAddress(address)).toBe(true);
  });

  test.each([
    ["127.0.0.1", "loopback"],
    ["127.255.255.254", "the whole of loopback"],
    ["0.0.0.0", "this machine"],
    ["10.1.2.3", "private"],
    ["172.16.0.1", "private"],
    ["192.168.1.1", "private"],
    ["100.64.0.1", "a carrier's"],
    ["169.254.169.254", "a cloud's metadata"],
    ["192.0.2.1", "documentation"],
    ["224.0.0.1", "multicast"],
    ["255.255.255.255", "broadcast"],
    ["::", "unspecified"],
    ["::1", "loopback"],
    ["fe80::1", "link-local"],
    ["fe80::1%eth0", "link-local with its zone"],
    ["fc00::1", "private"],
    ["fd00:ec2::254", "a cloud's metadata"],
    ["ff02::1", "multicast"],
    ["::ffff:127.0.0.1", "mapped loopback"],
    ["::ffff:a9fe:a9fe", "mapped metadata"],
    ["::ffff:10.0.0.1", "mapped private"],
    ["64:ff9b::7f00:1", "loopback through NAT64"],
    ["64:ff9b::10.0.0.1", "private through NAT64"],
    ["64:ff9b:1::1", "a site's own NAT64"],
    ["2002:7f00:1::1", "loopback through 6to4"],
    ["2002:a9fe:a9fe::", "metadata through 6to4"],
    ["2001:0:1::1", "Teredo"],
    ["2001:db8::1", "documentation"],
    ["::127.0.0.1", "the old compatible form"],
    ["localhost", "a name"],
    ["", "nothing"],
  ])("does not hold %s, %s", (address) => {
    expect(isPublicAddress(address)).toBe(false);
  });

  test("holds a mapped, NAT64 or 6to4 form exactly when it holds the address inside", () => {
    fc.assert(
      fc.property(fc.ipV4(), (address) => {
        const [a = 0, b = 0, c = 0, d = 0] = address.split(".").map(Number);
        const groups = [(a << 8) | b, (c << 8) | d].map((group) => group.toString(16)).join(":");

        const forms = [`::ffff:${groups}`, `64:ff9b::${groups}`, `2002:${groups}::1`];

        expect(forms.map(isPublicAddress)).toEqual(forms.map(() => isPublicAddress(address)));
      }),
    );
  });
});

test.each([
  ["127.0.0.1", true],
  ["127.9.9.9", true],
  ["::1", true],
  ["10.0.0.1", false],
  ["localhost", false],
])("%s is loopback: %s", (address, isLoopback) => {
  expect(isLoopbackAddress(address)).toBe(isLoopback);
});
