import { callViewSchema, type TrunkStatusView, type TrunkView } from "@agentcall/contract";
import { headerValue } from "@agentcall/sip-engine";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { Carrier, registrar } from "../support/carrier.ts";
import { eventually } from "../support/eventually.ts";
import { House } from "../support/house.ts";

// A carrier is played by a small SIP server of its own; every part between it and the API is real.

let house: House;
let carrier: Carrier;

beforeEach(async () => {
  house = await House.open();
  carrier = await Carrier.open();
});
afterEach(async () => {
  await house.close();
  await carrier.close();
});

describe("a trunk that registers", () => {
  test("answers the carrier's challenge with SHA-256, is up, and is refreshed before it expires", async () => {
    carrier.answer = registrar("the password", 2);

    const id = await aTrunk(registering);
    await eventually("it was refreshed", () => carrier.of("REGISTER").length >= 3);
    const status = await statusOf(id);

    expect(status).toMatchObject({
      state: "up",
      message: "The trunk is registered.",
      registration: { state: "registered", sipStatus: 200 },
    });
    const [first, second, third] = carrier.of("REGISTER");
    if (first === undefined || second === undefined || third === undefined) throw new Error();
    const callIds = [first, second, third].map((request) => headerValue(request, "Call-ID"));
    expect(new Set(callIds).size).toBe(1);
    expect(headerValue(first, "Authorization")).toBeNull();
    expect(headerValue(second, "Authorization")).toContain("algorithm=SHA-256");
    expect([first, second, third].map((request) => headerValue(request, "CSeq"))).toEqual([
      "1 REGISTER",
      "2 REGISTER",
      "3 REGISTER",
    ]);
    expect(headerValue(first, "Contact")).toContain(`sip:alice@${house.engine.sip}`);
  });

  test("with a wrong password is down, and says so in plain words, as an event too", async () => {
    carrier.answer = registrar("another password", 60);

    const id = await aTrunk(registering);
    await isInState(id, "down");

    expect(await statusOf(id)).toMatchObject({
      message: "The carrier answered 403 to REGISTER: user name or password.",
      registration: { state: "failed", sipStatus: 403 },
    });
    expect(house.messages).toContainEqual(
      expect.objectContaining({
        event: "trunk.status",
        data: expect.objectContaining({ trunkId: id, state: "down" }) as unknown,
      }),
    );
  });

  test("takes its registration back when it is deleted", async () => {
    carrier.answer = registrar("the password", 600);
    const id = await aTrunk(registering);
    await isInState(id, "up");

    await house.ask("DELETE", `/v1/trunks/${id}`);
    await eventually("it was taken back", () =>
      carrier.of("REGISTER").some((request) => headerValue(request, "Expires") === "0"),
    );
  });
});

describe("a trunk that keeps alive", () => {
  test("is down when the carrier vanishes, and up when it is back", async () => {
    const id = await aTrunk(answering);
    await isInState(id, "up");

    carrier.answer = () => null;
    await isInState(id, "down", 25_000);
    expect((await statusOf(id)).message).toBe(
      "The carrier does not answer OPTIONS at any of its addresses.",
    );
    carrier.answer = () => ({ status: 405 }); // a refusal shows as well that somebody is there
    await isInState(id, "up", 25_000);
  }, 60_000);

  test("uses its second server when the first does not answer", async () => {
    const second = await Carrier.open();
    carrier.answer = () => null;

    const servers = [carrier, second].map(({ port }) => ({ host: "127.0.0.1", port }));
    const id = await aTrunk({ ...answering, servers });
    await isInState(id, "up", 15_000);

    expect((await statusOf(id)).server).toBe(`127.0.0.1:${String(second.port)}`);
    expect(carrier.of("OPTIONS").length).toBeGreaterThan(0);
    carrier.answer = () => ({ status: 200 }); // what still waits for an answer gets it
    await house.ask("DELETE", `/v1/trunks/${id}`);
    await second.close();
  }, 30_000);
});

describe("a test of a trunk", () => {
  test("says of every line how it went", async () => {
    carrier.answer = registrar("another password", 60);
    const id = await aTrunk(registering);

    const tested = await house.ask("POST", `/v1/trunks/${id}/test`);

    const port = String(carrier.port);
    expect(tested).toMatchObject({
      ok: false,
      lines: [
        { check: "dns", verdict: "passed", message: `The servers are at 127.0.0.1:${port}.` },
        { check: "reachability", verdict: "skipped" },
        { check: "options", verdict: "passed" },
        { check: "register", verdict: "failed", message: expect.stringContaining("403") as string },
        { check: "codec", verdict: "skipped" },
        { check: "rtp_ports", verdict: "passed" },
      ],
    });
  });
});

describe("a call from a carrier", () => {
  test("is its trunk's when it knows the password, and no answer to a challenge is good twice", async () => {
    await strangersOnly();
    const id = await aTrunk({
      name: "By digest",
      inbound: { digest: { username: "carrier", password: "the password" } },
    });
    await isInState(id, "up");
    const number = "+14155550999"; // registered nowhere: 404 shows that the call was let in
    const uri = `sip:${number}@${house.engine.sip}`;

    const challenged = await carrier.invite(house.engine.sip, number);
    const authorization = carrier.answerTo(challenged, uri, "the password");
    const admitted = await carrier.invite(house.engine.sip, number, authorization);
    const replayed = await carrier.invite(house.engine.sip, number, authorization);
    const guessed = carrier.answerTo(replayed, uri, "a guess");
    const refused = await carrier.invite(house.engine.sip, number, guessed);

    expect([challenged, admitted, replayed, refused].map(({ status }) => status)).toEqual([
      401, 404, 401, 403,
    ]);
    expect(headerValue(replayed, "WWW-Authenticate")).toContain("stale=true");
    await eventually("the call that was let in has its record", () =>
      house.messages.some(({ event }) => event === "call.status"),
    );
    expect(await callCount()).toBe(1);
  });

  test("of a stranger is refused, opens nothing and never reaches the control plane", async () => {
    await strangersOnly();

    const refused = await carrier.invite(house.engine.sip, "+14155550100");

    expect(refused.status).toBe(403);
    expect(house.gateway.strangers()).toMatchObject({ refused: 1 });
    expect(house.gateway.state()).toMatchObject({ calls: 0, rtpSockets: 0, sessions: 0 });
    expect(house.practice.opened()).toBe(0);
    expect(await callCount()).toBe(0);
  });

  test("is told the public address, where the trunk has one", async () => {
    const publicAddress = "127.0.0.2"; // loopback as well, and not where the house is
    const inbound = { addresses: ["127.0.0.1"] };
    const id = await aTrunk({ name: "Behind NAT", publicAddress, inbound });
    await eventually("the gateway was told", () => house.gateway.trunkOf("127.0.0.1") === id);

    const call = await house.answeredCall();
    await call.hangUp();

    expect(call.remoteMedia?.host).toBe(publicAddress);
  });

  test("to a number of another trunk is not found, and one above the trunk's cap is told to come again", async () => {
    const id = await aTrunk({ name: "Other", inbound: { addresses: ["192.0.2.1"] } });
    const { items } = (await house.ask("GET", "/v1/numbers")) as { items: { id: string }[] };
    const numberId = items[0]?.id ?? "";
    await house.ask("PATCH", `/v1/numbers/${numberId}`, { trunkId: id });
    const elsewhere = await carrier.invite(house.engine.sip, "+14155550100");
    await house.ask("PATCH", `/v1/numbers/${numberId}`, { trunkId: null });
    await house.ask("PATCH", "/v1/trunks/trunk_thismachine", { maxConcurrentCalls: 1 });

    await house.answeredCall();
    const above = await carrier.invite(house.engine.sip, "+14155550100");

    expect([elsewhere.status, above.status]).toEqual([404, 503]);
    expect(headerValue(above, "Retry-After")).toBe("10");
  });
});

const registering = {
  get servers() {
    return [{ host: "127.0.0.1", port: carrier.port }];
  },
  name: "Registering",
  credentials: { username: "alice", password: "the password" },
  registration: { expiresSecs: 600 },
  keepAlive: null,
};

const answering = {
  get servers() {
    return [{ host: "127.0.0.1", port: carrier.port }];
  },
  name: "Answering",
  keepAlive: { everySecs: 5 },
};

async function aTrunk(settings: Readonly<Record<string, unknown>>): Promise<string> {
  const trunk = (await house.ask("POST", "/v1/trunks", settings)) as TrunkView;
  return trunk.id;
}

async function statusOf(id: string): Promise<TrunkStatusView> {
  return (await house.ask("GET", `/v1/trunks/${id}/status`)) as TrunkStatusView;
}

async function isInState(id: string, state: string, withinMs?: number): Promise<void> {
  const isIt = (): boolean => {
    const told = house.messages.filter(
      ({ event, data }) => event === "trunk.status" && data["trunkId"] === id,
    );
    return told.at(-1)?.data["state"] === state;
  };
  await eventually(`the trunk is ${state}`, isIt, withinMs);
}

/** Nobody on this machine is a trunk any more. */
async function strangersOnly(): Promise<void> {
  await house.ask("PATCH", "/v1/trunks/trunk_thismachine", {
    inbound: { addresses: ["192.0.2.1"] },
  });
  await eventually("the gateway was told", () => house.gateway.trunkOf("127.0.0.1") === null);
}

async function callCount(): Promise<number> {
  const { items } = (await house.ask("GET", "/v1/calls")) as { items: unknown[] };
  return items.map((item) => callViewSchema.parse(item)).length;
}
