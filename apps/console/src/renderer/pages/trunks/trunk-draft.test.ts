import { trunkCreationSchema, trunkViewSchema } from "@agentcall/contract";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { draftOf, newTrunkDraft, parseServer, serverText, settingsOf } from "./trunk-draft.ts";

const view = trunkViewSchema.parse({
  ...trunkCreationSchema.parse({
    name: "Carrier",
    servers: [{ host: "sip.example.com" }, { host: "2001:db8::1", port: 5080 }],
    transport: "tls",
    outboundProxy: { host: "proxy.example.com", port: 5061 },
    registration: { expiresSecs: 600, domain: "example.com" },
    keepAlive: null,
    sessionTimerSecs: null,
    identity: { fromUser: "main", fromDomain: null, assertedIdentity: false },
    publicAddress: "192.0.2.7",
    codecs: ["pcma"],
    srtp: "offered",
    maxConcurrentCalls: 30,
  }),
  id: "trunk_00000000000000000000000001",
  credentials: { username: "alice", hasPassword: true },
  inbound: { addresses: ["192.0.2.0/24"], fromServers: false, digest: null },
  state: "up",
  createdAt: "2026-11-25T10:00:00.000Z",
  updatedAt: "2026-11-25T10:00:00.000Z",
});

describe("the form of a trunk", () => {
  test("sends back what is stored, and no password", () => {
    const { id, state, createdAt, updatedAt, credentials, ...stored } = view;

    expect([id, state, createdAt, updatedAt, credentials?.hasPassword]).toHaveLength(5);
    expect(settingsOf(draftOf(view))).toEqual({ ...stored, credentials: { username: "alice" } });
  });

  test("begins with what the appliance itself takes where nothing is said", () => {
    expect(settingsOf({ ...newTrunkDraft, name: "Carrier" })).toEqual(
      trunkCreationSchema.parse({ name: "Carrier" }),
    );
  });

  test("sends a password that was typed, as it was typed", () => {
    const typed = { ...newTrunkDraft, username: " alice ", password: " with blanks " };

    expect(settingsOf(typed).credentials).toEqual({
      username: "alice",
      password: " with blanks ",
    });
  });
});

describe("a server in a line of text", () => {
  test.each([
    ["sip.example.com", { host: "sip.example.com", port: null }],
    ["192.0.2.1:5080", { host: "192.0.2.1", port: 5_080 }],
    ["[2001:db8::1]:5060", { host: "2001:db8::1", port: 5_060 }],
    ["2001:db8::1", { host: "2001:db8::1", port: null }],
    ["sip.example.com:", { host: "sip.example.com:", port: null }],
    ["sip:carrier", { host: "sip:carrier", port: null }],
  ])("%s is read", (text, server) => {
    expect(parseServer(text)).toEqual(server);
  });

  test("is written so that it is read as the same", () => {
    const hosts = fc.oneof(fc.domain(), fc.ipV4(), fc.ipV6());
    const ports = fc.option(fc.integer({ min: 1, max: 65_535 }));
    fc.assert(
      fc.property(hosts, ports, (host, port) => {
        expect(parseServer(serverText({ host, port }))).toEqual({ host, port });
      }),
    );
  });
});
