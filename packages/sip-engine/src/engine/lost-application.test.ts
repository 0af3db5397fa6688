import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { headerValue, type SipMessage } from "../message/sip-message.ts";
import { type App, EngineBench, type Peer } from "../testing/engine-bench.ts";

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

describe("the INVITE of an application that goes away", () => {
  test("is cancelled, so that nobody's telephone rings on", async () => {
    const invite = await dialled();
    peer.answer(invite, 180);
    await app.passedOn();

    app.close();
    const cancel = await peer.request("CANCEL");
    peer.answer(cancel, 200);
    peer.answer(invite, 487);
    await peer.request("ACK");

    expect(headerValue(cancel, "Via")).toBe(headerValue(invite, "Via"));
    expect(headerValue(cancel, "Reason")).toContain("Application lost");
    expect(bench.engine.state()).toMatchObject({ openTransactions: 0, dialogs: 0 });
  });

  test("is confirmed and ended when it is answered all the same", async () => {
    const invite = await dialled();
    peer.answer(invite, 180);
    await app.passedOn();
    app.close();
    await peer.request("CANCEL");

    peer.answer(invite, 200, [`Contact: <sip:callee@127.0.0.1:${String(peer.port)}>`]);
    await peer.request("ACK");
    peer.answer(await peer.request("BYE"), 200);

    await until(() => bench.engine.state().openTransactions === 1); // the CANCEL, unanswered
    expect(bench.engine.state().dialogs).toBe(0);
  });

  test("is over after 32 seconds when nobody hears it", async () => {
    await dialled();
    app.close();
    await until(() => bench.engine.state().applications === 0);

    bench.clock.advance(32_000);

    expect(bench.engine.state()).toMatchObject({ openTransactions: 0, transactions: 0 });
  });
});

describe("a call of an application that went away", () => {
  test("is over when its caller hangs up, and nothing more is sent to him", async () => {
    peer.send(peer.write("INVITE"));
    await app.respond(await app.passedOn(), 200);
    await peer.status();
    const toTag = /;tag=(\w+)$/.exec(headerValue(await peer.next(), "To") ?? "")?.[1] ?? "";
    peer.send(peer.write("ACK", { toTag, branch: "z9hG4bK-ack" }));
    await app.passedOn();
    app.close();
    await until(() => bench.engine.state().applications === 0);

    peer.send(peer.write("BYE", { toTag, cseq: 2, branch: "z9hG4bK-bye" }));

    expect(await peer.status()).toBe(481);
    expect(bench.engine.state().dialogs).toBe(0);
    bench.clock.advance(32_000);
    expect(peer.unread).toBe(0);
  });
});

async function dialled(): Promise<SipMessage> {
  await app.ask(`sip||\r\nINVITE sip:callee@127.0.0.1:${String(peer.port)} SIP/2.0\r\n\r\n`);
  return peer.request("INVITE");
}

async function until(holds: () => boolean): Promise<void> {
  while (!holds()) await new Promise((resolve) => setImmediate(resolve));
}
