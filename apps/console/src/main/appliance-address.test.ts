import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { parseApplianceAddress } from "./appliance-address.ts";

describe("parseApplianceAddress", () => {
  test.each([
    ["box.example", "https", "box.example", 8443, "https://box.example:8443"],
    ["  https://box.example/  ", "https", "box.example", 8443, "https://box.example:8443"],
    ["https://box.example:443", "https", "box.example", 443, "https://box.example:443"],
    ["box.example:9443/console", "https", "box.example", 9443, "https://box.example:9443"],
    ["https://[fd00::1]", "https", "fd00::1", 8443, "https://[fd00::1]:8443"],
    ["HTTPS://BOX.example", "https", "box.example", 8443, "https://box.example:8443"],
    ["http://127.0.0.1:8080", "plain-loopback", "127.0.0.1", 8080, "http://127.0.0.1:8080"],
    ["http://localhost", "plain-loopback", "localhost", 80, "http://localhost:80"],
    ["http://[::1]:8080", "plain-loopback", "::1", 8080, "http://[::1]:8080"],
  ])("reads %j", (typed, kind, host, port, text) => {
    expect(parseApplianceAddress(typed)).toEqual({ kind, host, port, text });
  });

  test.each([
    ["nothing", ""],
    ["plain HTTP to another machine", "http://box.example:8080"],
    ["a name that only begins like this machine", "http://localhost.evil.example"],
    ["an address that only begins like this machine", "http://127.0.0.1.evil.example"],
    ["a user and password", "https://admin:secret@box.example"],
    ["a user on this machine", "http://127.0.0.1@evil.example:8080"],
    ["a file", "file:///etc/passwd"],
    ["a script", "javascript://box.example/%0aalert(1)"],
    ["a port that is none", "https://box.example:99999"],
    ["spaces inside", "https://box example"],
  ])("refuses %s", (_what, typed) => {
    expect(parseApplianceAddress(typed)).toBeNull();
  });

  test("what it has read it reads again as the same, whatever was typed", () => {
    fc.assert(
      fc.property(fc.oneof(fc.string(), fc.webUrl(), fc.domain()), (typed) => {
        const address = parseApplianceAddress(typed);

        if (address !== null) expect(parseApplianceAddress(address.text)).toEqual(address);
      }),
    );
  });
});
