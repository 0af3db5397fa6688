import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { headerValue } from "../message/sip-message.ts";
import { type App, EngineBench, type Peer } from "../testing/engine-bench.ts";

let bench: EngineBench;
let peer: Peer;
let app: App;

beforeEach(async () => {
  bench = await EngineBench.open();
  peer = await bench.peer();
  app = await bench.app("invite", "info");
});
afterEach(async () => {
  await bench.close();
  expect(bench.clock.pendingCount).toBe(0);
});

describe("from the network", () => {
  test("OPTIONS that no application takes are answered with what is served here", async () => {
    peer.send(peer.write("OPTIONS"));
    const answer = await peer.next();

    expect(answer).toMatchObject({ kind: "response", status: 200 });
    expect(headerValue(answer, "Allow")).toContain("INVITE");
    expect(headerValue(answer, "Accept")).toBe("application/sdp");
  });

  test("a request that its application never answers is forgotten after 32 seconds", async () => {
    peer.send(peer.write("INFO"));
    const passed = await app.passedOn();

    bench.clock.advance(32_000);

    expect(bench.engine.state()).toMatchObject({ openTransactions: 0, transactions: 0 });
    expect((await app.respond(passed, 200))[0]).toBe("NOK");
    expect(peer.unread).toBe(0); // RFC 4320 wants no 408 here
  });

  test("an ACK with the branch of its INVITE, as RFC 2543 wrote it, is an ACK all the same", async () => {
    peer.send(peer.write("INVITE"));
    await app.respond(await app.passedOn(), 200);
    await peer.status();
    const toTag = tagOf(headerValue(await peer.next(), "To"));

    peer.send(peer.write("ACK", { toTag }));

    expect((await app.passedOn()).sip).toMatch(/^ACK /);
    expect(bench.engine.state()).toMatchObject({ unacknowledged: 0, dialogs: 1 });
  });

  test("an INVITE into a dialog where theirs is not answered yet is told to come later", async () => {
    const toTag = await talking();
    peer.send(peer.write("INVITE", { toTag, cseq: 2, branch: "z9hG4bK-a" }));
    await app.passedOn();
    await peer.status();

    peer.send(peer.write("INVITE", { toTag, cseq: 3, branch: "z9hG4bK-b" }));
    const refused = await peer.next();

    expect(refused).toMatchObject({ status: 500 });
    expect(Number(headerValue(refused, "Retry-After"))).toBeLessThanOrEqual(10);
    expect(app.unread).toBe(0);
  });

  test("an INVITE into a dialog where ours is not answered yet meets 491", async () => {
    const toTag = await talking();
    app.tell("sip||call-1@127.0.0.1;from-tag=theirs\r\nINVITE sip:placeholder SIP/2.0\r\n\r\n");
    await peer.request("INVITE");
    await app.next();

    peer.send(peer.write("INVITE", { toTag, cseq: 2, branch: "z9hG4bK-a" }));

    expect(await peer.status()).toBe(491);
    expect(app.unread).toBe(0);
  });
});

describe("from an application", () => {
  test.each([
    "From: <sip:a@127.0.0.1>;tag",
    "From: <sip:a@127.0.0.1>;tag=a|b",
    'From: <sip:a@127.0.0.1>;tag="quoted"',
    "To: <sip:a@127.0.0.1>;tag",
    `From: <sip:a@127.0.0.1>;tag=${"t".repeat(300)}`,
    "To: <<>",
  ])("a request with %s is refused in words", async (header) => {
    const target = `sip:x@127.0.0.1:${String(peer.port)}`;

    expect(await app.ask(`sip||\r\nINVITE ${target} SIP/2.0\r\n${header}\r\n\r\n`)).toEqual([
      "NOK",
      "invalid From, To or CSeq",
    ]);
  });

  test("a CSeq that leaves a dialog no room to count is refused in words", async () => {
    const target = `sip:x@127.0.0.1:${String(peer.port)}`;

    const answer = await app.ask(
      `sip||\r\nINVITE ${target} SIP/2.0\r\nCSeq: 2147483647 INVITE\r\n\r\n`,
    );

    expect(answer).toEqual(["NOK", "invalid From, To or CSeq"]);
  });

  test("a tag of its own choice is used when it is a token, and else ours", async () => {
    for (const [branch, tag] of Object.entries({ good: "chosen", bad: "a|b", quoted: '"q"' })) {
      peer.send(peer.write("INVITE", { branch, callId: branch }));
      const passed = await app.passedOn();
      await app.respond(passed, 200, [`To: <sip:a@localhost>;tag=${tag}`]);
    }
    const tags: string[] = [];
    for (let count = 0; count < 6; count += 1) {
      const response = await peer.next();
      if (response.kind === "response" && response.status === 200) {
        tags.push(/;tag=(.*)$/.exec(headerValue(response, "To") ?? "")?.[1] ?? "");
      }
    }

    bench.clock.advance(32_000); // no ACK came: the engine itself sends BYE with these tags

    expect(tags).toEqual([
      "chosen",
      expect.stringMatching(/^\w{16}$/),
      expect.stringMatching(/^\w{16}$/),
    ]);
    expect(bench.engine.state().dialogs).toBe(0);
  });

  test("an ACK outside of any dialog is not sent", async () => {
    const answer = await app.ask(
      `sip||\r\nACK sip:x@127.0.0.1:${String(peer.port)} SIP/2.0\r\n\r\n`,
    );

    expect(answer[0]).toBe("NOK");
    expect(bench.engine.state().transactions).toBe(0);
  });

  test("a request along a strict route has the route for its URI, and the target behind it", async () => {
    const route = `sip:127.0.0.1:${String(peer.port)}`;
    await talking([`Record-Route: <${route}>`, "Record-Route: <sip:127.0.0.1:9;lr>"]);

    app.tell("sip||call-1@127.0.0.1;from-tag=theirs\r\nINFO sip:placeholder SIP/2.0\r\n\r\n");
    const info = await peer.request("INFO");

    expect(info).toMatchObject({ uri: route });
    expect(info.headers.filter(({ name }) => name === "Route")).toEqual([
      { name: "Route", value: "<sip:127.0.0.1:9;lr>" },
      { name: "Route", value: `<sip:caller@127.0.0.1:${String(peer.port)}>` },
    ]);
  });

  test("a thirty-third method is not taken, one of the thirty-two still is", async () => {
    for (let count = 0; count < 30; count += 1) {
      const letters = String.fromCharCode(65 + (count % 26), 65 + Math.floor(count / 26));
      expect(await app.ask(`route|x${letters}`)).toEqual(["OK"]);
    }
    const other = await bench.app();

    expect((await other.ask("route|message"))[0]).toBe("NO");
    expect(await other.ask("route|invite")).toEqual(["OK"]);
  });
});

/** A confirmed call; answers our tag. */
async function talking(headers: readonly string[] = []): Promise<string> {
  peer.send(peer.write("INVITE", { headers }));
  await app.respond(await app.passedOn(), 200);
  await peer.status();
  const toTag = tagOf(headerValue(await peer.next(), "To"));
  peer.send(peer.write("ACK", { toTag, branch: "z9hG4bK-ack" }));
  await app.passedOn();
  return toTag;
}

function tagOf(to: string | null): string {
  return /;tag=(\w+)$/.exec(to ?? "")?.[1] ?? "";
}
