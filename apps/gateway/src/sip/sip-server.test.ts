import { mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { Secret, seededRandom, silentLog } from "@agentcall/base";
import { TestClock } from "@agentcall/base/testing";
import { callIdSchema } from "@agentcall/contract";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { DialogBook } from "./dialog-book.ts";
import type { Invite, LegRefusal, Reoffer, SipLeg, SipLegHandlers } from "./sip-leg.ts";
import type { InviteTarget } from "./outgoing-invite.ts";
import { SipServer } from "./sip-server.ts";
import type { Admission } from "./invite-gate.ts";
import { aTrunkPlan } from "./testing/trunk-plan.ts";
import { FakeDrachtio } from "./testing/fake-drachtio.ts";

/** What a leg told, in words. */
class Story implements SipLegHandlers {
  readonly said: string[] = [];
  reoffer: Reoffer | null = null;
  onInvited = (sipCallId: string): void => void this.said.push(`invited as ${sipCallId}`);
  onRinging = (): void => void this.said.push("ringing");
  onRefused = ({ sipStatus }: LegRefusal): void =>
    void this.said.push(`refused ${String(sipStatus)}`);
  onCancelled = (): void => void this.said.push("cancelled");
  onAnswered = (): void => void this.said.push("answered");
  onAnswerFailed = (): void => void this.said.push("answer failed");
  onConfirmed = (sdp: string): void =>
    void this.said.push(sdp === "" ? "confirmed" : `with ${sdp}`);
  onBye = (): void => void this.said.push("bye");
  onAckTimeout = (): void => void this.said.push("ack timeout");
  onSignallingLost = (): void => void this.said.push("signalling lost");
  onRefer = (result: string): void => void this.said.push(`refer ${result}`);
  onReoffer = (reoffer: Reoffer): void => {
    this.reoffer = reoffer;
    this.said.push("reoffer");
  };
}

let folder: string;
let drachtio: FakeDrachtio;
let clock: TestClock;
let server: SipServer;
let story: Story;
let admission: Admission;
let targets: readonly InviteTarget[];
let invited: PromiseWithResolvers<{ readonly invite: Invite; readonly leg: SipLeg }>;

beforeEach(async () => {
  folder = mkdtempSync(path.join(tmpdir(), "agentcall-sip-"));
  drachtio = new FakeDrachtio();
  await begin(await drachtio.listen(), "practice-secret");
});

afterEach(async () => {
  server.close();
  server.close();
  await drachtio.close();
  expect([server.dialogs, clock.pendingCount]).toEqual([0, 0]);
  rmSync(folder, { recursive: true });
});

async function begin(port: number, secret: string): Promise<void> {
  clock = new TestClock();
  story = new Story();
  targets = [];
  admission = { kind: "admitted", plan: aTrunkPlan() };
  invited = Promise.withResolvers();
  server = new SipServer({
    drachtio: { host: "127.0.0.1", port, secret: new Secret(secret) },
    newCallId: () => callIdSchema.parse("call_1"),
    register: () => null,
    admit: () => admission,
    takeInvite: (invite, leg) => {
      invited.resolve({ invite, leg });
      return story;
    },
    trunkTargets: () => Promise.resolve(targets),
    book: DialogBook.open(folder, silentLog),
    clock,
    random: seededRandom(1),
    log: silentLog,
  });
  server.start();
  if (secret === "practice-secret") await server.ready;
}

async function aCall(
  headers: readonly string[] = [],
): Promise<{ readonly invite: Invite; readonly leg: SipLeg }> {
  await until(() => drachtio.routed.has("invite"));
  drachtio.push("INVITE", { body: "v=0\r\n", headers });
  return invited.promise;
}

async function anAnsweredCall(): Promise<SipLeg> {
  const { leg } = await aCall();
  leg.answer("v=0 of ours\r\n");
  await drachtio.next();
  await until(() => story.said.includes("answered"));
  return leg;
}

async function until(isSo: () => boolean): Promise<void> {
  while (!isSo()) await new Promise((resolve) => setImmediate(resolve));
}

describe("SipServer", () => {
  test("reads what an INVITE says", async () => {
    const { invite } = await aCall();

    expect(invite).toEqual({
      callId: "call_1",
      direction: "inbound",
      sipCallId: "abc@127.0.0.1",
      from: "+14155550123",
      to: "+14155550100",
      sourceAddress: "127.0.0.1",
      trunk: { trunkId: "trunk_1", publicAddress: null, codecs: null, srtp: "off" },
      metadata: {},
      sourcePort: 5_098,
      sdp: "v=0\r\n",
    });
    expect(server.dialogs).toBe(1);
  });

  test("rings, answers, hears the ACK and the caller's BYE", async () => {
    const { leg } = await aCall();
    leg.ring();
    const ringing = await drachtio.next();
    leg.answer("v=0 of ours\r\n");
    const answer = await drachtio.next();
    drachtio.push("ACK", { dialog: true });
    await until(() => story.said.includes("confirmed"));
    drachtio.push("BYE", { dialog: true });
    const byeAnswer = await drachtio.next();

    expect([ringing, answer, byeAnswer].map(({ sip }) => sip.split("\r\n")[0])).toEqual([
      "SIP/2.0 180 Ringing",
      "SIP/2.0 200 OK",
      "SIP/2.0 200 OK",
    ]);
    expect(
      [ringing.sip, answer.sip].every((sip) => sip.includes("X-AgentCall-Call-Id: call_1")),
    ).toBe(true);
    expect(answer.sip).toContain("v=0 of ours");
    expect(story.said).toEqual(["answered", "confirmed", "bye"]);
  });

  test("refuses with a status, a reason, Retry-After and the call's id, and only once", async () => {
    const { leg } = await aCall();

    leg.refuse({ status: 503, reason: "Service Unavailable", retryAfterSecs: 30 });
    leg.refuse({ status: 404, reason: "Not Found", retryAfterSecs: null });
    leg.answer("too late");
    const refusal = await drachtio.next();

    expect(refusal.sip).toMatch(/^SIP\/2\.0 503 Service Unavailable\r\n/);
    expect(refusal.sip).toMatch(/Retry-After: 30\r\n/i);
    expect(refusal.sip).toContain("X-AgentCall-Call-Id: call_1");
    expect(server.dialogs).toBe(0);
  });

  test("tells a CANCEL once, and answers nothing afterwards", async () => {
    const { leg } = await aCall();
    leg.ring();
    await drachtio.next();

    drachtio.push("CANCEL", { dialog: true });
    await until(() => story.said.length > 0);
    leg.answer("too late");
    leg.hangUp("caller_cancelled");

    expect(story.said).toEqual(["cancelled"]);
    expect(server.dialogs).toBe(0);
  });

  test("hangs up with BYE and the reason, once", async () => {
    const leg = await anAnsweredCall();

    leg.hangUp("max_duration");
    leg.hangUp("max_duration");
    const bye = await drachtio.next();
    await until(() => server.dialogs === 0);

    expect(bye.sip).toMatch(/^BYE /);
    expect(bye.sip).toContain('Q.850;cause=16;text="The call reached its maximum duration."');
    expect(story.said).toEqual(["answered"]);
  });

  test("a hang-up while the 200 is under way becomes a BYE when there is a dialog", async () => {
    const { leg } = await aCall();

    leg.answer("v=0 of ours\r\n");
    leg.hangUp("gateway_draining");
    const answer = await drachtio.next();
    const bye = await drachtio.next();
    await until(() => server.dialogs === 0);

    expect([answer.sip.slice(0, 11), bye.sip.slice(0, 4)]).toEqual(["SIP/2.0 200", "BYE "]);
    expect(story.said).toEqual([]);
  });

  test.each([
    ["a lost ACK", "ACK timeout", "ack timeout"],
    ["a session that lapsed", "Session timer expired", "signalling lost"],
  ])("tells %s apart from a BYE", async (_, reason, said) => {
    await anAnsweredCall();

    drachtio.push("BYE", {
      dialog: true,
      source: "application",
      headers: [`Reason: SIP;cause=200;text="${reason}"`],
    });
    await until(() => story.said.length > 1);

    expect(story.said).toEqual(["answered", said]);
  });

  test("tells what an ACK answers to our offer", async () => {
    await anAnsweredCall();

    drachtio.push("ACK", { dialog: true, body: "v=0 of theirs\r\n" });
    await until(() => story.said.length > 1);

    expect(story.said).toEqual(["answered", "with v=0 of theirs\r\n"]);
  });

  test.each([
    ["nothing about session timers", [], null],
    ["that it knows them", ["Supported: replaces, timer"], "1800;refresher=uas"],
    ["an interval", ["Supported: timer", "Session-Expires: 600"], "600;refresher=uas"],
    [
      "that it refreshes",
      ["Supported: timer", "Session-Expires: 20;refresher=uac"],
      "90;refresher=uac",
    ],
    ["an interval, by a proxy", ["Session-Expires: 600;refresher=uac"], "600;refresher=uas"],
    [
      "an interval of years",
      ["Supported: timer", "Session-Expires: 999999999"],
      "86400;refresher=uas",
    ],
  ])("answers a caller that says %s with its session timer", async (_, headers, expires) => {
    const { leg } = await aCall(headers);

    leg.answer("v=0 of ours\r\n");
    const { sip } = await drachtio.next();

    expect(/Session-Expires: (.*)\r/i.exec(sip)?.[1] ?? null).toBe(expires);
    expect(/Require: timer\r/i.test(sip)).toBe(expires?.endsWith("=uac") ?? false);
  });

  test.each([
    [["Supported: 100rel"], false],
    [["Require: 100rel"], true],
  ])("rings for a caller with %j reliably: %s", async (headers, isReliable) => {
    const { leg } = await aCall(headers);

    leg.ring();

    expect(/Require: 100rel\r/i.test((await drachtio.next()).sip)).toBe(isReliable);
  });

  test.each([
    [
      "accepts",
      200,
      (reoffer: Reoffer) => {
        reoffer.accept("v=0 on hold\r\n");
      },
    ],
    [
      "refuses",
      488,
      (reoffer: Reoffer) => {
        reoffer.refuse({ status: 488, reason: "Not Acceptable Here", retryAfterSecs: null });
      },
    ],
  ])("%s a re-INVITE with %i", async (_name, status, reply) => {
    await anAnsweredCall();

    drachtio.push("INVITE", { dialog: true, body: "v=0\r\na=sendonly\r\n" });
    await until(() => story.reoffer !== null);
    if (story.reoffer !== null) reply(story.reoffer);
    const answer = await drachtio.next();

    expect(story.reoffer?.sdp).toBe("v=0\r\na=sendonly\r\n");
    expect(answer.sip).toContain(`SIP/2.0 ${String(status)}`);
  });

  test("answers OPTIONS", async () => {
    await until(() => drachtio.routed.has("options"));

    drachtio.push("OPTIONS");

    expect((await drachtio.next()).sip).toMatch(/^SIP\/2\.0 200 OK/);
  });

  test("comes back when drachtio has gone, and what it sends meanwhile does no harm", async () => {
    const { leg } = await aCall();
    drachtio.socket?.destroy();
    await until(() => !server.isConnected);
    leg.ring();
    leg.refuse({ status: 503, reason: "Service Unavailable", retryAfterSecs: null });

    clock.advance(250);
    await until(() => server.isConnected);

    expect([drachtio.connections, server.dialogs]).toEqual([2, 0]);
  });

  test("names a trunk's public address in its Contact", async () => {
    admission = { kind: "admitted", plan: aTrunkPlan({ publicAddress: "203.0.113.5" }) };
    const { leg } = await aCall();
    leg.answer("v=0 of ours\r\n");
    const answer = await drachtio.next();
    await until(() => story.said.includes("answered"));
    leg.hangUp("agent_hung_up");
    await drachtio.next();
    await until(() => server.dialogs === 0);

    expect(answer.sip).toMatch(/^contact: <sip:203\.0\.113\.5:5060>\r$/m);
  });

  test("leaves a drachtio that is dead behind an open connection, and not one that refuses", async () => {
    for (let look = 1; look <= 5; look += 1) {
      clock.advance(10_000);
      await until(() => drachtio.asked === look);
      drachtio.push("OPTIONS"); // when this is answered, what came before it has been read
      await drachtio.next();
    }
    const refusing = [drachtio.connections, server.isConnected];

    drachtio.isDead = true;
    clock.advance(15_000);
    await until(() => !server.isConnected);
    drachtio.isDead = false;
    clock.advance(250);
    await until(() => server.isConnected);

    expect(refusing).toEqual([1, true]);
    expect(drachtio.connections).toBe(2);
  });

  test("hands a caller over by REFER, and hears what became of it", async () => {
    const leg = await anAnsweredCall();

    leg.refer("sip:desk@pbx.example");
    const refer = await drachtio.next();
    await until(() => story.said.includes("refer accepted"));
    drachtio.push("NOTIFY", { dialog: true, body: "SIP/2.0 100 Trying\r\n" });
    await drachtio.next();
    drachtio.push("NOTIFY", { dialog: true, body: "SIP/2.0 200 OK\r\n" });
    await until(() => story.said.includes("refer done"));

    expect(refer.sip).toMatch(/^REFER /);
    expect(refer.sip).toContain("Refer-To: <sip:desk@pbx.example>");
    expect(story.said).toEqual(["answered", "refer accepted", "refer done"]);
    leg.hangUp("transferred");
    await drachtio.next();
    await drachtio.next();
    await until(() => server.dialogs === 0);
  });

  test("hangs up the dialogs that a former life has left, and those that end are not kept", async () => {
    const leg = await anAnsweredCall();
    const during = readdirSync(path.join(folder, "dialogs"));
    server.close();
    mkdirSync(path.join(folder, "dialogs"), { recursive: true });
    writeFileSync(path.join(folder, "dialogs", "call_7"), "abc@127.0.0.1;from-tag=1");

    await begin(drachtio.socket?.localPort ?? 0, "practice-secret");
    const bye = await drachtio.next();

    expect(during).toEqual(["call_1"]);
    expect(bye.sip).toMatch(/^BYE /);
    expect(bye.tokens[1]).toBe("abc@127.0.0.1;from-tag=1");
    expect(readdirSync(path.join(folder, "dialogs"))).toEqual([]);
    leg.hangUp("gateway_fault"); // of the former life: nothing comes of it
  });

  test("a wrong secret is tried again with a back-off, not at once", async () => {
    server.close();
    await begin(drachtio.socket?.localPort ?? 0, "wrong");
    await until(() => clock.pendingCount > 0);
    const before = drachtio.connections;

    clock.advance(250);
    await until(() => drachtio.connections > before);
    await until(() => clock.pendingCount > 0);

    expect([drachtio.connections, server.isConnected]).toEqual([3, false]);
  });
});
