import { type Random, seededRandom } from "@agentcall/base";
import { describe, expect, test } from "vitest";
import { writeFrame } from "../control/frame-reader.ts";
import { headerValue, type SipMessage } from "../message/sip-message.ts";
import { type App, EngineBench, type Peer } from "../testing/engine-bench.ts";

const seeds = Array.from({ length: 100 }, (_, seed) => seed);
const stepsOfOneRun = 60;
/** Longer than any timer of the engine, and than the one that follows it. */
const allTimersMs = 400_000;

describe("a call between two sides that send anything", () => {
  test.each(seeds)("ends, and leaves nothing behind, seed %i", async (seed) => {
    const chance = seededRandom(seed);
    const bench = await EngineBench.open();
    const peer = await bench.peer();
    const app = await bench.app("invite", "notify");
    const samples = await underWay(peer, app);

    for (let step = 0; step < stepsOfOneRun; step += 1) {
      if (chance.below(2) === 0)
        app.sendBytes(writeFrame(mutated(oneOf(samples.app, chance), chance)));
      else peer.send(mutated(oneOf(samples.peer, chance), chance));
      if (chance.below(6) === 0) await turn();
      if (chance.below(10) === 0) bench.clock.advance(chance.below(4_000));
      await answerSome(peer, chance);
    }
    app.close();
    while (bench.engine.state().applications > 0) await turn();
    bench.clock.advance(allTimersMs);
    await turn();
    bench.clock.advance(allTimersMs);

    expect(bench.engine.state()).toEqual({
      applications: 0,
      tcpConnections: 0,
      udpPeers: 0,
      dialogs: 0,
      openTransactions: 0,
      transactions: 0,
      unacknowledged: 0,
      sessionTimers: 0,
    });
    expect(bench.clock.pendingCount).toBe(0);
    await bench.close();
  });
});

type Samples = { readonly app: readonly string[]; readonly peer: readonly string[] };

/** One call is answered and another rings; what either side could say next. */
async function underWay(peer: Peer, app: App): Promise<Samples> {
  const timed = ["Supported: timer, 100rel", "Session-Expires: 90;refresher=uas"];
  peer.send(peer.write("INVITE", { headers: timed }));
  await app.respond(await app.passedOn(), 200, [], "v=0");
  await peer.status();
  const toTag = /;tag=(\w+)$/.exec(headerValue(await peer.next(), "To") ?? "")?.[1] ?? "";
  peer.send(peer.write("INVITE", { callId: "call-2", branch: "z9hG4bK-2", headers: timed }));
  const invite = await app.passedOn();
  await app.respond(invite, 183, ["To: <sip:a@localhost>;tag=chosen", "Require: 100rel"]);
  await peer.status();
  const rack = `RAck: ${headerValue(await peer.next(), "RSeq") ?? ""} 1 INVITE`;
  const early = { callId: "call-2", toTag: "chosen" };
  return {
    app: samplesOfApp(invite.transactionId, peer),
    peer: [
      peer.write("ACK", { toTag, branch: "z9hG4bK-a" }),
      peer.write("INVITE", { toTag, cseq: 2, branch: "z9hG4bK-b" }),
      peer.write("UPDATE", { toTag, cseq: 3, branch: "z9hG4bK-c", headers: timed }),
      peer.write("BYE", { toTag, cseq: 4, branch: "z9hG4bK-d" }),
      peer.write("CANCEL", { callId: "call-2", branch: "z9hG4bK-2" }),
      peer.write("PRACK", { ...early, cseq: 2, branch: "z9hG4bK-f", headers: [rack] }),
      peer.write("BYE", { ...early, cseq: 3, branch: "z9hG4bK-g" }),
      peer.write("NOTIFY", { cseq: 9, branch: "z9hG4bK-e" }),
    ],
  };
}

function samplesOfApp(transactionId: string, peer: Peer): readonly string[] {
  const dialogId = "call-1@127.0.0.1;from-tag=theirs";
  const own = "Contact: <sip:a@localhost>\r\n";
  const chosen = `To: <sip:a@localhost>;tag=chosen\r\n${own}`;
  const identity = `From: "x" <sip:a@localhost>;tag=mine\r\nCall-ID: mine\r\nCSeq: 7 INVITE\r\n${own}`;
  const target = targetOf(peer);
  return [
    `m|sip|${transactionId}|\r\nSIP/2.0 180 Ringing\r\n${chosen}\r\nbody`,
    `m|sip|${transactionId}|\r\nSIP/2.0 183 Progress\r\n${chosen}Require: 100rel\r\n\r\nbody`,
    `m|sip|${transactionId}|\r\nSIP/2.0 200 OK\r\n${chosen}\r\nbody`,
    `m|sip||${dialogId}\r\nINVITE sip:placeholder SIP/2.0\r\n${own}\r\nv=0`,
    `m|sip||${dialogId}\r\nACK sip:placeholder SIP/2.0\r\n\r\n`,
    `m|sip||${dialogId}\r\nBYE sip:placeholder SIP/2.0\r\nReason: x\r\n\r\n`,
    `m|sip|||${target};lr\r\nINVITE ${target} SIP/2.0\r\n${identity}\r\nv=0`,
    `m|sip||\r\nOPTIONS ${target} SIP/2.0\r\nFrom: sip:a@localhost\r\n\r\n`,
    "m|route|invite",
    "m|remove_route|invite",
  ];
}

/** Half of the requests that reached the peer are answered, by responses as odd as the rest. */
async function answerSome(peer: Peer, chance: Random): Promise<void> {
  while (peer.unread > 0) {
    const message = await peer.next();
    if (message.kind === "request" && chance.below(2) === 0) {
      peer.send(
        mutated(
          answerOf(message, oneOf(["100", "180", "200", "302", "487"], chance), peer),
          chance,
        ),
      );
    }
  }
}

function answerOf(request: SipMessage, status: string, peer: Peer): string {
  const kept = ["Via", "From", "To", "Call-ID", "CSeq"].map(
    (name) => `${name}: ${headerValue(request, name) ?? ""}${name === "To" ? ";tag=callee" : ""}`,
  );
  const routed = [
    "Record-Route: <sip:127.0.0.1:9>",
    `Contact: <${targetOf(peer)}>`,
    "Require: 100rel",
    "RSeq: 7",
    "Session-Expires: 90;refresher=uac",
  ];
  return [`SIP/2.0 ${status} Test`, ...kept, ...routed, "", ""].join("\r\n");
}

function targetOf(peer: Peer): string {
  return `sip:callee@127.0.0.1:${String(peer.port)}`;
}

/** Pieces that mean something somewhere in SIP or in the control protocol. */
const fragments = [
  ";tag",
  "tag=",
  "|",
  "<",
  ">",
  '"',
  ";",
  ",",
  ":",
  " ",
  "\n",
  "\r\n",
  "\r\n\r\n",
  "\u0000",
  "0",
  "99999999999",
  "2147483647",
  "@localhost",
  "sip:",
  "sips:x",
  "[::1]",
  "Via: ",
  "To: x\r\n",
  "Contact: *\r\n",
  "Record-Route: <>\r\n",
  "Route: a\r\n",
] as const;

/** The text with a few pieces cut out, doubled, overwritten or put in. */
function mutated(text: string, chance: Random): string {
  let changed = text;
  for (let count = chance.below(4); count > 0; count -= 1) {
    const at = chance.below(changed.length + 1);
    const piece = changed.slice(at, at + chance.below(10));
    const instead = oneOf(["", piece + piece, oneOf(fragments, chance)], chance);
    const behind = at + (chance.below(2) === 0 ? 0 : piece.length);
    changed = changed.slice(0, at) + instead + changed.slice(behind);
  }
  return changed;
}

function oneOf(items: readonly string[], chance: Random): string {
  return items[chance.below(items.length)] ?? "";
}

function turn(): Promise<void> {
  return new Promise((resolve) => setImmediate(resolve));
}
