import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { pairingRouteOf, parseDeepLink, parseDeepLinkAmong } from "./deep-link.ts";

const link = "agentcall://pair?address=https%3A%2F%2Fbox.example&code=k7qm3xrd";

describe("a deep link", () => {
  test("says which appliance to pair with, and the code where it is one (S17)", () => {
    expect(parseDeepLink(link)).toEqual({
      address: "https://box.example:8443",
      code: "K7QM-3XRD",
    });
    expect(parseDeepLink("agentcall://pair?address=box.example&code=<b>")).toEqual({
      address: "https://box.example:8443",
      code: null,
    });
  });

  test.each([
    ["another scheme", "https://pair?address=box.example"],
    ["another verb", "agentcall://unpair?address=box.example"],
    ["no address", "agentcall://pair"],
    ["an address that is none", "agentcall://pair?address=file:///etc/passwd"],
    ["plain HTTP to elsewhere", "agentcall://pair?address=http://box.example"],
    ["a path", "/usr/bin/agentcall"],
    ["more than a link", `agentcall://pair?address=box.example&code=${"A".repeat(600)}`],
  ])("is nothing for %s (S17)", (_what, text) => {
    expect(parseDeepLink(text)).toBeNull();
  });

  test("is found anywhere on a command line", () => {
    expect(parseDeepLinkAmong(["electron", ".", link, "--no-first-run"])?.code).toBe("K7QM-3XRD");
    expect(parseDeepLinkAmong(["electron", "."])).toBeNull();
  });

  test("leads to the pairing form and to no other place, whatever it holds", () => {
    fc.assert(
      fc.property(fc.string(), fc.string(), (address, code) => {
        const found = parseDeepLink(
          `agentcall://pair?${new URLSearchParams({ address, code }).toString()}`,
        );

        if (found !== null) expect(pairingRouteOf(found)).toMatch(/^#\/pair\?[\w.%&=+*-]+$/);
      }),
    );
  });
});
