import { once } from "node:events";
import { connect } from "node:net";
import { headerValue, headerValues, type SipMessage } from "@agentcall/sip-engine";
import { benchSecret, EngineBench, type Peer } from "@agentcall/sip-engine/testing";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { eventually } from "../support/eventually.ts";
import {
  openApplication,
  type SrfApplication,
  type SrfInvite,
} from "../support/srf-application.ts";

// What drachtio-srf relies on in a server (its control protocol, RFC 3261 and the extensions), one
// test a rule: the library as it is, real sockets, and a clock that stands still until it is moved.

const sdp = "v=0\r\no=- 1 1 IN IP4 127.0.0.1\r\ns=-\r\nt=0 0\r\nm=audio 40000 RTP/AVP 0\r\n";

let bench: EngineBench;
let app: SrfApplication;
let peer: Peer;

beforeEach(async () => {
  bench = await EngineBench.open();
  app = await openApplication(bench.engine.drachtio, benchSecret);
  peer = await bench.peer();
});
afterEach(async () => {
  app.close();
  await bench.close();
  expect(bench.clock.pendingCount).toBe(0);
});

describe("drachtio-srf finds that", () => {
  test("the echo of its request comes before any response to it", async () => {
    for (let count = 0; count < 20; count += 1) {
      const answered = app.request("OPTIONS", target());
      peer.answer(await peer.request("OPTIONS"), 200);
      expect(await answered).toBe(200);
    }
  });

  test("all responses to an INVITE have one tag of ours, and its ACK and BYE find the dialog", async () => {
    const invite = await invited();
    invite.ring();
    await peer.status(); // 100
    const ringing = await peer.next();
    const dialog = await invite.answer(sdp);
    const answer = await peer.next();
    const toTag = tagOf(answer);
    peer.send(peer.write("ACK", { toTag, branch: "z9hG4bK-ack" }));
    await dialog.acknowledged;
    peer.send(peer.write("BYE", { toTag, cseq: 2, branch: "z9hG4bK-bye" }));
    await dialog.destroyed;

    expect(tagOf(ringing)).toBe(toTag);
  });

  test("every answer it sends or gets has a Contact", async () => {
    const { answer } = await talking();
    const calling = app.call(target(), sdp);
    peer.answer(await peer.request("INVITE"), 200); // without one: confirmed and ended here

    await expect(calling).rejects.toMatchObject({ status: 502 });
    expect(headerValue(answer, "Contact")).toBe(`<sip:${bench.engine.sip}>`);
    await peer.request("ACK");
    peer.answer(await peer.request("BYE"), 200);
  });

  test("the ACK to a refusal is the engine's, and its own is not sent", async () => {
    const calling = app.call(target(), sdp);
    const invite = await peer.request("INVITE");
    peer.answer(invite, 486);

    await expect(calling).rejects.toMatchObject({ status: 486 });
    const ack = await peer.request("ACK");
    expect(headerValue(ack, "Via")).toBe(headerValue(invite, "Via"));
    expect(await app.request("OPTIONS", `sip:127.0.0.1:${String(await closedPort())}`)).toBe(503);
    expect(peer.unread).toBe(0);
  });

  test("a CANCEL is answered for it, and its own answer comes too late", async () => {
    const invite = await invited();
    peer.send(peer.write("CANCEL"));
    await invite.cancelled;

    await expect(invite.answer(sdp)).rejects.toThrow();

    expect(await statuses(3)).toEqual(["1 INVITE 100", "1 CANCEL 200", "1 INVITE 487"]);
  });

  test("an INVITE is sent again by its timers, and given up with 408 after 32 seconds", async () => {
    const calling = app.call(target(), sdp);
    await peer.request("INVITE");
    for (const waitMs of [500, 1_000, 2_000, 4_000, 8_000, 16_000]) {
      bench.clock.advance(waitMs - 1);
      expect(peer.unread).toBe(0);
      bench.clock.advance(1);
      await peer.request("INVITE");
    }
    bench.clock.advance(500);

    await expect(calling).rejects.toMatchObject({ status: 408 });
  });

  test("its answer is sent again by the timers until the ACK comes", async () => {
    const invite = await invited();
    const dialog = await invite.answer(sdp);
    await peer.status(); // 100
    const answer = await peer.next();
    for (const waitMs of [500, 1_000, 2_000, 4_000, 4_000]) {
      bench.clock.advance(waitMs);
      expect(await peer.status()).toBe(200);
    }
    peer.send(peer.write("ACK", { toTag: tagOf(answer), branch: "z9hG4bK-ack" }));
    await dialog.acknowledged;
    bench.clock.advance(60_000);

    expect(peer.unread).toBe(0);
    expect(bench.engine.state().dialogs).toBe(1);
  });

  test("its CANCEL waits for a provisional response, and one that nobody answers is over after 32 seconds", async () => {
    const call = app.dial(target(), sdp);
    const invite = await peer.request("INVITE");
    call.cancel();
    const asked = app.request("OPTIONS", target()); // behind the CANCEL, on the same connection
    peer.answer(await peer.request("OPTIONS"), 200);
    await asked;
    expect(peer.unread).toBe(0);

    peer.answer(invite, 180);
    await peer.request("CANCEL");
    bench.clock.advance(32_000);

    await expect(call.answered).rejects.toMatchObject({ status: 487 });
  });

  test("an answer that crosses its CANCEL is confirmed and ended", async () => {
    const call = app.dial(target(), sdp);
    const invite = await peer.request("INVITE");
    peer.answer(invite, 180);
    await eventually("it rings", () => call.progress.includes(180));
    call.cancel();
    peer.answer(await peer.request("CANCEL"), 200);
    peer.answer(invite, 200, [`Contact: <${target()}>`]);

    await expect(call.answered).rejects.toMatchObject({ status: 487 });
    await peer.request("ACK");
    peer.answer(await peer.request("BYE"), 200);
    expect(bench.engine.state().dialogs).toBe(0);
  });

  test("responses go back to where the request came from, whatever its Via says", async () => {
    const claimed = peer.write("INVITE").replace(/127\.0\.0\.1:\d+;branch/, "192.0.2.1:9;branch");
    const arriving = app.nextInvite();
    peer.send(claimed);
    (await arriving).refuse(404);

    await peer.status(); // 100
    const refused = await peer.next();
    expect(headerValue(refused, "Via")).toContain(`;rport=${String(peer.port)};received=127.0.0.1`);
  });

  test("over TCP they go back on the connection, where a keep-alive is answered and messages come in pieces", async () => {
    const socket = connect(bench.sipPort, "127.0.0.1");
    await once(socket, "connect");
    let received = "";
    socket.on("data", (bytes: Buffer) => (received += bytes.toString()));
    const arriving = app.nextInvite();
    const request = peer.write("INVITE").replace("SIP/2.0/UDP", "SIP/2.0/TCP");
    for (const piece of ["\r\n\r\n", request.slice(0, 30), request.slice(30)]) socket.write(piece);
    (await arriving).refuse(404);

    await eventually("the refusal is there", () => received.includes("SIP/2.0 404"));
    expect(received).toMatch(/^\r\nSIP\/2.0 100/);
    socket.destroy();
  });

  test("a call goes along its recorded route, to where the other side last said it is", async () => {
    const route = `<sip:127.0.0.1:${String(peer.port)};lr>`;
    const calling = app.call(target(), sdp);
    const invite = await peer.request("INVITE");
    const [via, second] = [route, "<sip:127.0.0.1:9;lr>"];
    peer.answer(invite, 200, [`Contact: <${target("one")}>`, `Record-Route: ${second}, ${via}`]);
    const dialog = await calling;
    const ack = await peer.request("ACK");
    const localTag = /;tag=(\w+)$/.exec(headerValue(invite, "From") ?? "")?.[1] ?? "";
    const offer = dialog.nextModify(sdp);
    peer.send(moved(invite, localTag));
    await offer;
    while ((await peer.status()) !== 200);
    const ending = dialog.destroy();
    const bye = await peer.request("BYE");
    peer.answer(bye, 200);
    await ending;

    expect(headerValues(ack, "Route")).toEqual([via, second]);
    expect(ack).toMatchObject({ uri: target("one") });
    expect(bye).toMatchObject({ uri: target("two") });
  });

  test("a request that comes again is not told again, and one that comes too late is refused", async () => {
    const { dialog, toTag } = await talking();
    let offers = 0;
    void dialog.nextModify(sdp).then(() => (offers += 1));
    const reinvite = peer.write("INVITE", { toTag, cseq: 5, branch: "z9hG4bK-5" });
    for (let count = 0; count < 3; count += 1) peer.send(reinvite);
    peer.send(peer.write("INFO", { toTag, cseq: 4, branch: "z9hG4bK-4" }));

    await eventually("the late one is refused", () => peer.unread >= 3);
    const answers = await statuses(peer.unread);
    expect(answers).toContain("4 INFO 500");
    expect(answers).toContain("5 INVITE 200");
    expect(offers).toBe(1);
  });

  test("its second try, with credentials, is the same call with the next number", async () => {
    const auth = { username: "trunk", password: "practice-password" };
    const calling = app.call(target(), sdp, { auth });
    const first = await peer.request("INVITE");
    peer.answer(first, 407, [
      'Proxy-Authenticate: Digest realm="carrier.example", nonce="n", algorithm=MD5, qop="auth"',
    ]);
    await peer.request("ACK");
    const second = await peer.request("INVITE");
    peer.answer(second, 200, [`Contact: <${target()}>`]);
    await calling;
    await peer.request("ACK");

    for (const name of ["Call-ID", "From"]) {
      expect(headerValue(second, name)).toBe(headerValue(first, name));
    }
    expect(cseqOf(second)).toBe(cseqOf(first) + 1);
    expect(headerValue(second, "Proxy-Authorization")).toContain('username="trunk"');
  });

  test.each(["udp", "tcp"])("nobody listens on a port over %s, at once", async (transport) => {
    const uri = `sip:127.0.0.1:${String(await closedPort())};transport=${transport}`;

    expect(await app.request("OPTIONS", uri)).toBe(503);
    await expect(app.call(uri, sdp)).rejects.toMatchObject({ status: 503 });
  });

  test("a call that is never acknowledged ends after 32 seconds, with the reason", async () => {
    const invite = await invited();
    const dialog = await invite.answer(sdp);

    bench.clock.advance(32_000);

    expect(await dialog.destroyed).toBe("ACK timeout");
  });

  test("who does not know the secret can neither connect nor take calls nor send", async () => {
    const refused = openApplication(bench.engine.drachtio, "guessed");
    await expect(refused).rejects.toThrow();
    const stranger = await bench.stranger();

    expect((await stranger.ask("route|invite"))[0]).toBe("NO");
    await stranger.closed;
  });
});

describe("drachtio-srf is told by session timers that", () => {
  test("nobody answers the refresh any more", async () => {
    const { dialog } = await talking({ "Session-Expires": "90;refresher=uas" });
    bench.clock.advance(45_000);
    const refresh = await peer.request("INVITE");
    bench.clock.advance(32_000);

    expect(await dialog.destroyed).toBe("Session timer expired");
    expect(refresh.body.toString()).toBe(sdp);
  });

  test("the caller, who was to refresh, has not", async () => {
    const headers = ["Supported: timer", "Session-Expires: 90;refresher=uac"];
    const { dialog } = await talking({}, headers);

    bench.clock.advance(90_000);

    expect(await dialog.destroyed).toBe("Session timer expired");
  });
});

describe("drachtio-srf with reliable provisional responses", () => {
  test("sends one, hears of its PRACK, and answers it", async () => {
    const invite = await invited(["Supported: 100rel"]);
    const acknowledged = invite.progress();
    await peer.status(); // 100
    const progress = await peer.next();
    const headers = [`RAck: ${headerValue(progress, "RSeq") ?? ""} 1 INVITE`];
    const toTag = tagOf(progress);
    peer.send(peer.write("PRACK", { toTag, cseq: 2, branch: "z9hG4bK-prack", headers }));
    await acknowledged;

    expect(await statuses(1)).toEqual(["2 PRACK 200"]);
    invite.refuse(486);
  });

  test("is told where the caller does not know them", async () => {
    const invite = await invited();

    await expect(invite.progress()).rejects.toThrow();
    invite.refuse(486);
  });

  test("acknowledges one of the other side", async () => {
    const call = app.dial(target(), sdp, { headers: { Supported: "100rel" } });
    const invite = await peer.request("INVITE");
    const contact = `Contact: <${target("gateway")}>`;
    peer.answer(invite, 183, ["RSeq: 777", "Require: 100rel", contact]);
    const prack = await peer.request("PRACK");
    peer.answer(prack, 200);
    peer.answer(invite, 200, [contact]);
    await call.answered;
    await peer.request("ACK");

    expect(headerValue(prack, "RAck")).toBe(`777 ${headerValue(invite, "CSeq") ?? ""}`);
    expect(prack).toMatchObject({ uri: target("gateway") });
    expect(call.progress).toEqual([183]);
  });
});

/** A call of the peer's, as the application gets it. */
async function invited(headers: readonly string[] = []): Promise<SrfInvite> {
  const arriving = app.nextInvite();
  peer.send(peer.write("INVITE", { headers }));
  return arriving;
}

/** The same, answered and confirmed. */
async function talking(
  given: Record<string, string> = {},
  headers: readonly string[] = [],
): Promise<{
  readonly dialog: Awaited<ReturnType<SrfInvite["answer"]>>;
  readonly answer: SipMessage;
  readonly toTag: string;
}> {
  const invite = await invited(headers);
  const dialog = await invite.answer(sdp, given);
  await peer.status(); // 100
  const answer = await peer.next();
  const toTag = tagOf(answer);
  peer.send(peer.write("ACK", { toTag, branch: "z9hG4bK-ack" }));
  await dialog.acknowledged;
  return { dialog, answer, toTag };
}

/** A re-INVITE into a call that the application made, from another Contact. */
function moved(invite: SipMessage, localTag: string): string {
  return peer
    .write("INVITE", {
      callId: headerValue(invite, "Call-ID") ?? "",
      toTag: localTag,
      branch: "z9hG4bK-moved",
      body: sdp,
      headers: ["Content-Type: application/sdp"],
    })
    .replace(/From: .*/, `From: ${headerValue(invite, "To") ?? ""};tag=callee`)
    .replace(/Contact: .*/, `Contact: <${target("two")}>`);
}

/** So many responses that came, each as its CSeq and status. */
async function statuses(count: number): Promise<readonly string[]> {
  const found: string[] = [];
  while (found.length < count) {
    const message = await peer.next();
    if (message.kind === "response") {
      found.push(`${headerValue(message, "CSeq") ?? ""} ${String(message.status)}`);
    }
  }
  return found;
}

async function closedPort(): Promise<number> {
  const closed = await bench.peer();
  closed.close();
  return closed.port;
}

function target(user = "callee"): string {
  return `sip:${user}@127.0.0.1:${String(peer.port)}`;
}

function tagOf(message: SipMessage): string {
  return /;tag=(\w+)$/.exec(headerValue(message, "To") ?? "")?.[1] ?? "";
}

function cseqOf(message: SipMessage): number {
  return Number(headerValue(message, "CSeq")?.split(" ")[0]);
}
