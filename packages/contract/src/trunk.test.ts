import { describe, expect, test } from "vitest";
import { trunkChangeSchema, trunkCreationSchema } from "./trunk.ts";

describe("trunkCreationSchema", () => {
  test("a name alone is a trunk with every default", () => {
    expect(trunkCreationSchema.parse({ name: "Carrier" })).toEqual({
      name: "Carrier",
      enabled: true,
      servers: [],
      transport: "udp",
      outboundProxy: null,
      credentials: null,
      registration: null,
      inbound: { addresses: [], fromServers: true, digest: null },
      keepAlive: { everySecs: 30 },
      numberFormat: {
        countryCode: null,
        nationalPrefix: "0",
        internationalPrefix: "00",
        bare: "as_is",
        dial: "e164",
        scheme: "sip",
      },
      identity: { fromUser: null, fromDomain: null, assertedIdentity: true },
      publicAddress: null,
      sessionTimerSecs: 1_800,
      codecs: null,
      srtp: "off",
      maxConcurrentCalls: null,
      callsPerSecond: null,
      overLimitStatus: 503,
    });
  });

  test.each([
    ["a host that is none", { servers: [{ host: "no host" }] }],
    ["a range as a host", { servers: [{ host: "10.0.0.0/8" }] }],
    ["half an address as a host", { servers: [{ host: "10.0.0" }] }],
    ["a host in brackets", { servers: [{ host: "[::1]" }] }],
    ["a port that is none", { servers: [{ host: "sip.example.com", port: 0 }] }],
    ["a ninth server", { servers: Array.from({ length: 9 }, () => ({ host: "a.example" })) }],
    ["a range that is none", { inbound: { addresses: ["10.0.0.0/33"] } }],
    ["a name with a line break", { credentials: { username: "a\r\nb", password: "x" } }],
    ["a name with a quote", { credentials: { username: 'a"b', password: "x" } }],
    ["a password with a line break", { credentials: { username: "a", password: "x\ny" } }],
    ["an empty password", { credentials: { username: "a", password: "" } }],
    ["a public address that is a name", { publicAddress: "sip.example.com" }],
    ["a codec twice", { codecs: ["pcmu", "pcmu"] }],
    ["no codec", { codecs: [] }],
    ["a session timer below the least of the RFC", { sessionTimerSecs: 89 }],
    ["another status than 503 and 486", { overLimitStatus: 403 }],
    ["a field that is not known", { colour: "red" }],
  ])("refuses %s", (_, field) => {
    expect(trunkCreationSchema.safeParse({ name: "Carrier", ...field }).success).toBe(false);
  });
});

describe("trunkChangeSchema", () => {
  test("adds nothing to what was sent", () => {
    expect(trunkChangeSchema.parse({})).toEqual({});
    expect(trunkChangeSchema.parse({ enabled: false })).toEqual({ enabled: false });
  });
});
