import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { headerValue, type SipMessage } from "../message/sip-message.ts";
import { type App, EngineBench, type Peer } from "../testing/engine-bench.ts";

let bench: EngineBench;
let peer: Peer;
let app: App;

beforeEach(async () => {
  bench = await EngineBench.open();
  peer = await bench.peer();
  app = await bench.app();
});
afterEach(async () => {
  await bench.close();
  expect(bench.clock.pendingCount).toBe(0);
});

describe("an application's INVITE", () => {
  test("goes out complete, and its echo comes before any response", async () => {
    const { invite, echo } = await dial(["From: sip:+14155550100@localhost", "X-Call: 42"]);
    peer.answer(invite, 180);

    const ringing = await app.passedOn();
    expect(echo[0]).toBe("OK");
    expect(echo).toContain("Msg sent:");
    expect(headerValue(invite, "Via")).toMatch(/;rport;branch=z9hG4bK/);
    expect(headerValue(invite, "From")).toMatch(
      new RegExp(`^<sip:\\+14155550100@${bench.engine.sip}>;tag=`),
    );
    expect(headerValue(invite, "Contact")).toBe(`<sip:${bench.engine.sip}>`);
    expect(headerValue(invite, "Max-Forwards")).toBe("70");
    expect(headerValue(invite, "X-Call")).toBe("42");
    expect(ringing.transactionId).toBe(transactionOf(echo));
    expect(ringing.dialogId).toMatch(/;from-tag=/);
  });

  test("keeps Call-ID, tag and number that the application chose, for its second try", async () => {
    const { invite } = await dial([
      "Call-ID: chosen@127.0.0.1",
      "From: <sip:a@127.0.0.1>;tag=mine",
      "CSeq: 7 INVITE",
    ]);

    expect(headerValue(invite, "Call-ID")).toBe("chosen@127.0.0.1");
    expect(headerValue(invite, "From")).toBe("<sip:a@127.0.0.1>;tag=mine");
    expect(headerValue(invite, "CSeq")).toBe("7 INVITE");
  });

  test("is repeated with longer and longer waits, and given up after 32 seconds with 408", async () => {
    await dial();

    bench.clock.advance(500);
    await peer.request("INVITE");
    bench.clock.advance(1_000);
    await peer.request("INVITE");
    bench.clock.advance(30_500);
    const failed = await app.passedOn();

    expect(failed.sip).toMatch(/^SIP\/2.0 408/);
    expect(failed).toMatchObject({ source: "network", address: "", port: "0" });
    expect(bench.engine.state()).toMatchObject({ openTransactions: 0, dialogs: 0 });
  });

  test("that rings is not repeated, and may ring as long as the application likes", async () => {
    const { invite } = await dial();
    peer.answer(invite, 180);
    await app.passedOn();

    bench.clock.advance(120_000);

    expect(peer.unread).toBe(0);
    expect(bench.engine.state().openTransactions).toBe(1);
  });

  test("that is refused is acknowledged by the engine, and the application's own ACK is not sent", async () => {
    const { invite } = await dial();
    peer.answer(invite, 486);
    const refused = await app.passedOn();
    const ack = await peer.request("ACK");

    const own = await app.ask(`sip||${refused.dialogId}\r\nACK sip:x SIP/2.0\r\n\r\n`);

    expect(headerValue(ack, "Via")).toBe(headerValue(invite, "Via"));
    expect(headerValue(ack, "To")).toContain(";tag=callee");
    expect(own[0]).toBe("NOK");
    expect(bench.engine.state().dialogs).toBe(0);
  });

  test("that is answered makes a dialog along its route; the ACK is sent again when the answer is", async () => {
    const { invite } = await dial();
    answer(invite, [`Record-Route: <sip:127.0.0.1:${String(peer.port)};lr>`]);
    const answered = await app.passedOn();
    const echo = await app.ask(`sip||${answered.dialogId}\r\nACK sip:x SIP/2.0\r\n\r\n`);
    const ack = await peer.request("ACK");
    answer(invite);
    const again = await peer.request("ACK");

    expect(echo[0]).toBe("OK");
    expect(headerValue(ack, "Route")).toBe(`<sip:127.0.0.1:${String(peer.port)};lr>`);
    expect(ack).toMatchObject({ uri: `sip:callee@127.0.0.1:${String(peer.port)}` });
    expect(headerValue(ack, "CSeq")).toBe(headerValue(invite, "CSeq")?.replace("INVITE", "ACK"));
    expect(again).toEqual(ack);
    expect(bench.engine.state().dialogs).toBe(1);
  });

  test("that is answered without a Contact is confirmed, ended, and told as a failure", async () => {
    const { invite } = await dial();
    peer.answer(invite, 200);

    await peer.request("ACK");
    const bye = await peer.request("BYE");
    peer.answer(bye, 200);
    expect((await app.passedOn()).sip).toMatch(/^SIP\/2.0 502/);
    expect(bench.engine.state().dialogs).toBe(0);
  });

  test.each([
    ["sips:callee@127.0.0.1", "requested protocol/transport not available"],
    ["tel:+14155550100", "requested protocol/transport not available"],
    ["sip:callee@127.0.0.1:9;transport=tls", "requested protocol/transport not available"],
    ["SELF", "can not send request to myself"],
  ])("to %s is not sent: %s", async (uri, reason) => {
    const target = uri === "SELF" ? `sip:x@${bench.engine.sip}` : uri;

    expect(await app.ask(`sip||\r\nINVITE ${target} SIP/2.0\r\n\r\n`)).toEqual(["NOK", reason]);
  });
});

describe("an application's CANCEL", () => {
  test("waits for a provisional response, and then ends the INVITE", async () => {
    const { invite, echo } = await dial();
    const cancelEcho = await cancel(echo);
    expect(peer.unread).toBe(0);

    peer.answer(invite, 180);
    await app.passedOn();
    const request = await peer.request("CANCEL");
    peer.answer(request, 200);
    peer.answer(invite, 487);
    await peer.request("ACK");

    expect(cancelEcho[0]).toBe("OK");
    expect(headerValue(request, "Via")).toBe(headerValue(invite, "Via"));
    expect((await app.passedOn()).sip).toMatch(/^SIP\/2.0 487/);
  });

  test("that crosses the answer confirms and ends the call, and is told as cancelled", async () => {
    const { invite, echo } = await dial();
    peer.answer(invite, 180);
    await app.passedOn();
    await cancel(echo);
    await peer.request("CANCEL");
    answer(invite);

    await peer.request("ACK");
    const bye = await peer.request("BYE");
    peer.answer(bye, 200);
    expect((await app.passedOn()).sip).toMatch(/^SIP\/2.0 487/);
    expect(bench.engine.state().dialogs).toBe(0);
  });

  test("is over after 32 seconds even when nobody answers it", async () => {
    const { invite, echo } = await dial();
    peer.answer(invite, 180);
    await app.passedOn();
    await cancel(echo);

    bench.clock.advance(32_000);

    expect((await app.passedOn()).sip).toMatch(/^SIP\/2.0 487/);
  });

  test("that had to wait is over 32 seconds after it was sent, when nobody answers it", async () => {
    const { invite, echo } = await dial();
    await cancel(echo);
    peer.answer(invite, 180);
    await app.passedOn();
    await peer.request("CANCEL");

    bench.clock.advance(32_000);

    expect((await app.passedOn()).sip).toMatch(/^SIP\/2.0 487/);
    expect(bench.engine.state().openTransactions).toBe(0);
  });

  test("of nothing is not sent", async () => {
    expect((await app.ask("sip|none|\r\nCANCEL sip:x SIP/2.0\r\n\r\n"))[0]).toBe("NOK");
  });
});

describe("a request in a dialog", () => {
  test("counts up, and a BYE ends it", async () => {
    const { invite } = await dial();
    answer(invite);
    const { dialogId } = await app.passedOn();
    await app.ask(`sip||${dialogId}\r\nACK sip:x SIP/2.0\r\n\r\n`);
    await peer.request("ACK");

    await app.ask(`sip||${dialogId}\r\nINFO sip:placeholder SIP/2.0\r\n\r\n`);
    const info = await peer.request("INFO");
    peer.answer(info, 200);
    await app.passedOn();
    await app.ask(`sip||${dialogId}\r\nBYE sip:placeholder SIP/2.0\r\n\r\n`);
    const bye = await peer.request("BYE");
    peer.answer(bye, 200);
    await app.passedOn();

    const first = Number(headerValue(invite, "CSeq")?.split(" ")[0]);
    expect(headerValue(info, "CSeq")).toBe(`${String(first + 1)} INFO`);
    expect(headerValue(bye, "CSeq")).toBe(`${String(first + 2)} BYE`);
    expect(bench.engine.state()).toMatchObject({ dialogs: 0, openTransactions: 0 });
  });

  test("that is not there is not sent", async () => {
    expect(await app.ask("sip||none\r\nBYE sip:placeholder SIP/2.0\r\n\r\n")).toEqual([
      "NOK",
      "Server error: unable to find dialog for dialog id provided",
    ]);
  });
});

async function dial(
  headers: readonly string[] = [],
): Promise<{ invite: SipMessage; echo: readonly string[] }> {
  const lines = [`INVITE sip:callee@127.0.0.1:${String(peer.port)} SIP/2.0`, ...headers, "", ""];
  const echo = await app.ask(`sip||\r\n${lines.join("\r\n")}`);
  return { echo, invite: await peer.request("INVITE") };
}

function answer(invite: SipMessage, headers: readonly string[] = []): void {
  peer.answer(invite, 200, [`Contact: <sip:callee@127.0.0.1:${String(peer.port)}>`, ...headers]);
}

function cancel(echo: readonly string[]): Promise<readonly string[]> {
  return app.ask(`sip|${transactionOf(echo)}|\r\nCANCEL sip:x SIP/2.0\r\n\r\n`);
}

/** The transaction's id stands before the words that close an echo. */
function transactionOf(echo: readonly string[]): string {
  return echo[echo.indexOf("Msg sent:") - 1] ?? "";
}
