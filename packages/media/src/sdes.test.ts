import { Secret } from "@agentcall/base";
import * as fc from "fast-check";
import { describe, expect, test } from "vitest";
import { cryptoLine, parseCrypto, srtpSuites } from "./sdes.ts";

// The key of RFC 4568's own examples.
const key = "d0RmdmcmVCspeEc3QGZiNWpVLFJhQX1cfHAwJSoj";
const suite = "AES_CM_128_HMAC_SHA1_80";

describe("parseCrypto", () => {
  test.each([
    ["a line as RFC 4568 prints it", `1 ${suite} inline:${key}|2^20`],
    ["no lifetime", `1 ${suite} inline:${key}`],
    ["a lifetime in figures", `1 ${suite} inline:${key}|1048576`],
    ["a hint for the replay window", `1 ${suite} inline:${key} WSH=60`],
    ["a parameter that may be passed over", `1 ${suite} inline:${key} -NEW=1`],
    ["a suite in small letters", `1 ${suite.toLowerCase()} inline:${key}`],
  ])("reads %s", (_, text) => {
    expect(parseCrypto(text)).toEqual({ tag: 1, suite, masterKey: new Secret(key) });
    expect(parseCrypto(text)?.masterKey.reveal()).toBe(key);
  });

  test.each([
    ["nothing", ""],
    ["another suite", `1 F8_128_HMAC_SHA1_80 inline:${key}`],
    ["a suite of AES-256", `1 AES_256_CM_HMAC_SHA1_80 inline:${key}`],
    ["another way of keying", `1 ${suite} uri:${key}`],
    ["a key that is too short", `1 ${suite} inline:${key.slice(1)}`],
    ["a key that is too long", `1 ${suite} inline:${key}AA`],
    ["a key that is not Base64", `1 ${suite} inline:${key.slice(1)}?`],
    ["a master key identifier", `1 ${suite} inline:${key}|2^20|1:4`],
    ["two keys", `1 ${suite} inline:${key}|2^20|1:4;inline:${key}|2^20|2:4`],
    ["a key that lasts for a few packets", `1 ${suite} inline:${key}|2^10`],
    ["packets that are not encrypted", `1 ${suite} inline:${key} UNENCRYPTED_SRTP`],
    ["packets that are not authenticated", `1 ${suite} inline:${key} UNAUTHENTICATED_SRTP`],
    ["keys that are derived anew", `1 ${suite} inline:${key} KDR=1`],
    ["a tag of ten digits", `1000000000 ${suite} inline:${key}`],
    ["no tag", `${suite} inline:${key}`],
  ])("does not take %s", (_, text) => {
    expect(parseCrypto(text)).toBeNull();
  });

  test("answers, and never throws, for any text", () => {
    fc.assert(
      fc.property(fc.string(), (text) => {
        expect(() => parseCrypto(text)).not.toThrow();
      }),
    );
  });
});

describe("cryptoLine", () => {
  test.each([...srtpSuites])("writes what is read again, with %s", (each) => {
    const keying = { tag: 7, suite: each, masterKey: new Secret(key) };

    expect(parseCrypto(cryptoLine(keying).replace("a=crypto:", ""))).toEqual(keying);
  });

  test("is the only place where the key is text", () => {
    const keying = { tag: 7, suite, masterKey: new Secret(key) };

    expect(JSON.stringify(keying)).not.toContain(key);
  });
});
