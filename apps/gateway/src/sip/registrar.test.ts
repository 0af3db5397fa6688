import { TestClock } from "@agentcall/base/testing";
import { type TrunkId, trunkIdSchema } from "@agentcall/contract";
import { beforeEach, describe, expect, test } from "vitest";
import { Registrar } from "./registrar.ts";
import type { SrfMessage } from "./srf.ts";

const trunkId = trunkIdSchema.parse("trunk_desk");
const desk = "sip:desk@192.168.1.20:5070";

let clock: TestClock;
let registrar: Registrar;
let changes: TrunkId[];
let cseq = 0;

beforeEach(() => {
  clock = new TestClock();
  changes = [];
  cseq = 0;
  registrar = new Registrar({ clock, onChange: (changed) => changes.push(changed) });
});

describe("Registrar", () => {
  test("keeps a telephone where its REGISTER came from, until it expires", () => {
    const answer = registrar.take(trunkId, request({ Contact: `<${desk}>`, Expires: "120" }));

    expect(answer).toEqual({ status: 200, headers: { Contact: `<${desk}>;expires=120` } });
    expect(registrar.targetsOf(trunkId)).toEqual([
      { address: "203.0.113.9", port: 61_000, transport: "udp" },
    ]);

    clock.advance(120_000);

    expect(registrar.targetsOf(trunkId)).toEqual([]);
    expect(changes).toEqual([trunkId, trunkId]);
    expect(clock.pendingCount).toBe(0);
  });

  test("is refreshed by the same telephone, and taken back by it", () => {
    const contact = `"Desk" <${desk}>;expires=60`;
    registrar.take(trunkId, request({ Contact: contact }));
    clock.advance(50_000);
    registrar.take(trunkId, request({ Contact: contact }));
    clock.advance(50_000);
    const refreshed = registrar.targetsOf(trunkId);

    const taken = registrar.take(trunkId, request({ Contact: `<${desk}>`, Expires: "0" }));

    expect(refreshed).toHaveLength(1);
    expect(taken).toEqual({ status: 200, headers: {} });
    expect(registrar.targetsOf(trunkId)).toEqual([]);
    expect(clock.pendingCount).toBe(0);
  });

  test("leads to the newest of several, and keeps five", () => {
    for (let port = 1; port <= 7; port += 1) {
      registrar.take(trunkId, request({ Contact: `<sip:desk@10.0.0.1:${String(port)}>` }, port));
    }

    expect(registrar.targetsOf(trunkId).map(({ port }) => port)).toEqual([7, 6, 5, 4, 3]);
  });

  test("tells what is bound where no contact is named, and forgets all by a star", () => {
    registrar.take(trunkId, request({ Contact: `<${desk}>` }));

    const asked = registrar.take(trunkId, request({}));
    const cleared = registrar.take(trunkId, request({ Contact: "*", Expires: "0" }));

    expect(asked.headers).toEqual({ Contact: `<${desk}>;expires=3600` });
    expect(cleared).toEqual({ status: 200, headers: {} });
  });

  test("grants no more than an hour", () => {
    const answer = registrar.take(trunkId, request({ Contact: `<${desk}>;expires=99999` }));

    expect(answer.headers).toEqual({ Contact: `<${desk}>;expires=3600` });
  });

  test("does not let an older REGISTER undo a newer one", () => {
    const older = request({ Contact: `<${desk}>`, Expires: "0" });
    registrar.take(trunkId, request({ Contact: `<${desk}>` }));

    expect(registrar.take(trunkId, older).status).toBe(500);
    expect(registrar.targetsOf(trunkId)).toHaveLength(1);
  });

  test.each<[string, Readonly<Record<string, string>>, number]>([
    ["an interval that is too brief", { Contact: `<${desk}>;expires=30` }, 423],
    ["an interval that is none", { Contact: `<${desk}>;expires=soon` }, 400],
    ["a star that does not say 0", { Contact: "*" }, 400],
    ["a contact without brackets", { Contact: desk }, 400],
    ["two contacts", { Contact: `<${desk}>, <sip:other@10.0.0.2>` }, 400],
    ["a contact of another scheme", { Contact: "<mailto:desk@example.com>" }, 400],
    ["a contact with a line break", { Contact: `<sip:desk\r\n@10.0.0.2>` }, 400],
    ["a transport that is none of ours", { Contact: `<${desk}>`, Via: "SIP/2.0/WS x" }, 400],
  ])("refuses %s", (_, headers, status) => {
    expect(registrar.take(trunkId, request(headers)).status).toBe(status);
    expect(registrar.targetsOf(trunkId)).toEqual([]);
  });

  test("holds no timer when it is closed, which may be done twice", () => {
    registrar.take(trunkId, request({ Contact: `<${desk}>` }));

    registrar.close();
    registrar.close();

    expect(clock.pendingCount).toBe(0);
  });
});

function request(headers: Readonly<Record<string, string>>, port = 61_000): SrfMessage {
  cseq += 1;
  const all: Readonly<Record<string, string>> = {
    "Call-ID": "of the desk",
    CSeq: `${String(cseq)} REGISTER`,
    Via: "SIP/2.0/UDP 192.168.1.20:5070;branch=z9hG4bKx",
    ...headers,
  };
  return {
    source: "network",
    source_address: "203.0.113.9",
    source_port: port,
    uri: "sip:agentcall",
    body: undefined,
    has: (name) => all[name] !== undefined,
    get: (name) => all[name],
  };
}
