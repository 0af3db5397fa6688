import { silentLog } from "@agentcall/base";
import { TestClock } from "@agentcall/base/testing";
import { beforeEach, describe, expect, test } from "vitest";
import { readSipFacts } from "../message/sip-facts.ts";
import { aRequest, aResponse } from "../testing/plain-messages.ts";
import { RecordingFlow } from "../testing/recording-flow.ts";
import type { Protocol } from "../transport/flow.ts";
import { serverKey, ServerTransaction } from "./server-transaction.ts";
import { defaultTiming } from "./sip-timing.ts";

let clock: TestClock;
let ended: number;

beforeEach(() => {
  clock = new TestClock();
  ended = 0;
});

describe("an INVITE", () => {
  test("that comes again before any response is answered by silence, and then by the last one", () => {
    const { flow, transaction, respond } = opened("INVITE");

    transaction.receiveAgain();
    const silent = flow.take();
    respond(100);
    respond(180);
    transaction.receiveAgain();

    expect(silent).toEqual([]);
    expect(flow.take()).toEqual(["SIP/2.0 100 Test", "SIP/2.0 180 Test", "SIP/2.0 180 Test"]);
  });

  test("that is refused repeats the refusal until its ACK, and stays 5 seconds longer (timers G and I)", () => {
    const { flow, transaction, respond } = opened("INVITE");
    respond(486);
    clock.advance(7_500); // at 0.5, 1.5, 3.5 and 7.5 seconds
    const repeated = flow.take();

    transaction.receiveAck();
    transaction.receiveAck();
    clock.advance(4_999);
    const before = ended;
    clock.advance(1);

    expect(repeated).toHaveLength(5);
    expect(flow.take()).toEqual([]);
    expect([before, ended]).toEqual([0, 1]);
  });

  test("that is refused and never acknowledged ends after 32 seconds (timer H)", () => {
    const { flow, respond } = opened("INVITE");
    respond(486);

    clock.advance(32_000);

    expect(flow.take()).toHaveLength(1 + 10); // 0.5, 1.5, 3.5, 7.5, and then every 4 seconds
    expect(ended).toBe(1);
    expect(clock.pendingCount).toBe(0);
  });

  test("that is refused over TCP is refused once, and ends with its ACK", () => {
    const { flow, transaction, respond } = opened("INVITE", "tcp");
    respond(486);
    clock.advance(20_000);

    transaction.receiveAck();
    clock.advance(0);

    expect(flow.take()).toHaveLength(1);
    expect(ended).toBe(1);
  });

  test("that is answered leaves repetition and ACK to the dialog (RFC 6026, timer L)", () => {
    const { flow, transaction, respond } = opened("INVITE");
    respond(200);
    transaction.receiveAgain();
    transaction.receiveAck();

    expect(transaction.isAccepted).toBe(true);
    expect(flow.take()).toHaveLength(1);
    clock.advance(32_000);
    expect(ended).toBe(1);
  });
});

describe("another request", () => {
  test("gets its answer again for 32 seconds (timer J)", () => {
    const { flow, transaction, respond } = opened("BYE");
    respond(200);

    clock.advance(31_999);
    transaction.receiveAgain();

    expect(flow.take()).toEqual(["SIP/2.0 200 Test", "SIP/2.0 200 Test"]);
    expect(ended).toBe(0);
    clock.advance(1);
    expect(ended).toBe(1);
  });

  test("over TCP ends with its answer", () => {
    const { respond } = opened("BYE", "tcp");

    respond(200);
    clock.advance(0);

    expect(ended).toBe(1);
  });
});

test("only the first final response counts", () => {
  const { flow, respond } = opened("BYE");

  respond(200);
  respond(500);
  respond(180);

  expect(flow.take()).toEqual(["SIP/2.0 200 Test"]);
});

test("requests are one transaction by branch, sender, number and method; without a branch by call and tag", () => {
  const facts = factsOf("INVITE");
  const other = { ...facts, via: { ...facts.via, port: 5098 } };
  const old = { ...facts, via: { ...facts.via, params: new Map() } };

  expect(serverKey(facts, "INVITE")).toBe(serverKey({ ...facts }, "INVITE"));
  expect(serverKey(facts, "CANCEL")).not.toBe(serverKey(facts, "INVITE"));
  expect(serverKey(other, "INVITE")).not.toBe(serverKey(facts, "INVITE"));
  expect(serverKey(old, "INVITE")).toContain("call-1 theirs");
});

function opened(
  method: string,
  protocol: Protocol = "udp",
): {
  flow: RecordingFlow;
  transaction: ServerTransaction;
  respond: (status: number) => void;
} {
  const flow = new RecordingFlow(protocol);
  const request = aRequest(method);
  const transaction = new ServerTransaction({
    id: "id",
    request,
    facts: factsOf(method),
    flow,
    clock,
    timing: defaultTiming,
    log: silentLog,
    onEnd: () => (ended += 1),
  });
  return {
    flow,
    transaction,
    respond: (status) => {
      transaction.respond(aResponse(request, status));
    },
  };
}

function factsOf(method: string): ServerTransaction["facts"] {
  const facts = readSipFacts(aRequest(method));
  if (typeof facts === "string") throw new Error(facts);
  return facts;
}
