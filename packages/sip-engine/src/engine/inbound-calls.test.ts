import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { headerValue } from "../message/sip-message.ts";
import { type App, EngineBench, type Passed, type Peer } from "../testing/engine-bench.ts";

let bench: EngineBench;
let peer: Peer;
let app: App;

beforeEach(async () => {
  bench = await EngineBench.open();
  peer = await bench.peer();
  app = await bench.app("invite", "options");
});
afterEach(async () => {
  await bench.close();
  expect(bench.clock.pendingCount).toBe(0);
});

describe("an INVITE", () => {
  test("is told to wait at once, and passed on with where it came from", async () => {
    peer.send(peer.write("INVITE"));

    const passed = await app.passedOn();

    expect(await peer.status()).toBe(100);
    expect(passed).toMatchObject({
      source: "network",
      protocol: "udp",
      address: "127.0.0.1",
      port: String(peer.port),
      dialogId: "",
    });
    expect(passed.sip).toContain(`;rport=${String(peer.port)}`);
  });

  test("that comes again gets the last response again, and is passed on once", async () => {
    const request = peer.write("INVITE");
    peer.send(request);
    const passed = await app.passedOn();
    await app.respond(passed, 180);

    peer.send(request);

    expect([await peer.status(), await peer.status(), await peer.status()]).toEqual([
      100, 180, 180,
    ]);
    expect(app.unread).toBe(0);
  });

  test("has one tag of ours in all responses, and a Contact in the one that answers", async () => {
    peer.send(peer.write("INVITE", { headers: ["Record-Route: <sip:127.0.0.1:9;lr>"] }));
    const passed = await app.passedOn();
    await app.respond(passed, 180);
    const echo = await app.respond(passed, 200);

    await peer.status();
    const [ringing, answered] = [await peer.next(), await peer.next()];
    expect(headerValue(ringing, "To")).toMatch(/;tag=\w+$/);
    expect(headerValue(answered, "To")).toBe(headerValue(ringing, "To"));
    expect(headerValue(answered, "Contact")).toBe(`<sip:${bench.engine.sip}>`);
    expect(headerValue(ringing, "Contact")).toBeNull();
    expect(headerValue(answered, "Record-Route")).toBe("<sip:127.0.0.1:9;lr>");
    expect(echo[0]).toBe("OK");
    expect(echo).toContain("call-1@127.0.0.1;from-tag=theirs");
  });

  test("that nobody answers for three minutes is refused", async () => {
    peer.send(peer.write("INVITE"));
    await app.passedOn();

    bench.clock.advance(180_000);

    expect([await peer.status(), await peer.status()]).toEqual([100, 408]);
  });

  test("without an application is told to come again", async () => {
    app.close();
    await app.closed;
    await gone();

    peer.send(peer.write("INVITE"));
    const refused = await peer.next();

    expect(refused).toMatchObject({ kind: "response", status: 503 });
    expect(headerValue(refused, "Retry-After")).toBe("5");
  });

  test("goes to the applications in turn", async () => {
    const other = await bench.app("invite");

    for (const callId of ["a", "b", "c", "d"]) {
      peer.send(peer.write("INVITE", { callId, branch: `z9hG4bK-${callId}` }));
    }

    const calls = await Promise.all([
      app.passedOn(),
      app.passedOn(),
      other.passedOn(),
      other.passedOn(),
    ]);
    expect(new Set(calls.map(({ transactionId }) => transactionId)).size).toBe(4);
  });
});

describe("an answer", () => {
  test("is repeated until its ACK comes, which is told", async () => {
    const passed = await answered();
    bench.clock.advance(500);
    bench.clock.advance(1_000);
    const repeated = [await peer.status(), await peer.status()];
    const tag = await localTag();

    peer.send(peer.write("ACK", { toTag: tag, branch: "z9hG4bK-ack" }));
    const ack = await app.passedOn();
    bench.clock.advance(31_000);

    expect(repeated).toEqual([200, 200]);
    expect(ack).toMatchObject({
      protocol: "",
      transactionId: passed.transactionId,
      dialogId: "call-1@127.0.0.1;from-tag=theirs",
    });
    expect(peer.unread).toBe(0);
    expect(bench.engine.state()).toMatchObject({ dialogs: 1, unacknowledged: 0 });
  });

  test("without an ACK is taken back by BYE after 32 seconds, and the application is told", async () => {
    await answered();

    bench.clock.advance(32_000);
    const bye = await app.passedOn();

    expect(bye).toMatchObject({ source: "application", transactionId: "unsolicited" });
    expect(bye.sip).toMatch(/^BYE /);
    expect(bye.sip).toContain('Reason: SIP;cause=200;text="ACK timeout"');
    expect(bench.engine.state()).toMatchObject({ dialogs: 0, unacknowledged: 0 });
  });

  test("to a request that is over is not sent", async () => {
    const passed = await answered();

    expect(await app.respond(passed, 200)).toEqual([
      "NOK",
      "Response not sent due to unknown transaction",
    ]);
  });

  test("of another application is not sent", async () => {
    const other = await bench.app();
    peer.send(peer.write("INVITE"));
    const passed = await app.passedOn();

    expect((await other.respond(passed, 200))[0]).toBe("NOK");
  });

  test("that wants to be confirmed while it rings is not sent: 100rel is not spoken here", async () => {
    peer.send(peer.write("INVITE"));
    const passed = await app.passedOn();

    expect((await app.respond(passed, 183, ["Require: 100rel"]))[0]).toBe("NOK");
  });

  test("has localhost replaced by our own address, and the application's own tag", async () => {
    peer.send(peer.write("INVITE"));
    const passed = await app.passedOn();
    await app.respond(passed, 200, [
      "Contact: sip:gateway@localhost",
      "To: <sip:+14155550100@127.0.0.1>;tag=chosen",
    ]);

    await peer.status();
    const answer = await peer.next();
    expect(headerValue(answer, "Contact")).toBe(`<sip:gateway@${bench.engine.sip}>`);
    expect(headerValue(answer, "To")).toContain(";tag=chosen");
  });
});

describe("a refusal", () => {
  test("is repeated until its ACK, of which the application hears nothing", async () => {
    peer.send(peer.write("INVITE"));
    await app.respond(await app.passedOn(), 404);
    bench.clock.advance(500);
    await peer.status();
    const refused = [await peer.status(), await peer.status()];

    peer.send(peer.write("ACK", { toTag: "x" }));
    await settled();
    bench.clock.advance(4_000);

    expect(refused).toEqual([404, 404]);
    expect(peer.unread).toBe(0);
    expect(app.unread).toBe(0);
  });
});

describe("a CANCEL", () => {
  test("ends the INVITE with 487 and is told; what the application answers then is not sent", async () => {
    peer.send(peer.write("INVITE"));
    const passed = await app.passedOn();
    await app.respond(passed, 180);

    peer.send(peer.write("CANCEL"));
    const cancel = await app.passedOn();
    const late = await app.respond(passed, 200);

    const statuses = [];
    for (let count = 0; count < 4; count += 1) statuses.push(await peer.status());
    expect(statuses).toEqual([100, 180, 200, 487]);
    expect(cancel.transactionId).toBe(passed.transactionId);
    expect(cancel.dialogId).toBe("call-1@127.0.0.1;from-tag=theirs");
    expect(late).toEqual(["NOK", "Response not sent due to unknown transaction"]);
  });

  test("of nothing is 481, and one that comes after the answer changes nothing", async () => {
    peer.send(peer.write("CANCEL", { branch: "z9hG4bK-none" }));
    const unknown = await peer.status();
    await answered();
    const tag = await localTag();
    peer.send(peer.write("CANCEL"));
    const late = await peer.next();

    expect([unknown, late]).toEqual([481, expect.objectContaining({ status: 200 })]);
    expect(headerValue(late, "To")).toContain(`;tag=${tag}`); // RFC 3261 section 9.2
    expect(app.unread).toBe(0);
    expect(bench.engine.state().dialogs).toBe(1);
  });
});

describe("a request in a dialog", () => {
  let tag: string;

  beforeEach(async () => {
    await answered();
    tag = await localTag();
    peer.send(peer.write("ACK", { toTag: tag, branch: "z9hG4bK-ack" }));
    await app.passedOn();
  });

  test("is passed on, a BYE ends the dialog", async () => {
    peer.send(peer.write("BYE", { toTag: tag, cseq: 2, branch: "z9hG4bK-bye" }));
    const bye = await app.passedOn();
    await app.respond(bye, 200);

    expect(bye.dialogId).toBe("call-1@127.0.0.1;from-tag=theirs");
    expect(await peer.status()).toBe(200);
    expect(bench.engine.state().dialogs).toBe(0);
  });

  test("that changes the session is answered, and its ACK is told under a name of its own", async () => {
    peer.send(peer.write("INVITE", { toTag: tag, cseq: 2, branch: "z9hG4bK-re" }));
    const again = await app.passedOn();
    await app.respond(again, 200);
    peer.send(peer.write("ACK", { toTag: tag, cseq: 2, branch: "z9hG4bK-ack2" }));
    const ack = await app.passedOn();

    expect([await peer.status(), await peer.status()]).toEqual([100, 200]);
    expect(ack.transactionId).not.toBe(again.transactionId);
    expect(ack.dialogId).toBe("call-1@127.0.0.1;from-tag=theirs");
  });

  test("with a number that was used before is out of order", async () => {
    peer.send(peer.write("INFO", { toTag: tag, cseq: 1, branch: "z9hG4bK-info" }));

    expect(await peer.status()).toBe(500);
    expect(app.unread).toBe(0);
  });

  test.each([
    ["of another tag", { toTag: "another" }],
    ["of another call", { toTag: "any", callId: "call-2" }],
  ])("%s is 481", async (_, parts) => {
    peer.send(peer.write("BYE", { cseq: 2, branch: "z9hG4bK-x", ...parts }));

    expect(await peer.status()).toBe(481);
  });

  test("is 481 when its application is gone, and after 32 seconds its caller hears BYE", async () => {
    app.close();
    await app.closed;
    await gone();
    peer.send(peer.write("INFO", { toTag: tag, cseq: 2, branch: "z9hG4bK-info" }));
    const refused = await peer.status();

    bench.clock.advance(32_000);
    const bye = await peer.request("BYE");

    expect(refused).toBe(481);
    expect(headerValue(bye, "Reason")).toContain("Application lost");
    expect(bench.engine.state().dialogs).toBe(0);
  });

  test("may be sent by an application that came back, by the name of the dialog", async () => {
    app.close();
    await app.closed;
    await gone();
    const back = await bench.app("invite");

    back.tell("sip||call-1@127.0.0.1;from-tag=theirs\r\nBYE sip:placeholder SIP/2.0\r\n\r\n");
    const bye = await peer.request("BYE");
    peer.answer(bye, 200);

    expect(headerValue(bye, "To")).toContain(";tag=theirs");
    expect((await back.next()).tokens[3]).toBe("OK");
    expect((await back.passedOn()).sip).toMatch(/^SIP\/2.0 200/);
    expect(bench.engine.state()).toMatchObject({ dialogs: 0, openTransactions: 0 });
  });
});

describe("an application that goes away", () => {
  test("leaves its unanswered INVITE to be refused at once", async () => {
    peer.send(peer.write("INVITE"));
    await app.passedOn();

    app.close();

    expect([await peer.status(), await peer.status()]).toEqual([100, 503]);
  });
});

test.each([
  ["BYE", 481],
  ["UPDATE", 481],
  ["REFER", 481],
  ["REGISTER", 503],
  ["TELEPORT", 501],
])("a %s outside of any dialog is %i", async (method, status) => {
  peer.send(peer.write(method));

  expect(await peer.status()).toBe(status);
});

test("a request that lacks what it must have is told so, when it can be told at all", async () => {
  peer.send(peer.write("OPTIONS").replace(/Call-ID: .*\r\n/, ""));

  expect(await peer.status()).toBe(400);
});

test("OPTIONS are answered by the application, with no dialog", async () => {
  peer.send(peer.write("OPTIONS"));
  const echo = await app.respond(await app.passedOn(), 200);

  expect(await peer.status()).toBe(200);
  expect(echo[0]).toBe("OK");
  expect(bench.engine.state().dialogs).toBe(0);
});

let lastTo: string;

/** A call that the application has answered; the answer has been read. */
async function answered(): Promise<Passed> {
  peer.send(peer.write("INVITE"));
  const passed = await app.passedOn();
  await app.respond(passed, 200);
  await peer.status();
  lastTo = headerValue(await peer.next(), "To") ?? "";
  return passed;
}

function localTag(): Promise<string> {
  return Promise.resolve(/;tag=(\w+)$/.exec(lastTo)?.[1] ?? "");
}

/** Waits until the engine has noticed that the application is gone. */
async function gone(): Promise<void> {
  while (bench.engine.state().applications > 0) await settled();
}

/** Lets what is under way on loopback arrive: a request behind it has been answered. */
async function settled(): Promise<void> {
  const other = await bench.peer();
  other.send(other.write("TELEPORT", { branch: `z9hG4bK-${String(other.port)}` }));
  await other.status();
}
