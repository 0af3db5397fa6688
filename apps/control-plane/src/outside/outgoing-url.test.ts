import { describe, expect, test } from "vitest";
import { parseOutgoingUrl } from "./outgoing-url.ts";

const none = new Set<string>();

describe("an address to go to", () => {
  test.each([
    "https://example.com/hook",
    "https://example.com:8443/hook?a=b",
    "https://1.1.1.1/",
    "https://[2606:4700:4700::1111]/",
  ])("is %s", (text) => {
    expect(parseOutgoingUrl(text, none)).toMatchObject({ kind: "url", isAllowListed: false });
  });

  test.each([
    ["", "not_a_url"],
    ["example.com", "not_a_url"],
    ["https://", "not_a_url"],
    [`https://example.com/${"x".repeat(2_048)}`, "not_a_url"],
    ["http://example.com/", "not_https"],
    ["ftp://example.com/", "not_https"],
    ["file:///etc/passwd", "not_https"],
    ["http://127.0.0.1/", "not_https"],
    ["https://user@example.com/", "holds_credentials"],
    ["https://user:word@example.com/", "holds_credentials"],
    ["https://127.0.0.1/", "address_not_allowed"],
    ["https://127.1/", "address_not_allowed"],
    ["https://2130706433/", "address_not_allowed"],
    ["https://0x7f000001/", "address_not_allowed"],
    ["https://0177.0.0.1/", "address_not_allowed"],
    ["https://0/", "address_not_allowed"],
    ["https://127.0.0.1./", "address_not_allowed"],
    ["https://１２７.0.0.1/", "address_not_allowed"],
    ["https://10.0.0.1/", "address_not_allowed"],
    ["https://192.168.0.1:8443/", "address_not_allowed"],
    ["https://169.254.169.254/latest/meta-data", "address_not_allowed"],
    ["https://[::1]/", "address_not_allowed"],
    ["https://[::]/", "address_not_allowed"],
    ["https://[::ffff:127.0.0.1]/", "address_not_allowed"],
    ["https://[0:0:0:0:0:ffff:7f00:1]/", "address_not_allowed"],
    ["https://[::ffff:169.254.169.254]/", "address_not_allowed"],
    ["https://[64:ff9b::127.0.0.1]/", "address_not_allowed"],
    ["https://[2002:7f00:1::]/", "address_not_allowed"],
    ["https://[fe80::1]/", "address_not_allowed"],
    ["https://[fd00::1]/", "address_not_allowed"],
    ["https://localhost/", "address_not_allowed"],
    ["https://LOCALHOST./", "address_not_allowed"],
    ["https://a.localhost/", "address_not_allowed"],
  ])("is not %s: %s", (text, reason) => {
    expect(parseOutgoingUrl(text, none)).toEqual({ kind: "refused", reason });
  });

  test.each([
    ["https://10.0.0.1/", "10.0.0.1", "url"],
    ["https://crm.example/", "crm.example", "url"],
    ["https://10.0.0.1:8443/", "10.0.0.1:8443", "url"],
    ["https://10.0.0.1:8444/", "10.0.0.1:8443", "refused"],
    ["https://10.0.0.2/", "10.0.0.1", "refused"],
    ["http://127.0.0.1:9000/", "127.0.0.1", "url"],
    ["http://localhost:9000/", "localhost:9000", "url"],
    ["http://10.0.0.1/", "10.0.0.1", "refused"], // without TLS only on this machine
    ["https://user@10.0.0.1/", "10.0.0.1", "refused"],
  ])("%s, where the admin has named %s, is a %s", (text, host, kind) => {
    expect(parseOutgoingUrl(text, new Set([host])).kind).toBe(kind);
  });
});
