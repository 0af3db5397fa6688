import { silentLog } from "@agentcall/base";
import { TestClock } from "@agentcall/base/testing";
import { beforeEach, describe, expect, test } from "vitest";
import { aRequest, aResponse } from "../testing/plain-messages.ts";
import { RecordingFlow } from "../testing/recording-flow.ts";
import type { Protocol } from "../transport/flow.ts";
import { ClientTransaction } from "./client-transaction.ts";
import { defaultTiming } from "./sip-timing.ts";

let clock: TestClock;
let told: string[];

beforeEach(() => {
  clock = new TestClock();
  told = [];
});

describe("an INVITE", () => {
  test("is sent at 0, 0.5, 1.5, 3.5, 7.5, 15.5 and 31.5 seconds, and is 408 at 32 (timers A and B)", () => {
    const { flow } = started("INVITE");

    const times = sendTimes(flow, 40_000);

    expect(times).toEqual([0, 500, 1_500, 3_500, 7_500, 15_500, 31_500]);
    expect(told).toEqual(["408 local", "end"]);
    expect(clock.pendingCount).toBe(0);
  });

  test("is sent once over TCP, and is 408 at 32 seconds all the same", () => {
    const { flow } = started("INVITE", "tcp");

    expect(sendTimes(flow, 40_000)).toEqual([0]);
    expect(told).toEqual(["408 local", "end"]);
  });

  test("that has a provisional response is sent no more, and rings without an end", () => {
    const { flow, request, transaction } = started("INVITE");
    transaction.receive(aResponse(request, 180));
    flow.take();

    clock.advance(600_000);

    expect(flow.take()).toEqual([]);
    expect(told).toEqual(["180 network"]);
    expect(transaction.isPending).toBe(true);
    expect(clock.pendingCount).toBe(0);
  });

  test("that is refused is acknowledged each time, is told once, and ends after 32 seconds (timer D)", () => {
    const { flow, request, transaction } = started("INVITE");
    flow.take();

    transaction.receive(aResponse(request, 486));
    transaction.receive(aResponse(request, 486));
    const acks = flow.take();
    clock.advance(31_999);
    const before = [...told];
    clock.advance(1);

    expect(acks).toEqual(["ACK sip:callee@127.0.0.1 SIP/2.0", "ACK sip:callee@127.0.0.1 SIP/2.0"]);
    expect(before).toEqual(["486 network"]);
    expect(told).toEqual(["486 network", "end"]);
  });

  test("that is answered tells each repetition of the answer, and acknowledges none itself (timer M)", () => {
    const { flow, request, transaction } = started("INVITE");
    flow.take();

    transaction.receive(aResponse(request, 200));
    transaction.receive(aResponse(request, 200));
    transaction.receive(aResponse(request, 486));
    clock.advance(32_000);

    expect(flow.take()).toEqual([]);
    expect(told).toEqual(["200 network", "200 repeated", "end"]);
  });

  test("that was cancelled is 487 after 32 seconds when nothing else comes", () => {
    const { request, transaction } = started("INVITE");
    transaction.receive(aResponse(request, 180));

    transaction.awaitCancelled();
    clock.advance(32_000);

    expect(told).toEqual(["180 network", "487 local", "end"]);
  });
});

describe("another request", () => {
  test("is repeated every 4 seconds at the longest, and is 408 at 32 (timers E and F)", () => {
    const { flow } = started("OPTIONS");

    const times = sendTimes(flow, 40_000);

    expect(times).toEqual([
      0, 500, 1_500, 3_500, 7_500, 11_500, 15_500, 19_500, 23_500, 27_500, 31_500,
    ]);
    expect(told).toEqual(["408 local", "end"]);
  });

  test("absorbs repeated answers for 5 seconds over UDP (timer K)", () => {
    const { request, transaction } = started("OPTIONS");

    transaction.receive(aResponse(request, 200));
    transaction.receive(aResponse(request, 200));
    clock.advance(4_999);
    const before = [...told];
    clock.advance(1);

    expect(before).toEqual(["200 network"]);
    expect(told).toEqual(["200 network", "end"]);
  });

  test("ends at once with its answer over TCP", () => {
    const { request, transaction } = started("OPTIONS", "tcp");

    transaction.receive(aResponse(request, 200));
    clock.advance(0);

    expect(told).toEqual(["200 network", "end"]);
    expect(clock.pendingCount).toBe(0);
  });
});

test("a connection that is lost is 503, once, and only while an answer is awaited", () => {
  const { request, transaction } = started("OPTIONS", "tcp");
  const { transaction: answered } = started("OPTIONS", "tcp");
  answered.receive(aResponse(request, 200));

  transaction.fail(503, "Service Unavailable");
  transaction.fail(503, "Service Unavailable");
  answered.fail(503, "Service Unavailable");

  expect(told).toEqual(["200 network", "503 local", "end"]);
});

test("a transaction may be ended twice, and keeps no timer", () => {
  const { transaction } = started("INVITE");

  transaction.end();
  transaction.end();

  expect(told).toEqual(["end"]);
  expect(clock.pendingCount).toBe(0);
});

function started(
  method: string,
  protocol: Protocol = "udp",
): {
  flow: RecordingFlow;
  request: ReturnType<typeof aRequest>;
  transaction: ClientTransaction;
} {
  const flow = new RecordingFlow(protocol);
  const request = aRequest(method);
  const transaction = new ClientTransaction({
    id: "id",
    request,
    branch: "z9hG4bK-1",
    flow,
    clock,
    timing: defaultTiming,
    log: silentLog,
    onResponse: ({ status }, how) => told.push(`${String(status)} ${how}`),
    onEnd: () => told.push("end"),
  });
  transaction.start();
  return { flow, request, transaction };
}

/** The moments at which something was sent, in milliseconds from the start. */
function sendTimes(flow: RecordingFlow, untilMs: number): readonly number[] {
  const stepMs = 100;
  const times: number[] = [];
  for (let atMs = 0; atMs <= untilMs; atMs += stepMs) {
    times.push(...flow.take().map(() => atMs));
    clock.advance(stepMs);
  }
  return times;
}
