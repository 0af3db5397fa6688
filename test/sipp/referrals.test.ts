import type { EndCause } from "@agentcall/contract";
import { callViewSchema } from "@agentcall/contract";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { eventually } from "../support/eventually.ts";
import { FarPhone } from "../support/far-phone.ts";
import { demoNumber, House } from "../support/house.ts";
import { referredCalls } from "./hard-calls.ts";
import { canRunSipp, runSipp } from "./sipp.ts";

const scenario = { greeting: [{ tone: { frequencyHz: 1_312, ms: 200 } }], turns: [] };

let house: House;
let person: FarPhone;

beforeEach(async () => {
  house = await House.open({ scenario });
  person = await FarPhone.open();
});
afterEach(async () => {
  await house.close();
  await person.close();
});

describe.skipIf(!canRunSipp).each(["udp", "tcp"] as const)(
  "a caller who is handed over, against sipp over %s",
  (transport) => {
    test("is left alone once its side has called the other party itself", async () => {
      const succeeding = sipp("accepted", transport);

      await handOver();

      expect(await succeeding).toMatchObject({ problems: "", exitCode: 0, successful: 1 });
      expect(await cause()).toBe("transferred");
    });

    test.each<keyof typeof referredCalls>(["refused", "failed", "silent"])(
      "is put through by a leg of ours when a REFER is %s, and hung up on when that one is",
      async (name) => {
        const succeeding = sipp(name, transport);

        await handOver();
        const dialog = await person.answered;
        await eventually("they are put through", () => house.gateway.state().pacedStreams === 2);
        await dialog.destroy();

        expect(await succeeding).toMatchObject({ problems: "", exitCode: 0, successful: 1 });
        expect(await cause()).toBe("far_end_hung_up");
      },
    );
  },
);

function sipp(
  name: keyof typeof referredCalls,
  transport: "udp" | "tcp",
): ReturnType<typeof runSipp> {
  const [host = "", port = ""] = house.engine.sip.split(":");
  const target = { host, port: Number(port) };
  return runSipp({ scenario: referredCalls[name], transport, target, dialled: demoNumber });
}

/** The API hands the call over as soon as it is answered. */
async function handOver(): Promise<void> {
  const known = (): unknown =>
    house.messages.find(({ data }) => data["status"] === "in-progress")?.data["callId"];
  await eventually("the call is known to be answered", () => known() !== undefined);
  await house.ask("POST", `/v1/calls/${String(known())}/transfer`, { to: person.uri });
}

async function cause(): Promise<EndCause | undefined> {
  await eventually("the call is over", () => house.gateway.state().calls === 0);
  await eventually("it is told", () => house.gateway.state().spooledEvents === 0);
  const { items } = (await house.ask("GET", "/v1/calls")) as { items: unknown[] };
  return callViewSchema.parse(items[0]).hangupCause?.cause;
}
