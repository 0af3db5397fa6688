import { callViewSchema, type CallView } from "@agentcall/contract";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { eventually } from "../support/eventually.ts";
import { demoNumber, House } from "../support/house.ts";
import { answeringCallee, busyCallee, challengingCarrier, silentCallee } from "./outbound-calls.ts";
import type { Scenario } from "./scenario.ts";
import { canRunSipp, startSippServer, type SippResult } from "./sipp.ts";

const greeting = { greeting: [{ tone: { frequencyHz: 1_312, ms: 200 } }], turns: [] };
const transports = ["udp", "tcp"] as const;

let house: House;

beforeEach(async () => {
  house = await House.open({ scenario: greeting });
});
afterEach(async () => {
  await house.close();
});

describe.skipIf(!canRunSipp).each(transports)("calls to sipp over %s", (transport) => {
  test("one is answered, and hung up by us", async () => {
    const { id, done } = await placed(answeringCallee);

    await eventually("they talk", () => house.gateway.state().pacedStreams === 1);
    await house.ask("POST", `/v1/calls/${id}/hangup`);

    await expectSuccess(done);
    expect(await ended(id)).toMatchObject({ status: "completed", endedBy: "api" });
  });

  test("one is busy", async () => {
    const { id, done } = await placed(busyCallee);

    await expectSuccess(done);
    expect(await ended(id)).toMatchObject({ status: "busy", hangupCause: { q850Cause: 17 } });
  });

  test("one is challenged with 407, and answered", async () => {
    const { id, done } = await placed(challengingCarrier);

    await eventually("they talk", () => house.gateway.state().pacedStreams === 1);
    await house.ask("POST", `/v1/calls/${id}/hangup`);

    await expectSuccess(done);
    expect(await ended(id)).toMatchObject({ status: "completed" });
  });

  test("one rings until it is cancelled", async () => {
    const { id, done } = await placed(silentCallee, { ringTimeoutSecs: 5 });

    await expectSuccess(done);
    expect(await ended(id)).toMatchObject({ status: "no_answer", hangupCause: { sipStatus: 487 } });
  });

  async function placed(
    scenario: Scenario,
    more: object = {},
  ): Promise<{ readonly id: string; readonly done: Promise<SippResult> }> {
    const { port, done } = await startSippServer(scenario, transport);
    const trunk = await house.ask("POST", "/v1/trunks", {
      name: "Carrier",
      servers: [{ host: "127.0.0.1", port }],
      transport,
      credentials: { username: "alice", password: "practice" },
      keepAlive: null,
      inbound: { fromServers: false },
    });
    const { id: trunkId } = trunk as { id: string };
    await house.ask("PATCH", `/v1/numbers/${await house.demoNumberId()}`, { trunkId });
    await eventually("the gateway knows the trunk", () => house.gateway.carries(trunkId));
    const call = await house.ask("POST", "/v1/calls/ai", {
      from: demoNumber,
      to: "+14155550142",
      systemPrompt: "Be brief.",
      ...more,
    });
    return { id: callViewSchema.parse(call).id, done };
  }
});

async function expectSuccess(done: Promise<SippResult>): Promise<void> {
  const result = await done;
  expect(result.problems).toBe("");
  expect(result).toMatchObject({ exitCode: 0, successful: 1, failed: 0 });
}

function ended(id: string): Promise<CallView> {
  return house.recordOf(id);
}
