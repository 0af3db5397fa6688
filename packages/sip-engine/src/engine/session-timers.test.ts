import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { headerValue, type SipMessage } from "../message/sip-message.ts";
import { type App, EngineBench, type Passed, type Peer } from "../testing/engine-bench.ts";

const dialogId = "call-1@127.0.0.1;from-tag=theirs";

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

describe("the session timer of a call that came in", () => {
  test("is agreed to as the caller asks, where it names who refreshes", async () => {
    const { answer } = await talking(["Supported: timer", "Session-Expires: 120;refresher=uas"]);

    expect(headerValue(answer, "Session-Expires")).toBe("120;refresher=uas");
    expect(headerValue(answer, "Require")).toBeNull();
    expect(bench.engine.state().sessionTimers).toBe(1);
  });

  test.each([
    ["nobody asks for it", [], []],
    ["the caller does not say who refreshes", ["Session-Expires: 120"], []],
    ["it cannot be read", ["Session-Expires: soon;refresher=uas"], ["Session-Expires: never"]],
  ])("is not there where %s", async (_, asked, given) => {
    const { answer } = await talking(asked, given);

    expect(bench.engine.state().sessionTimers).toBe(0);
    if (given.length === 0) expect(headerValue(answer, "Session-Expires")).toBeNull();
  });

  test("is the application's where it has one of its own, and at least 90 seconds", async () => {
    const { answer } = await talking(
      ["Session-Expires: 1800;refresher=uac"],
      ["Session-Expires: 20;refresher=uas"],
      "v=0\r\n",
    );

    expect(headerValue(answer, "Session-Expires")).toBe("90;refresher=uas");
    bench.clock.advance(45_000);
    await peer.request("INVITE");
  });

  test.each(["INVITE", "UPDATE"])(
    "too short in an %s is refused with the least one",
    async (method) => {
      const { toTag } = method === "UPDATE" ? await talking() : { toTag: undefined };
      const parts = toTag === undefined ? {} : { toTag, cseq: 2 };
      const headers = ["Supported: timer", "Session-Expires: 89;refresher=uac"];
      peer.send(peer.write(method, { ...parts, branch: "z9hG4bK-short", headers }));
      const refused = await peer.next();

      expect(refused).toMatchObject({ status: 422 });
      expect(headerValue(refused, "Min-SE")).toBe("90");
      expect(app.unread).toBe(0);
    },
  );

  test("too short from one that does not know session timers is raised to the least", async () => {
    const { answer } = await talking(["Session-Expires: 30;refresher=uas"]); // a proxy wrote it

    expect(headerValue(answer, "Session-Expires")).toBe("90;refresher=uas");
  });
});

describe("a session that is ours to refresh", () => {
  test("is refreshed at half its interval with the description that counts, again and again", async () => {
    const { toTag } = await talking(
      [],
      ["Session-Expires: 100;refresher=uas"],
      "v=0\r\ns=ours\r\n",
    );

    for (let count = 1; count <= 3; count += 1) {
      bench.clock.advance(50_000);
      const refresh = await peer.request("INVITE");
      answer(refresh, "100;refresher=uac");
      const ack = await peer.request("ACK");

      expect(refresh.body.toString()).toBe("v=0\r\ns=ours\r\n");
      expect(headerValue(refresh, "Content-Type")).toBe("application/sdp");
      expect(headerValue(refresh, "Session-Expires")).toBe("100;refresher=uac");
      expect(headerValue(refresh, "Supported")).toBe("timer");
      expect(headerValue(refresh, "From")).toContain(`;tag=${toTag}`);
      expect(headerValue(refresh, "CSeq")).toBe(`${String(count)} INVITE`);
      expect(headerValue(ack, "CSeq")).toBe(`${String(count)} ACK`);
    }
    expect(app.unread).toBe(0); // it is not told
  });

  test("gets its ACK again when the answer to the refresh comes again", async () => {
    await talking([], ["Session-Expires: 90;refresher=uas"], "v=0\r\n");
    bench.clock.advance(45_000);
    const refresh = await peer.request("INVITE");
    answer(refresh);
    const ack = await peer.request("ACK");

    answer(refresh);

    expect(await peer.request("ACK")).toEqual(ack);
  });

  test("without a description is refreshed by UPDATE, which asks for none", async () => {
    await talking([], ["Session-Expires: 90;refresher=uas"]);

    bench.clock.advance(45_000);
    const update = await peer.request("UPDATE");
    answer(update);
    await until(() => bench.engine.state().openTransactions === 0);

    expect(bench.engine.state()).toMatchObject({ dialogs: 1, sessionTimers: 1 });
  });

  test("goes on though the answer names no interval; the refreshing changes hands where it says so", async () => {
    await talking([], ["Session-Expires: 90;refresher=uas"], "v=0\r\n");
    bench.clock.advance(45_000);
    answer(await peer.request("INVITE"));
    await peer.request("ACK");
    bench.clock.advance(45_000);
    answer(await peer.request("INVITE"), "90;refresher=uas");
    await peer.request("ACK");

    bench.clock.advance(89_999);
    expect(peer.unread).toBe(0);
    bench.clock.advance(1);

    expect(headerValue(await peer.request("BYE"), "Reason")).toContain("Session timer expired");
  });

  test.each([
    [
      "is refused with 481",
      (refresh: SipMessage) => {
        peer.answer(refresh, 481);
      },
    ],
    [
      "is not answered within 32 seconds",
      () => {
        bench.clock.advance(32_000);
      },
    ],
  ])("ends when the refresh %s, and the application is told", async (_, disturb) => {
    await talking([], ["Session-Expires: 90;refresher=uas"], "v=0\r\n");
    bench.clock.advance(45_000);
    disturb(await peer.request("INVITE"));

    const told = await app.passedOn();

    expect(told).toMatchObject({ source: "application", transactionId: "unsolicited", dialogId });
    expect(told.sip).toMatch(/^BYE /);
    expect(told.sip).toContain('Reason: SIP;cause=200;text="Session timer expired"');
    expect(bench.engine.state()).toMatchObject({ dialogs: 0, sessionTimers: 0 });
  });

  test("waits and tries again when the refresh meets an offer of theirs (491)", async () => {
    await talking([], ["Session-Expires: 90;refresher=uas"], "v=0\r\n");
    bench.clock.advance(45_000);
    peer.answer(await peer.request("INVITE"), 491);
    await peer.request("ACK");

    bench.clock.advance(4_000);
    answer(await peer.request("INVITE"));
    await acknowledged(); // its first repetition may be on the way

    expect(bench.engine.state()).toMatchObject({ dialogs: 1, sessionTimers: 1 });
  });

  test("that meets 491 until it lapses is ended", async () => {
    await talking([], ["Session-Expires: 90;refresher=uas"], "v=0\r\n");
    bench.clock.advance(45_000);
    while (bench.engine.state().dialogs > 0) {
      const request = await peer.next();
      if (request.kind === "request" && request.method === "INVITE") peer.answer(request, 491);
      if (request.kind === "request" && request.method === "ACK") bench.clock.advance(4_000);
    }

    expect((await app.passedOn()).sip).toContain("Session timer expired");
  });

  test("is not refreshed while an INVITE of theirs waits for its answer", async () => {
    const { toTag } = await talking([], ["Session-Expires: 90;refresher=uas"], "v=0\r\n");
    const headers = ["Session-Expires: 90;refresher=uas"];
    peer.send(peer.write("INVITE", { toTag, cseq: 2, branch: "z9hG4bK-re", headers }));
    const asked = await app.passedOn();
    await peer.status(); // 100

    bench.clock.advance(45_000);
    expect(peer.unread).toBe(0);
    await app.respond(asked, 200);
    expect(await peer.status()).toBe(200);
    peer.send(peer.write("ACK", { toTag, cseq: 2, branch: "z9hG4bK-re-ack" }));
    await app.passedOn();
    bench.clock.advance(45_000);

    await peer.request("INVITE");
  });
});

describe("a session that is theirs to refresh", () => {
  test("ends when they do not, and the application is told", async () => {
    await talking(["Supported: timer", "Session-Expires: 90;refresher=uac"]);

    bench.clock.advance(90_000);
    const bye = await peer.request("BYE");
    const told = await app.passedOn();

    expect(headerValue(bye, "Reason")).toBe('SIP;cause=200;text="Session timer expired"');
    expect(told.transactionId).toBe("unsolicited");
    expect(bench.engine.state()).toMatchObject({ dialogs: 0, sessionTimers: 0 });
  });

  test.each(["INVITE", "UPDATE"])("lives on by their %s", async (method) => {
    const headers = ["Supported: timer", "Session-Expires: 90;refresher=uac"];
    const { toTag } = await talking(headers);
    bench.clock.advance(60_000);
    await refreshedByThem(method, toTag, headers);

    bench.clock.advance(89_999);
    expect(bench.engine.state().dialogs).toBe(1);
    bench.clock.advance(1);

    await peer.request("BYE");
  });

  test("has no limit any more after a re-INVITE that names none", async () => {
    const { toTag } = await talking(["Session-Expires: 90;refresher=uac"]);

    await refreshedByThem("INVITE", toTag, []);
    bench.clock.advance(1_000_000);

    expect(bench.engine.state()).toMatchObject({ dialogs: 1, sessionTimers: 0 });
  });

  test("leaves no timer behind when it is hung up", async () => {
    const { toTag } = await talking(["Session-Expires: 90;refresher=uac"]);

    peer.send(peer.write("BYE", { toTag, cseq: 2, branch: "z9hG4bK-bye" }));
    await app.respond(await app.passedOn(), 200);

    expect(bench.engine.state()).toMatchObject({ dialogs: 0, sessionTimers: 0 });
  });
});

describe("the session timer of a call that goes out", () => {
  test.each([
    ["90;refresher=uac", 45_000, "INVITE"],
    ["90", 45_000, "INVITE"],
    ["90;refresher=uas", 90_000, "BYE"],
  ])("answered with %s is followed at %i ms by %s", async (expires, atMs, method) => {
    await calling(expires);

    bench.clock.advance(atMs - 1);
    expect(peer.unread).toBe(0);
    bench.clock.advance(1);
    const request = await peer.request(method);

    if (method === "INVITE") expect(request.body.toString()).toBe("v=0\r\ns=offer\r\n");
  });

  test("is not there when the answer names none", async () => {
    await calling(null);

    expect(bench.engine.state()).toMatchObject({ dialogs: 1, sessionTimers: 0 });
  });

  test("refused with 422 is the application's to raise", async () => {
    app.tell(`sip||\r\nINVITE ${target()} SIP/2.0\r\nSession-Expires: 90\r\n\r\n`);
    await app.next();
    peer.answer(await peer.request("INVITE"), 422, ["Min-SE: 1800"]);

    expect((await app.passedOn()).sip).toMatch(/Min-SE: 1800\r\n/);
  });
});

/** A confirmed call from the peer. */
async function talking(
  headers: readonly string[] = [],
  given: readonly string[] = [],
  body = "",
): Promise<{ readonly toTag: string; readonly answer: SipMessage }> {
  peer.send(peer.write("INVITE", { headers }));
  await app.respond(await app.passedOn(), 200, given, body);
  await peer.status();
  const answer = await peer.next();
  const toTag = /;tag=(\w+)$/.exec(headerValue(answer, "To") ?? "")?.[1] ?? "";
  peer.send(peer.write("ACK", { toTag, branch: "z9hG4bK-ack" }));
  await app.passedOn();
  return { toTag, answer };
}

async function refreshedByThem(
  method: string,
  toTag: string,
  headers: readonly string[],
): Promise<void> {
  peer.send(peer.write(method, { toTag, cseq: 2, branch: "z9hG4bK-refresh", headers }));
  const asked: Passed = await app.passedOn();
  await app.respond(asked, 200);
  while ((await peer.status()) !== 200);
  if (method !== "INVITE") return;
  peer.send(peer.write("ACK", { toTag, cseq: 2, branch: "z9hG4bK-refresh-ack" }));
  await app.passedOn();
}

/** A confirmed call to the peer, answered with this Session-Expires. */
async function calling(expires: string | null): Promise<void> {
  await app.ask(
    `sip||\r\nINVITE ${target()} SIP/2.0\r\nSupported: timer\r\n\r\nv=0\r\ns=offer\r\n`,
  );
  answer(await peer.request("INVITE"), expires);
  const answered = await app.passedOn();
  await app.ask(`sip||${answered.dialogId}\r\nACK sip:x SIP/2.0\r\n\r\n`);
  await peer.request("ACK");
}

/** Passes over what comes until the next ACK. */
async function acknowledged(): Promise<void> {
  let message = await peer.next();
  while (message.kind !== "request" || message.method !== "ACK") message = await peer.next();
}

function answer(request: SipMessage, expires: string | null = null): void {
  const session = expires === null ? [] : [`Session-Expires: ${expires}`];
  peer.answer(request, 200, [`Contact: <${target()}>`, ...session]);
}

function target(): string {
  return `sip:callee@127.0.0.1:${String(peer.port)}`;
}

async function until(isSo: () => boolean): Promise<void> {
  while (!isSo()) await new Promise((resolve) => setImmediate(resolve));
}
