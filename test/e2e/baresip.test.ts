import type { TrunkStatusView, TrunkView } from "@agentcall/contract";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { decoded, hasEnded, loudPart, toneOf, tonesIn } from "../support/audio.ts";
import { Baresip, canRunBaresip } from "../support/baresip.ts";
import { eventually } from "../support/eventually.ts";
import { demoNumber, House } from "../support/house.ts";

const callerHz = 437;
const [greetingHz, answerHz] = [1_312, 1_062];
const frameMs = 20;
const scenario = {
  greeting: [{ tone: { frequencyHz: greetingHz, ms: 800 } }],
  turns: [
    { caller: "A tone.", agent: { tone: { frequencyHz: answerHz, ms: 800 } } },
    { caller: "A tone.", agent: { tone: { frequencyHz: answerHz, ms: 800 } } },
  ],
};
const toneMs = 800;
/** Quiet enough for the greeting before the first tone, and for its answer and a hold before the second. */
const speech = joined(
  silence(1_500),
  toneOf(callerHz, toneMs),
  silence(4_000),
  toneOf(callerHz, toneMs),
  silence(20_000),
);

let house: House;
let telephone: Baresip;

beforeEach(async () => {
  house = await House.open({ scenario });
});
afterEach(async () => {
  await telephone.close();
  await house.close();
});

describe.skipIf(!canRunBaresip)("baresip, package baresip-core", () => {
  test("registers at a trunk, calls by its password, hears and is heard, and does both again after a hold", async () => {
    const id = await theOnlyTrunkIs({
      inbound: { digest: { username: "desk", password: "the password" } },
    });
    telephone = await Baresip.open(
      speech,
      ["regint=60", "auth_user=desk", 'auth_pass="the password"'],
      `sip:desk@${house.engine.sip}`,
    );
    await eventually("it is registered", () => telephone.events.includes("REGISTER_OK"));

    await callsHearsAndIsHeard();

    const status = (await house.ask("GET", `/v1/trunks/${id}/status`)) as TrunkStatusView;
    expect(status).toMatchObject({ state: "up", server: expect.stringMatching(/^127/) as string });
    expect(status.message).toMatch(/^A telephone or PBX is registered from 127.0.0.1:\d+/);
  });

  test("with a wrong password is not registered, and its call is refused", async () => {
    await theOnlyTrunkIs({ inbound: { digest: { username: "desk", password: "another" } } });
    telephone = await Baresip.open(
      speech,
      ["regint=60", "auth_user=desk", 'auth_pass="the password"'],
      `sip:desk@${house.engine.sip}`,
    );

    await eventually("it is refused", () => telephone.events.includes("REGISTER_FAIL"));
    await telephone.command("dial", `sip:${demoNumber}@${house.engine.sip}`);
    await eventually("its call ends", () => telephone.events.includes("CALL_CLOSED"));

    expect(telephone.events).not.toContain("CALL_ESTABLISHED");
    expect(house.practice.opened()).toBe(0);
  });

  test("calls, hears and is heard by SRTP, and does both again after a hold", async () => {
    await theOnlyTrunkIs({ srtp: "required", inbound: { addresses: ["127.0.0.1"] } });
    telephone = await Baresip.open(speech, ["regint=0", "mediaenc=srtp-mand"]);

    await callsHearsAndIsHeard();
  });
});

/** From the greeting to the answer to its second tone, which comes after a hold. */
async function callsHearsAndIsHeard(): Promise<void> {
  await telephone.command("dial", `sip:${demoNumber}@${house.engine.sip}`);
  await eventually("the call stands", () => telephone.events.includes("CALL_ESTABLISHED"));
  const session = await house.practice.whenOpened(0);
  // From the greeting to the answer to its tone.
  await eventually("it has heard both", () => hasEnded(telephone.heard(), 2_500));
  const before = loudPart(decoded(session.received()));

  await changed("hold");
  const whenHeld = await telephone.packetsReceived();
  await changed("resume");
  const resumedAt = session.received().audio.length;
  await eventually("it is heard again", () =>
    hasEnded(decoded(session.received()).subarray(resumedAt), toneMs),
  );
  const sinceThen = (await telephone.packetsReceived()) - whenHeld;
  const again = loudPart(decoded(session.received()).subarray(resumedAt));
  await telephone.command("hangup");
  await eventually("the call is over", () => house.gateway.state().calls === 0);

  expect(tonesIn(telephone.heard(), greetingHz, answerHz)).toEqual([greetingHz, answerHz]);
  expect(tonesIn(before, callerHz)).toEqual([callerHz]);
  expect(tonesIn(again, callerHz)).toEqual([callerHz]);
  expect(sinceThen).toBeGreaterThan(toneMs / frameMs);
}

/** Nobody on this machine is of another trunk any more. */
async function theOnlyTrunkIs(settings: Readonly<Record<string, unknown>>): Promise<string> {
  await house.ask("PATCH", "/v1/trunks/trunk_thismachine", {
    inbound: { addresses: ["192.0.2.1"] },
  });
  const trunk = await house.ask("POST", "/v1/trunks", { name: "Desk", ...settings });
  const { id } = trunk as TrunkView;
  await eventually("the gateway was told", () =>
    house.messages.some(({ event, data }) => event === "trunk.status" && data["trunkId"] === id),
  );
  return id;
}

/** Tells the telephone to hold or resume, and waits until its re-INVITE has been answered and confirmed. */
async function changed(command: "hold" | "resume"): Promise<void> {
  const { transactions } = house.engine.state();
  await telephone.command(command);
  await eventually(`${command} is answered`, () => {
    const now = house.engine.state();
    return now.transactions > transactions && now.openTransactions + now.unacknowledged === 0;
  });
}

function silence(ms: number): Int16Array {
  return new Int16Array(ms * 8);
}

function joined(...parts: readonly Int16Array[]): Int16Array {
  const samples = new Int16Array(parts.reduce((sum, part) => sum + part.length, 0));
  let at = 0;
  for (const part of parts) {
    samples.set(part, at);
    at += part.length;
  }
  return samples;
}
