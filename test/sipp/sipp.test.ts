import { afterEach, describe, expect, test } from "vitest";
import { eventually } from "../support/eventually.ts";
import { demoNumber, House } from "../support/house.ts";
import type { HouseOptions } from "../support/house-options.ts";
import { lostAckOverTcp } from "./hard-calls.ts";
import { canRunSipp, runSipp, type SippRun } from "./sipp.ts";

// A carrier's own tool plays the carrier.

const greeting = { greeting: [{ tone: { frequencyHz: 1_312, ms: 500 } }], turns: [] };
const slow = { ...greeting, firstAudioAfterMs: 2_000 };

let house: House;

afterEach(async () => {
  await house.close();
});

describe.skipIf(!canRunSipp)("against sipp, package sip-tester", () => {
  test.each<[string, string, SippRun["transport"], HouseOptions]>([
    ...bothWays("a call is answered and ended", "uac-basic"),
    ...bothWays("a CANCEL before the answer ends it with 487", "uac-cancel", { scenario: slow }),
    [
      "an INVITE that comes again is one call",
      "uac-retransmitted-invite",
      "udp", // over TCP nothing comes again
      { scenario: slow },
    ],
    ["an answer whose ACK was lost comes again", "uac-lost-ack", "udp", {}],
    ...bothWays("a re-INVITE holds and another resumes", "uac-reinvite-hold-resume"),
  ])("%s (%s over %s)", async (_, scenario, transport, options) => {
    house = await House.open({ scenario: greeting, ...options });

    const result = await runSipp({ scenario, transport, target: target(), dialled: demoNumber });

    expect(result.problems).toBe("");
    expect(result).toMatchObject({ exitCode: 0, successful: 1, failed: 0 });
    expect(await callCount(1)).toBe(1);
  });

  test.each<[string, string, SippRun["transport"], HouseOptions]>([
    ...bothWays("an unknown number is 404", "uac-unknown-number"),
    ...bothWays("no codec in common is 488", "uac-no-common-codec"),
    ...bothWays("a malformed description is 488", "uac-malformed-sdp"),
    ...bothWays("a number without an agent is 480", "uac-number-without-agent"),
    ...bothWays("a call beyond the last place is 503", "uac-all-calls-taken", { callsMax: 1 }),
  ])("%s (%s over %s)", async (_, scenario, transport, options) => {
    house = await House.open(options);
    if (scenario === "uac-number-without-agent") await house.removeAgent();
    if (scenario === "uac-all-calls-taken") await house.answeredCall();
    const dialled = scenario === "uac-unknown-number" ? "+14155550999" : demoNumber;

    const result = await runSipp({ scenario, transport, target: target(), dialled });

    expect(result.problems).toBe("");
    expect(result).toMatchObject({ exitCode: 0, successful: 1, failed: 0 });
  });

  test("an answer whose ACK was lost comes again over TCP", async () => {
    house = await House.open({ scenario: greeting });

    const result = await runSipp({
      scenario: lostAckOverTcp,
      transport: "tcp",
      target: target(),
      dialled: demoNumber,
    });

    expect(result.problems).toBe("");
    expect(result).toMatchObject({ exitCode: 0, successful: 1, failed: 0 });
  });

  test("200 calls at 20 a second all succeed, and each has its record", async () => {
    house = await House.open({ scenario: greeting, callsMax: 200 });

    const result = await runSipp({
      scenario: "uac-basic",
      transport: "udp",
      target: target(),
      dialled: demoNumber,
      calls: 200,
      callsPerSecond: 20,
    });

    expect(result.problems).toBe("");
    expect(result).toMatchObject({ exitCode: 0, successful: 200, failed: 0 });
    expect(await callCount(200)).toBe(200);
  });
});

type Row = [string, string, SippRun["transport"], HouseOptions];

function bothWays(what: string, scenario: string, options: HouseOptions = {}): Row[] {
  return [
    [what, scenario, "udp", options],
    [what, scenario, "tcp", options],
  ];
}

function target(): SippRun["target"] {
  const [host = "", port = ""] = house.engine.sip.split(":");
  return { host, port: Number(port) };
}

/** How many calls the API knows once `expected` have ended, counted page by page. */
async function callCount(expected: number): Promise<number> {
  await eventually(`${String(expected)} calls have their records`, () => endedCalls() >= expected);
  let count = 0;
  let cursor: string | null = "";
  while (cursor !== null) {
    const query: string = cursor === "" ? "" : `&cursor=${cursor}`;
    const page = (await house.ask("GET", `/v1/calls?limit=100${query}`)) as {
      items: unknown[];
      nextCursor: string | null;
    };
    count += page.items.length;
    cursor = page.nextCursor;
  }
  return count;
}

function endedCalls(): number {
  return house.messages.filter(
    ({ event, data }) => event === "call.status" && data["status"] !== "in-progress",
  ).length;
}
