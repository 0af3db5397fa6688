import { callViewSchema, errorBodySchema } from "@agentcall/contract";
import { headerValue, type SipRequest } from "@agentcall/sip-engine";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { decoded, hasEnded, toneOf, tonesIn } from "../support/audio.ts";
import { Carrier, type CarrierAnswer } from "../support/carrier.ts";
import { eventually } from "../support/eventually.ts";
import { FarPhone } from "../support/far-phone.ts";
import { demoNumber, House } from "../support/house.ts";
import { parseStereo } from "../support/stereo-wav.ts";

const callee = "+14155550142";
const agentHz = 1_312;
const calleeHz = 437;
const toneMs = 1_000;
const scenario = {
  greeting: [{ tone: { frequencyHz: agentHz, ms: toneMs } }],
  turns: [],
};

let house: House;
const closers: (() => Promise<void>)[] = [];

beforeEach(async () => {
  house = await House.open({ scenario });
});
afterEach(async () => {
  await house.close();
  for (const close of closers.splice(0)) await close();
});

describe("a call that is placed", () => {
  test("is answered: the agent speaks first, both hear each other, and it is charged until they hang up", async () => {
    const phone = await aPhone("answers");
    await aTrunk([phone.server]);

    const id = await placed({ metadata: { order: "17" } });
    const dialog = await phone.answered;
    await eventually("the agent's tone has ended", () =>
      hasEnded(phone.audio.heard?.samples, toneMs),
    );
    const session = await house.practice.whenOpened(0);
    const before = session.received().audio.length;
    await phone.audio.play(toneOf(calleeHz, toneMs));
    await eventually("the callee's tone has ended", () =>
      hasEnded(decoded(session.received()).subarray(before), toneMs),
    );
    await dialog.destroy();

    expect(await house.recordOf(id)).toMatchObject({
      direction: "outbound",
      from: demoNumber,
      to: callee,
      status: "completed",
      endedBy: "callee",
      hangupCause: { cause: "callee_hung_up", sipStatus: 200, q850Cause: 16 },
      metadata: { order: "17" },
    });
    const heard = phone.audio.heard?.samples ?? new Int16Array(0);
    expect(tonesIn(heard, agentHz, calleeHz)).toContain(agentHz);
    expect(tonesIn(heard, agentHz, calleeHz)).not.toContain(calleeHz);
    expect(tonesIn(decoded(session.received()).subarray(before), calleeHz)).toContain(calleeHz);
    expect(JSON.stringify(await house.ask("GET", "/v1/usage/ledger"))).toContain(
      '"direction":"outbound"',
    );
    const words = house.messages.filter(({ data }) => data["callId"] === id);
    expect(words.map(({ event, data }) => data["status"] ?? event)).toEqual(
      expect.arrayContaining(["initiated", "in-progress", "completed"]),
    );
  });

  test("is recorded where that is asked for", async () => {
    const phone = await aPhone("answers");
    await aTrunk([phone.server]);

    const id = await placed({ record: true });
    const dialog = await phone.answered;
    await eventually("the agent's tone has ended", () =>
      hasEnded(phone.audio.heard?.samples, toneMs),
    );
    await dialog.destroy();
    await eventually("the recording is there", () =>
      house.messages.some(({ event, data }) => event === "call.recording" && data["callId"] === id),
    );

    const wav = parseStereo(await house.download(`/v1/calls/${id}/recording`));
    expect(tonesIn(wav.agent, agentHz, calleeHz)).toEqual([agentHz]);
  });

  test("is hung up through the API while they talk", async () => {
    const phone = await aPhone("answers");
    await aTrunk([phone.server]);

    const id = await placed();
    const dialog = await phone.answered;
    await eventually("the agent is heard", () => phone.audio.heard !== null);
    await isInProgress(id);
    await house.ask("POST", `/v1/calls/${id}/hangup`);
    await dialog.destroyed;

    expect(await house.recordOf(id)).toMatchObject({
      status: "completed",
      endedBy: "api",
      hangupCause: { cause: "api_hung_up" },
    });
  });

  test("is cancelled through the API while it rings, and costs nothing", async () => {
    const phone = await aPhone("rings");
    await aTrunk([phone.server]);

    const id = await placed();
    const invite = await phone.called;
    invite.ring();
    await rings(id);
    await house.ask("POST", `/v1/calls/${id}/hangup`);
    await invite.cancelled;

    expect(await house.recordOf(id)).toMatchObject({
      status: "no_answer",
      answeredAt: null,
      durationMs: 0,
      hangupCause: { cause: "api_hung_up", sipStatus: 487 },
    });
    expect(await house.ask("GET", "/v1/usage/ledger")).toMatchObject({ items: [] });
  });

  test("that nobody answers in time is cancelled", async () => {
    const phone = await aPhone("rings");
    await aTrunk([phone.server]);

    const id = await placed({ ringTimeoutSecs: 5 });
    const invite = await phone.called;
    invite.ring();
    await invite.cancelled;

    expect(await house.recordOf(id)).toMatchObject({
      status: "no_answer",
      hangupCause: { cause: "callee_no_answer", sipStatus: 487, q850Cause: 19 },
    });
  });

  test.each<[CarrierAnswer, string, string, number]>([
    [{ status: 486 }, "busy", "callee_busy", 17],
    [{ status: 600 }, "busy", "callee_busy", 17],
    [{ status: 480 }, "no_answer", "callee_no_answer", 18],
    [{ status: 404 }, "failed", "callee_unknown", 1],
    [{ status: 603 }, "failed", "callee_declined", 21],
    [{ status: 403 }, "failed", "carrier_refused", 21],
    [{ status: 302, headers: { Contact: "<sip:x@127.0.0.1:9>" } }, "failed", "carrier_refused", 21],
    [{ status: 503 }, "failed", "carrier_unreachable", 41],
    [
      { status: 480, headers: { Reason: 'Q.850;cause=20;text="absent"' } },
      "no_answer",
      "callee_no_answer",
      20,
    ],
  ])("that is answered %j is %s", async (answer, status, cause, q850Cause) => {
    const carrier = await aCarrier(() => answer);
    await aTrunk([carrier]);

    const id = await placed();

    expect(await house.recordOf(id)).toMatchObject({
      status,
      hangupCause: { cause, q850Cause, sipStatus: answer?.status },
    });
    expect(carrier.of("INVITE").length).toBe(1);
  });

  test("goes to the trunk's next server where the first has trouble, and never after a busy", async () => {
    const first = await aCarrier(() => ({ status: 503 }));
    const second = await aCarrier(() => ({ status: 486 }));
    const third = await aCarrier(() => ({ status: 486 }));
    await aTrunk([first, second, third]);

    const id = await placed();

    expect((await house.recordOf(id)).status).toBe("busy");
    expect([first, second, third].map((each) => each.of("INVITE").length)).toEqual([1, 1, 0]);
  });

  test("goes to the next server where nobody answers at the first, OPTIONS neither", async () => {
    const dead = await aCarrier(() => null);
    const phone = await aPhone("answers");
    await aTrunk([dead, phone.server]);

    const id = await placed();
    const dialog = await phone.answered;
    await dialog.destroy();

    expect((await house.recordOf(id)).status).toBe("completed");
    dead.answer = ({ method }) => (method === "ACK" ? null : { status: 487 });
  });

  test("answers the carrier's challenge within the same call, with SHA-256", async () => {
    const carrier = await aCarrier((request) => {
      if (headerValue(request, "Proxy-Authorization") !== null) return { status: 486 };
      const challenge =
        'Digest realm="carrier, practice", nonce="n", qop="auth", algorithm=SHA-256';
      return { status: 407, headers: { "Proxy-Authenticate": challenge } };
    });
    await aTrunk([carrier], { credentials: { username: "alice", password: "the password" } });

    const id = await placed();

    expect((await house.recordOf(id)).status).toBe("busy");
    const [first, second] = carrier.of("INVITE");
    if (first === undefined || second === undefined) throw new Error("two INVITEs were to come");
    const same = (name: string): boolean => headerValue(first, name) === headerValue(second, name);
    expect([same("Call-ID"), same("From"), same("CSeq")]).toEqual([true, true, false]);
    expect(headerValue(second, "Proxy-Authorization")).toContain("algorithm=SHA-256");
    expect(headerValue(first, "From")).toContain(`sip:${demoNumber}@`);
    expect(first.uri).toContain(`sip:${callee}@`);
  });

  test("a carrier that refuses the answer to its challenge has refused the call", async () => {
    const challenge = { "WWW-Authenticate": 'Digest realm="r", nonce="n"' };
    const carrier = await aCarrier(() => ({ status: 401, headers: challenge }));
    await aTrunk([carrier], { credentials: { username: "alice", password: "the password" } });

    const id = await placed();

    expect((await house.recordOf(id)).hangupCause).toMatchObject({
      cause: "carrier_refused",
      sipStatus: 401,
    });
    expect(carrier.of("INVITE").length).toBe(2);
  });

  test("is placed once, however often it is asked for with one key", async () => {
    const phone = await aPhone("rings");
    await aTrunk([phone.server]);

    const first = await placed({ idempotencyKey: "order 17" });
    const again = await placed({ idempotencyKey: "order 17" });
    const invite = await phone.called;
    await house.ask("POST", `/v1/calls/${first}/hangup`);
    await invite.cancelled;
    await house.recordOf(first);

    expect(again).toBe(first);
    expect(await house.ask("GET", "/v1/calls?direction=outbound")).toMatchObject({
      items: [{ id: first }],
    });
  });

  test("is not placed where the agent cannot be had: nobody's telephone rings", async () => {
    await house.close();
    house = await House.open({ day: "noquota" });
    const carrier = await aCarrier(() => ({ status: 486 }));
    await aTrunk([carrier]);

    const id = await placed();

    expect((await house.recordOf(id)).hangupCause?.cause).toBe("key_no_quota");
    expect(carrier.of("INVITE")).toEqual([]);
  });

  test("is handed to a number by the same trunk, when the called party's side takes no transfer", async () => {
    const phone = await aPhone("answers");
    await aTrunk([phone.server]);
    const id = await placed();
    const dialog = await phone.answered;
    await isInProgress(id);

    const refused = await transferred(id, "+882123456789");
    const person = phone.nextCall();
    const taken = await transferred(id, "+14155550177");
    const secondLeg = await person;
    secondLeg.refuse(486);
    await dialog.destroy();
    await house.recordOf(id);

    expect(secondLeg.sdp).toContain("m=audio");
    expect(taken.status).toBe(200);
    expect(refused.status).toBe(403);
    expect(errorBodySchema.parse(refused.body).error.code).toBe("destination_not_allowed");
  });
});

/** Gives the demo number a trunk with these servers. */
async function aTrunk(
  servers: readonly { readonly host?: string; readonly port: number }[],
  more: Readonly<Record<string, unknown>> = {},
): Promise<void> {
  const trunk = await house.ask("POST", "/v1/trunks", {
    name: "Carrier",
    servers: servers.map(({ port }) => ({ host: "127.0.0.1", port })),
    keepAlive: null,
    inbound: { fromServers: false },
    ...more,
  });
  const { id: trunkId } = trunk as { id: string };
  await house.ask("PATCH", `/v1/numbers/${await house.demoNumberId()}`, { trunkId });
  await eventually("the gateway knows the trunk", () => house.gateway.carries(trunkId));
}

async function placed(more: Readonly<Record<string, unknown>> = {}): Promise<string> {
  const { status, body } = await house.request("POST", "/v1/calls/ai", {
    from: demoNumber,
    to: callee,
    systemPrompt: "Be brief.",
    firstMessage: "Hello.",
    ...more,
  });
  expect([status, body]).toEqual([201, expect.objectContaining({ direction: "outbound" })]);
  return callViewSchema.parse(body).id;
}

function transferred(id: string, to: string): ReturnType<House["request"]> {
  return house.request("POST", `/v1/calls/${id}/transfer`, { to });
}

async function isInProgress(id: string): Promise<void> {
  await told(id, ({ data }) => data["status"] === "in-progress");
}

async function rings(id: string): Promise<void> {
  await told(id, ({ event }) => event === "call.ringing");
}

async function told(
  id: string,
  isIt: (message: House["messages"][number]) => boolean,
): Promise<void> {
  await eventually("it was told of the call", () =>
    house.messages.some((message) => message.data["callId"] === id && isIt(message)),
  );
}

async function aPhone(behaviour: "answers" | "rings"): Promise<FarPhone> {
  const phone = await FarPhone.open(behaviour);
  closers.push(() => phone.close());
  return phone;
}

/** A carrier that answers every INVITE like this. */
async function aCarrier(answer: (invite: SipRequest) => CarrierAnswer): Promise<Carrier> {
  const carrier = await Carrier.open();
  carrier.answer = (request) => {
    if (request.method === "ACK") return null;
    return request.method === "INVITE" ? answer(request) : answer(request) && { status: 200 };
  };
  closers.push(() => carrier.close());
  return carrier;
}
