import { networkInterfaces } from "node:os";
import { systemClock } from "@agentcall/base";
import { TestClock } from "@agentcall/base/testing";
import { callViewSchema, type EndCause } from "@agentcall/contract";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { eventually } from "../support/eventually.ts";
import { demoNumber, House } from "../support/house.ts";
import type { HouseOptions } from "../support/house-options.ts";
import {
  earlyBye,
  ipv6Call,
  plainCalls,
  refusedCalls,
  timedCalls,
  vanishedCaller,
} from "./hard-calls.ts";
import type { Scenario } from "./scenario.ts";
import { canRunSipp, runSipp, type SippRun } from "./sipp.ts";

const greeting = { greeting: [{ tone: { frequencyHz: 1_312, ms: 200 } }], turns: [] };
const transports = ["udp", "tcp"] as const;
const hasIpv6 = Object.values(networkInterfaces()).some((addresses) =>
  addresses?.some(({ address }) => address === "::1"),
);

let house: House;

async function open(options: HouseOptions = {}): Promise<void> {
  house = await House.open({ scenario: greeting, ...options });
}

afterEach(async () => {
  await house.close();
});

describe.skipIf(!canRunSipp).each(transports)("against sipp over %s", (transport) => {
  // All in one house and at one moment: no call may depend on being alone.
  test(`${String(plainCalls.length)} kinds of call are answered and ended by the caller`, async () => {
    await open();

    const names = plainCalls.map(({ name }) => name);
    const runs = plainCalls.map((scenario) => expectSuccess(scenario, transport));
    const problems = (await Promise.allSettled(runs)).flatMap((run, index) =>
      run.status === "rejected" ? [[names[index], String(run.reason)]] : [],
    );

    expect(problems).toEqual([]);
    expect(await causes()).toEqual(names.map(() => "caller_hung_up"));
  });

  test("what cannot be carried is refused", async () => {
    await open();

    await Promise.all(refusedCalls.map((scenario) => expectSuccess(scenario, transport)));
  });

  test("a BYE before the answer ends the call", async () => {
    await open({ scenario: { ...greeting, firstAudioAfterMs: 2_000 } });

    await expectSuccess(earlyBye, transport);

    expect(await causes()).toEqual(["caller_cancelled"]);
  });

  test("a caller from whom no audio comes for 30 seconds is hung up on", async () => {
    const system = systemClock();
    let leapMs = 0;
    await open({
      gatewayClock: { ...system, monotonicMs: () => system.monotonicMs() + leapMs },
    });
    const succeeding = expectSuccess(vanishedCaller, transport);
    await eventually("it is answered", () => house.gateway.state().pacedStreams === 1);
    await eventually("it is confirmed", () => house.engine.state().unacknowledged === 0);

    leapMs = 30_001;
    await succeeding;

    expect(await causes()).toEqual(["media_timeout"]);
  });

  test.skipIf(!hasIpv6)("audio goes over IPv6 where both sides have it", async () => {
    await open({ rtpHost: "::1" });

    await expectSuccess(ipv6Call, transport);
  });
});

describe.skipIf(!canRunSipp).each(transports)(
  "session timers against sipp over %s",
  (transport) => {
    let clock: TestClock;

    beforeEach(async () => {
      clock = new TestClock();
      await open({ engineClock: clock });
    });

    test.each<[keyof typeof timedCalls, number, EndCause]>([
      ["refreshed", 45_000, "caller_hung_up"],
      ["glare", 45_000, "caller_hung_up"],
      ["refusedRefresh", 45_000, "signalling_lost"],
      ["notRefreshed", 90_000, "signalling_lost"],
    ])("%s after %i ms: %s", async (name, afterMs, cause) => {
      const succeeding = expectSuccess(timedCalls[name], transport);
      await eventually("the call stands", () => house.engine.state().sessionTimers === 1);
      await eventually("it is confirmed", () => house.engine.state().unacknowledged === 0);
      clock.advance(afterMs);
      await succeeding;

      expect(await causes()).toEqual([cause]);
    });

    test("a caller that is gone without a BYE is found by the next refresh", async () => {
      await expectSuccess(timedCalls.lostBye, transport);
      expect(house.engine.state().dialogs).toBe(1);

      clock.advance(45_000);

      expect(await causes()).toEqual(["signalling_lost"]);
    });
  },
);

async function expectSuccess(scenario: Scenario, transport: SippRun["transport"]): Promise<void> {
  const [host = "", port = ""] = house.engine.sip.split(":");
  const target = { host, port: Number(port) };
  const result = await runSipp({ scenario, transport, target, dialled: demoNumber });
  expect([scenario.name, result.problems]).toEqual([scenario.name, ""]);
  expect(result).toMatchObject({ exitCode: 0, successful: 1, failed: 0 });
}

/** Why the calls have ended, once all have their records. */
async function causes(): Promise<readonly (EndCause | undefined)[]> {
  await eventually("every call is over", () => house.gateway.state().calls === 0);
  await eventually("every call is told", () => house.gateway.state().spooledEvents === 0);
  const { items } = (await house.ask("GET", "/v1/calls?limit=100")) as { items: unknown[] };
  return items.map((item) => callViewSchema.parse(item).hangupCause?.cause);
}
