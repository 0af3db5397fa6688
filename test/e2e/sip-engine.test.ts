import { createSocket, type Socket } from "node:dgram";
import { once } from "node:events";
import { Secret, silentLog, systemClock, systemRandom } from "@agentcall/base";
import { Phone, type PhoneCall, type SipTransport } from "@agentcall/phone";
import { type SipEngine, type SipTiming, startSipEngine } from "@agentcall/sip-engine";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { openApplication, type SrfApplication } from "../support/srf-application.ts";

const clock = systemClock();
const random = systemRandom();
const secret = "practice-secret";
const sdp = [
  "v=0",
  "o=- 1 1 IN IP4 127.0.0.1",
  "s=-",
  "c=IN IP4 127.0.0.1",
  "t=0 0",
  "m=audio 40000 RTP/AVP 0",
  "a=rtpmap:0 PCMU/8000",
  "",
].join("\r\n");

let engine: SipEngine;
let app: SrfApplication;
let phones: Phone[];

beforeEach(async () => {
  engine = await open();
  app = await openApplication(engine.drachtio, secret);
  phones = [];
});
afterEach(async () => {
  for (const phone of phones) await phone.close();
  app.close();
  await engine.close();
});

describe.each<SipTransport>(["udp", "tcp"])("the unmodified drachtio-srf over %s", (transport) => {
  test("answers a call, which the caller ends", async () => {
    const answering = app.nextInvite().then(async (invite) => invite.answer(sdp));
    const call = await dial(transport);
    const dialog = await answering;
    expect(await call.outcome).toEqual({ kind: "answered" });

    const destroyed = dialog.destroyed;
    await call.hangUp();
    await destroyed;

    expect(engine.state()).toMatchObject({ dialogs: 0, unacknowledged: 0 });
  });

  test("ends a call itself", async () => {
    const answering = app.nextInvite().then(async (invite) => invite.answer(sdp));
    const call = await dial(transport);
    const dialog = await answering;
    await call.outcome;

    await dialog.destroy();

    expect(await call.ended).toEqual({ by: "far-end" });
    expect(engine.state().dialogs).toBe(0);
  });

  test("refuses a call", async () => {
    const refusing = app.nextInvite().then((invite) => {
      invite.refuse(404);
    });
    const call = await dial(transport);
    await refusing;

    expect(await call.outcome).toMatchObject({ kind: "refused", status: 404 });
  });

  test("hears of a CANCEL", async () => {
    const arriving = app.nextInvite();
    const call = await dial(transport);
    const invite = await arriving;
    invite.ring();
    await call.ringing;

    call.cancel();
    await invite.cancelled;

    expect(await call.outcome).toMatchObject({ kind: "refused", status: 487 });
  });

  test("hears of a hold and answers it", async () => {
    const answering = app.nextInvite().then(async (invite) => invite.answer(sdp));
    const call = await dial(transport);
    const dialog = await answering;
    await call.outcome;

    const modified = dialog.nextModify(sdp);
    await call.hold();

    expect(await modified).toContain("a=sendonly");
  });
});

describe("drachtio-srf as a caller", () => {
  test("calls another engine's application, is answered, and hangs up", async () => {
    const far = await open();
    const farApp = await openApplication(far.drachtio, secret);
    const answering = farApp.nextInvite().then(async (invite) => invite.answer(sdp));

    const dialog = await app.call(`sip:callee@${far.sip}`, sdp);
    const farDialog = await answering;
    const ended = farDialog.destroyed;
    await dialog.destroy();
    await ended;

    expect(engine.state()).toMatchObject({ dialogs: 0, openTransactions: 0 });
    expect(far.state().dialogs).toBe(0);
    farApp.close();
    await far.close();
  });

  test("learns that it was refused", async () => {
    const far = await open();
    const farApp = await openApplication(far.drachtio, secret);
    const refusing = farApp.nextInvite().then((invite) => {
      invite.refuse(486);
    });

    const calling = app.call(`sip:callee@${far.sip}`, sdp);

    await expect(calling).rejects.toMatchObject({ status: 486 });
    await refusing;
    farApp.close();
    await far.close();
  });

  test("learns that nobody is there", async () => {
    const far = await open();
    await far.close();

    await expect(app.call(`sip:callee@${far.sip};transport=tcp`, sdp)).rejects.toMatchObject({
      status: 503,
    });
  });
});

describe("a caller that loses things", () => {
  test("and never acknowledges is hung up on, and drachtio-srf's dialog is destroyed", async () => {
    const quick = await open({ t1Ms: 5, t2Ms: 40, t4Ms: 50 }); // gives up after 320 ms
    const quickApp = await openApplication(quick.drachtio, secret);
    const caller = await openCaller();
    const answering = quickApp.nextInvite().then(async (invite) => invite.answer(sdp));

    caller.send(inviteOf(caller), Number(quick.sip.split(":")[1]), "127.0.0.1");
    const dialog = await answering;
    await dialog.destroyed;

    expect(quick.state()).toMatchObject({ dialogs: 0, unacknowledged: 0 });
    caller.close();
    quickApp.close();
    await quick.close();
  });

  test("and sends its INVITE three times is one call to drachtio-srf", async () => {
    const caller = await openCaller();
    const invites: unknown[] = [];
    const first = app.nextInvite();
    void app.nextInvite().then((invite) => invites.push(invite)); // must not come

    for (let count = 0; count < 3; count += 1) {
      caller.send(inviteOf(caller), Number(engine.sip.split(":")[1]), "127.0.0.1");
    }
    (await first).refuse(404);
    while (!((await once(caller, "message")) as [Buffer])[0].toString().startsWith("SIP/2.0 404"));

    expect(invites).toEqual([]);
    caller.close();
  });
});

async function openCaller(): Promise<Socket> {
  const socket = createSocket("udp4");
  socket.bind(0, "127.0.0.1");
  await once(socket, "listening");
  return socket;
}

function inviteOf(caller: Socket): string {
  const own = `127.0.0.1:${String(caller.address().port)}`;
  return [
    "INVITE sip:+14155550100@127.0.0.1 SIP/2.0",
    `Via: SIP/2.0/UDP ${own};branch=z9hG4bK-1`,
    "Max-Forwards: 70",
    `From: <sip:caller@${own}>;tag=1`,
    "To: <sip:+14155550100@127.0.0.1>",
    "Call-ID: call-1",
    "CSeq: 1 INVITE",
    `Contact: <sip:caller@${own}>`,
    "Content-Type: application/sdp",
    `Content-Length: ${String(sdp.length)}`,
    "",
    sdp,
  ].join("\r\n");
}

async function open(timing?: SipTiming): Promise<SipEngine> {
  return startSipEngine({
    sipHost: "127.0.0.1",
    sipPort: 0,
    drachtioHost: "127.0.0.1",
    drachtioPort: 0,
    secret: new Secret(secret),
    clock,
    random,
    log: silentLog,
    ...(timing === undefined ? {} : { timing }),
  });
}

async function dial(transport: SipTransport): Promise<PhoneCall> {
  const [host = "", port = ""] = engine.sip.split(":");
  const phone = await Phone.open({
    server: { host, port: Number(port) },
    transport,
    clock,
    random,
  });
  phones.push(phone);
  return phone.call({ to: "+14155550100" });
}
