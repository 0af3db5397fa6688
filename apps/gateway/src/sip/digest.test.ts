import { createHash } from "node:crypto";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { authorizationFor, digestResponse, parseChallenges, parseDigest } from "./digest.ts";

describe("digestResponse", () => {
  const mufasa = {
    username: "Mufasa",
    realm: "http-auth@example.org",
    password: "Circle of Life",
    method: "GET",
    uri: "/dir/index.html",
    nonce: "7ypf/xlj9XXwfDPEoM4URrv/xwf94BcCAzFZH4GiTo0v",
    counted: {
      nc: "00000001",
      cnonce: "f2/wE4q74E6zIJEtWaHKaf5wv/H5QzzpXusqGemxURZJ",
    },
  };

  test("is that of the examples in RFC 7616 section 3.9.1", () => {
    expect(digestResponse({ ...mufasa, algorithm: "MD5" })).toBe(
      "8ca523f5e9506fed4657c9700eebdbec",
    );
    expect(digestResponse({ ...mufasa, algorithm: "SHA-256" })).toBe(
      "753927fa0e85d155564e2e272a28d1802ca10daf4496794697cf8db5856cb6c1",
    );
  });

  test("without a counter leaves out what counts (RFC 2069)", () => {
    const md5 = (text: string): string => createHash("md5").update(text).digest("hex");
    const secret = md5("Mufasa:http-auth@example.org:Circle of Life");

    expect(digestResponse({ ...mufasa, algorithm: "MD5", counted: null })).toBe(
      md5(`${secret}:${mufasa.nonce}:${md5("GET:/dir/index.html")}`),
    );
  });
});

describe("parseChallenges", () => {
  test("reads several in one header, the strongest first, and commas inside quotes", () => {
    const text =
      'Digest realm="a, b", nonce="n1", algorithm=MD5, qop="auth,auth-int", stale=TRUE, ' +
      'Digest realm="a, b", nonce="n2", algorithm=SHA-256, qop="auth", opaque="o\\"p"';

    expect(parseChallenges(text)).toEqual([
      {
        realm: "a, b",
        nonce: "n2",
        opaque: 'o"p',
        algorithm: "SHA-256",
        qop: "auth",
        stale: false,
      },
      { realm: "a, b", nonce: "n1", opaque: null, algorithm: "MD5", qop: "auth", stale: true },
    ]);
  });

  test.each([
    ["another scheme", 'Basic realm="x"'],
    ["no nonce", 'Digest realm="x"'],
    ["an algorithm that is not known", 'Digest realm="x", nonce="n", algorithm=SHA-512'],
    ["integrity alone", 'Digest realm="x", nonce="n", qop="auth-int"'],
    ["nothing", ""],
  ])("finds none in %s", (_, text) => {
    expect(parseChallenges(text)).toEqual([]);
  });

  test("answers, and never throws, for any text", () => {
    fc.assert(
      fc.property(fc.string(), (text) => {
        expect(() => parseChallenges(`Digest ${text}`)).not.toThrow();
      }),
    );
  });
});

describe("authorizationFor", () => {
  test("can be read again, whatever stands in the realm", () => {
    fc.assert(
      fc.property(fc.string({ maxLength: 40 }), fc.string({ maxLength: 40 }), (realm, nonce) => {
        const challenge = {
          realm,
          nonce,
          opaque: null,
          algorithm: "SHA-256" as const,
          qop: "auth" as const,
          stale: false,
        };
        const credentials = { username: "alice", password: "x" };
        const request = { method: "REGISTER", uri: "sip:example.com" };

        const params = parseDigest(authorizationFor(challenge, credentials, request, "c"));

        expect(params?.get("realm")).toBe(realm);
        expect(params?.get("nonce")).toBe(nonce);
        expect(params?.get("username")).toBe("alice");
      }),
    );
  });
});
