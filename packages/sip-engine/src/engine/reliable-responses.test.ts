import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { headerValue, type SipMessage } from "../message/sip-message.ts";
import { type App, EngineBench, type Passed, type Peer } from "../testing/engine-bench.ts";

const reliable = ["Require: 100rel"];

let bench: EngineBench;
let peer: Peer;
let app: App;

beforeEach(async () => {
  bench = await EngineBench.open();
  peer = await bench.peer();
  app = await bench.app("invite");
});
afterEach(async () => {
  await bench.close();
  expect(bench.clock.pendingCount).toBe(0);
});

describe("a reliable provisional response", () => {
  test.each(["Supported", "Require"])(
    "is numbered for a caller that says so in %s",
    async (name) => {
      const { ringing } = await rung([`${name}: timer, 100rel`]);

      expect(headerValue(ringing, "Require")).toBe("100rel");
      expect(Number(headerValue(ringing, "RSeq"))).toBeGreaterThan(0);
      expect(headerValue(ringing, "Contact")).toBe(`<sip:${bench.engine.sip}>`);
    },
  );

  test("is not sent to a caller that does not know them", async () => {
    peer.send(peer.write("INVITE"));
    const invite = await app.passedOn();

    expect(await app.respond(invite, 183, reliable)).toEqual([
      "NOK",
      "Remote endpoint does not support 100rel",
    ]);
    expect((await app.respond(invite, 180))[0]).toBe("OK");
  });

  test("is repeated with longer and longer waits until its PRACK comes, which is passed on", async () => {
    const { ringing } = await rung();
    bench.clock.advance(500);
    bench.clock.advance(1_000);
    expect([await peer.status(), await peer.status()]).toEqual([183, 183]);

    peer.send(prack(ringing));
    const passed = await app.passedOn();
    await app.respond(passed, 200);
    expect(await peer.status()).toBe(200);
    bench.clock.advance(31_000);

    expect(passed.sip).toMatch(/^PRACK /);
    expect(passed.dialogId).toBe("call-1@127.0.0.1;from-tag=theirs");
    expect(peer.unread).toBe(0);
  });

  test("waits until the one before it has its PRACK, and has the number after it", async () => {
    const { invite, ringing } = await rung();
    await app.respond(invite, 180, reliable);
    expect(peer.unread).toBe(0);

    peer.send(prack(ringing));
    await app.respond(await app.passedOn(), 200);
    const responses = [await peer.next(), await peer.next()];

    const next = responses.find((each) => each.kind === "response" && each.status === 180);
    expect(Number(next === undefined ? 0 : headerValue(next, "RSeq"))).toBe(
      Number(headerValue(ringing, "RSeq")) + 1,
    );
  });

  test.each([
    ["another number", "1 1 INVITE"],
    ["another request", "RSEQ 2 INVITE"],
    ["another method", "RSEQ 1 UPDATE"],
    ["nothing", ""],
  ])("is not acknowledged by a PRACK for %s", async (_, rack) => {
    const { ringing } = await rung();

    peer.send(prack(ringing, rack.replace("RSEQ", headerValue(ringing, "RSeq") ?? "")));

    expect(await peer.status()).toBe(481);
    expect(app.unread).toBe(0);
  });

  test("holds the answer back until its PRACK has been answered", async () => {
    const { invite, ringing } = await rung();
    const echo = await app.respond(invite, 200);
    expect(echo[0]).toBe("OK");
    expect(peer.unread).toBe(0);
    expect((await app.respond(invite, 486))[0]).toBe("NOK"); // it has been answered

    peer.send(prack(ringing));
    const passed = await app.passedOn();
    expect(peer.unread).toBe(0);
    await app.respond(passed, 200);
    const answers = [await peer.next(), await peer.next()];
    const toTag = tagOf(ringing);
    peer.send(peer.write("ACK", { toTag, branch: "z9hG4bK-ack" }));

    expect(answers.map((each) => headerValue(each, "CSeq"))).toEqual(["2 PRACK", "1 INVITE"]);
    expect((await app.passedOn()).sip).toMatch(/^ACK /);
    expect(bench.engine.state()).toMatchObject({ dialogs: 1, unacknowledged: 0 });
  });

  test("does not hold a refusal back", async () => {
    const { invite } = await rung();

    await app.respond(invite, 486);

    expect(await peer.status()).toBe(486);
    expect(bench.engine.state().dialogs).toBe(0);
  });

  test("without its PRACK for 32 seconds ends the INVITE with 504", async () => {
    const { invite } = await rung();

    bench.clock.advance(32_000);

    while ((await peer.status()) === 183);
    expect((await app.respond(invite, 200))[0]).toBe("NOK");
    expect(bench.engine.state().dialogs).toBe(0);
  });

  test.each([
    [
      "whose PRACK never comes",
      () => {
        bench.clock.advance(32_000);
      },
    ],
    [
      "that is cancelled",
      () => {
        peer.send(peer.write("CANCEL"));
      },
    ],
  ])("behind which an answer waits, %s: the application hears of a BYE", async (_, disturb) => {
    const { invite } = await rung();
    await app.respond(invite, 200);

    disturb();
    const told = await app.passedOn();

    expect(told.transactionId).toBe("unsolicited");
    expect(told.sip).toMatch(/^BYE /);
    expect(bench.engine.state().dialogs).toBe(0);
  });

  test("of an application that is gone leaves nothing behind", async () => {
    await rung();

    app.close();
    while (bench.engine.state().applications > 0) await turn();

    expect(bench.engine.state()).toMatchObject({ dialogs: 0, openTransactions: 0 });
  });
});

describe("a reliable provisional response of theirs", () => {
  test("is passed on once however often it comes, and its PRACK goes to their Contact", async () => {
    const invite = await dialled();
    progress(invite, 777);
    const progressed = await app.passedOn();
    progress(invite, 777);

    await app.ask(
      `sip||${progressed.dialogId}\r\nPRACK sip:x SIP/2.0\r\nRAck: 777 1 INVITE\r\n\r\n`,
    );
    const request = await peer.request("PRACK");
    peer.answer(request, 200);
    const answered = await app.passedOn();

    expect(progressed.sip).toMatch(/^SIP\/2.0 183/);
    expect(request).toMatchObject({ uri: `sip:gw@127.0.0.1:${String(peer.port)}` });
    expect(headerValue(request, "CSeq")).toBe("2 PRACK");
    expect(headerValue(request, "RAck")).toBe("777 1 INVITE");
    expect(answered.sip).toMatch(/^SIP\/2.0 200/);
  });

  test("is passed on in its order only", async () => {
    const invite = await dialled();
    for (const rseq of [10, 12, 11, 12]) progress(invite, rseq);

    const passed = [await app.passedOn(), await app.passedOn(), await app.passedOn()];

    expect(passed.map(({ sip }) => /RSeq: (\d+)/.exec(sip)?.[1])).toEqual(["10", "11", "12"]);
    expect(app.unread).toBe(0);
  });
});

describe("a BYE before the answer", () => {
  test("ends the INVITE with 487, and is told as a CANCEL", async () => {
    const { invite, ringing } = await rung();

    peer.send(peer.write("BYE", { toTag: tagOf(ringing), cseq: 2, branch: "z9hG4bK-bye" }));
    const told = await app.passedOn();
    const statuses = [await peer.next(), await peer.next()].map(
      (each) =>
        `${headerValue(each, "CSeq") ?? ""} ${each.kind === "response" ? String(each.status) : ""}`,
    );

    expect(told.sip).toMatch(/^CANCEL /);
    expect(told.transactionId).toBe(invite.transactionId);
    expect(statuses).toEqual(["1 INVITE 487", "2 BYE 200"]);
    expect(bench.engine.state()).toMatchObject({ dialogs: 0, openTransactions: 0 });
  });

  test("with an answer on the way is an ordinary BYE to the application", async () => {
    const { invite, ringing } = await rung();
    await app.respond(invite, 200); // waits for the PRACK

    peer.send(peer.write("BYE", { toTag: tagOf(ringing), cseq: 2, branch: "z9hG4bK-bye" }));
    const told = await app.passedOn();
    await app.respond(told, 200);

    expect(told.sip).toMatch(/^BYE /);
    expect(bench.engine.state()).toMatchObject({ dialogs: 0, openTransactions: 0 });
  });
});

/** A call of theirs that the application lets progress reliably. */
async function rung(
  headers: readonly string[] = ["Supported: 100rel"],
): Promise<{ readonly invite: Passed; readonly ringing: SipMessage }> {
  peer.send(peer.write("INVITE", { headers }));
  const invite = await app.passedOn();
  await app.respond(invite, 183, reliable);
  await peer.status();
  return { invite, ringing: await peer.next() };
}

function prack(
  ringing: SipMessage,
  rack = `${headerValue(ringing, "RSeq") ?? ""} 1 INVITE`,
): string {
  const headers = [`RAck: ${rack}`];
  return peer.write("PRACK", { toTag: tagOf(ringing), cseq: 2, branch: "z9hG4bK-prack", headers });
}

async function dialled(): Promise<SipMessage> {
  const target = `sip:callee@127.0.0.1:${String(peer.port)}`;
  await app.ask(`sip||\r\nINVITE ${target} SIP/2.0\r\nSupported: 100rel\r\n\r\n`);
  return peer.request("INVITE");
}

function progress(invite: SipMessage, rseq: number): void {
  const contact = `Contact: <sip:gw@127.0.0.1:${String(peer.port)}>`;
  peer.answer(invite, 183, [`RSeq: ${String(rseq)}`, "Require: 100rel", contact]);
}

function tagOf(message: SipMessage): string {
  return /;tag=(\w+)$/.exec(headerValue(message, "To") ?? "")?.[1] ?? "";
}

function turn(): Promise<void> {
  return new Promise((resolve) => setImmediate(resolve));
}
