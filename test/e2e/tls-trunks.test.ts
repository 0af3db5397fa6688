import { systemClock } from "@agentcall/base";
import type { TrunkStatusView, TrunkView } from "@agentcall/contract";
import { headerValue } from "@agentcall/sip-engine";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { hasEnded, loudPart, tonesIn } from "../support/audio.ts";
import { registrar, TlsCarrier } from "../support/carrier.ts";
import { makeAuthority } from "../support/certificate.ts";
import { eventually } from "../support/eventually.ts";
import { House } from "../support/house.ts";

// The evaluation engine verifies its peers; drachtio-server does not (docs/operations.md, "Trunks").

const greetingHz = 1_312;
const toneMs = 500;
const nowMs = systemClock().nowMs();
const authority = makeAuthority(nowMs);
const scenario = { greeting: [{ tone: { frequencyHz: greetingHz, ms: toneMs } }], turns: [] };

let house: House;
let carrier: TlsCarrier;

beforeEach(async () => {
  const sipTls = { own: authority.issue(nowMs), trusted: authority.certificatePem };
  house = await House.open({ scenario, sipTls });
});
afterEach(async () => {
  await house.close();
});

describe("a trunk over TLS", () => {
  afterEach(async () => {
    await carrier.close();
  });

  test("registers, names its own TLS port, and keeps alive on the same connection", async () => {
    carrier = await TlsCarrier.open(authority.issue(nowMs));
    carrier.answer = registrar("the password", 600);

    const id = await aTrunk({ keepAlive: { everySecs: 5 } });
    await isInState(id, "up");
    await eventually("it was asked", () => methods().includes("OPTIONS"));

    const [first] = carrier.received;
    if (first === undefined) throw new Error("nothing came");
    expect(headerValue(first, "Via")).toContain("SIP/2.0/TLS ");
    expect(headerValue(first, "Contact")).toContain(
      `<sip:alice@${house.engine.sips ?? ""};transport=tls>`,
    );
    expect(house.engine.state().tcpConnections).toBe(1);
    expect((await statusOf(id)).notes[0]).toContain("not verified on outbound TLS");
  });

  test("sends nothing to a carrier whose certificate comes from somebody else", async () => {
    carrier = await TlsCarrier.open(makeAuthority(nowMs).issue(nowMs));

    const id = await aTrunk({ keepAlive: null });
    await isInState(id, "down");

    expect((await statusOf(id)).message).toBe(
      `Nobody answered REGISTER at 127.0.0.1:${String(carrier.port)}.`,
    );
    expect(carrier.received).toEqual([]);
  });
});

describe("a call over TLS", () => {
  test("with SRTP is answered, heard, and hung up by us on its own connection", async () => {
    const settings = {
      name: "Encrypted",
      transport: "tls",
      srtp: "required",
      inbound: { addresses: ["127.0.0.1"] },
    };
    const { id } = (await house.ask("POST", "/v1/trunks", settings)) as TrunkView;
    await eventually("the gateway was told", () => house.gateway.trunkOf("127.0.0.1") === id);

    const call = await house.answeredCall({ srtp: true }, "tls");
    await eventually("the greeting was heard", () => hasEnded(call.audio.heard?.samples, toneMs));
    await house.ask("POST", `/v1/calls/${call.callId ?? ""}/hangup`);
    const ended = await call.ended;

    expect(tonesIn(loudPart(call.audio.heard?.samples ?? new Int16Array(0)), greetingHz)).toEqual([
      greetingHz,
    ]);
    expect(ended).toEqual({ by: "far-end" });
    expect((await house.ended(call)).mediaStats?.srtpSuite).toBe("AES_CM_128_HMAC_SHA1_80");
  });
});

function methods(): readonly string[] {
  return carrier.received.map(({ method }) => method);
}

async function aTrunk(more: Readonly<Record<string, unknown>>): Promise<string> {
  const trunk = await house.ask("POST", "/v1/trunks", {
    name: "Over TLS",
    transport: "tls",
    servers: [{ host: "127.0.0.1", port: carrier.port }],
    credentials: { username: "alice", password: "the password" },
    registration: { expiresSecs: 600 },
    ...more,
  });
  return (trunk as TrunkView).id;
}

async function statusOf(id: string): Promise<TrunkStatusView> {
  return (await house.ask("GET", `/v1/trunks/${id}/status`)) as TrunkStatusView;
}

async function isInState(id: string, state: string): Promise<void> {
  await eventually(`the trunk is ${state}`, () =>
    house.messages.some(
      ({ event, data }) =>
        event === "trunk.status" && data["trunkId"] === id && data["state"] === state,
    ),
  );
}
