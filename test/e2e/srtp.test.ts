import { inspect } from "node:util";
import { type Log, seededRandom } from "@agentcall/base";
import type { TrunkView } from "@agentcall/contract";
import { longestToneGapMs } from "@agentcall/media/testing";
import { afterEach, describe, expect, test } from "vitest";
import { decoded, hasEnded, loudPart, toneOf, tonesIn } from "../support/audio.ts";
import { eventually } from "../support/eventually.ts";
import { House } from "../support/house.ts";

const upHz = 437; // the caller's tone
const downHz = 1_312; // the agent's
const toneMs = 1_000;
const gapMsMax = 40;
const scenario = {
  greeting: [{ tone: { frequencyHz: downHz, ms: toneMs } }],
  turns: [{ caller: "A tone.", agent: { tone: { frequencyHz: downHz, ms: 300 } } }],
};

let house: House;

afterEach(async () => {
  await house.close();
});

describe("a call on a trunk that requires SRTP", () => {
  test("carries tones both ways, before and after a hold, and its keys are in no log", async () => {
    const lines: string[] = [];
    house = await House.open({ scenario, log: recording(lines) });
    await ourTrunkIs("required");
    const network = { lossRatio: 0.02, jitterMs: 25, random: seededRandom(51) };
    const call = await house.answeredCall({ srtp: true, network });
    const session = await house.practice.whenOpened(0);
    await eventually("the greeting was heard", () => hasEnded(call.audio.heard?.samples, toneMs));
    const down = loudPart(call.audio.heard?.samples ?? new Int16Array(0));

    await call.hold();
    await call.resume();
    const before = session.received().audio.length;
    await call.audio.play(toneOf(upHz, toneMs));
    await eventually("the tone arrived", () =>
      hasEnded(decoded(session.received()).subarray(before), toneMs),
    );
    const up = loudPart(decoded(session.received()).subarray(before));
    await call.hangUp();
    const { mediaStats } = await house.ended(call);

    expect(tonesIn(down, upHz, downHz)).toEqual([downHz]);
    expect(tonesIn(up, upHz, downHz)).toEqual([upHz]);
    expect(longestToneGapMs(down, downHz)).toBeLessThanOrEqual(gapMsMax);
    expect(mediaStats).toMatchObject({
      srtpSuite: "AES_CM_128_HMAC_SHA1_80",
      packetsNotAuthentic: 0,
    });
    expect(lines.length).toBeGreaterThan(0);
    expect(lines.filter((line) => /inline:|crypto:|[A-Za-z\d+/]{40}/.test(line))).toEqual([]);
  });

  test("is refused when its audio is plain, and the caller's side is told why", async () => {
    house = await House.open({ scenario });
    await ourTrunkIs("required");

    const call = await house.call();
    const outcome = await call.outcome;

    expect(outcome).toMatchObject({ kind: "refused", status: 488 });
    expect((await house.ended(call)).hangupCause).toMatchObject({
      cause: "srtp_required",
      message:
        "The trunk takes encrypted audio (SRTP) only, and the caller's side offered plain audio.",
    });
  });
});

describe("a call with SRTP", () => {
  test("is refused where the trunk has it off", async () => {
    house = await House.open({ scenario });

    const call = await house.call({ srtp: true });

    expect(await call.outcome).toMatchObject({ kind: "refused", status: 488 });
    expect((await house.ended(call)).hangupCause).toMatchObject({ cause: "srtp_off" });
  });

  test("and one without are both taken where it is offered", async () => {
    house = await House.open({ scenario });
    await ourTrunkIs("offered");

    const calls = [await house.answeredCall({ srtp: true }), await house.answeredCall()];
    for (const call of calls) {
      await eventually("the greeting was heard", () => hasEnded(call.audio.heard?.samples, toneMs));
      await call.hangUp();
    }
    const suites = await Promise.all(
      calls.map(async (call) => (await house.ended(call)).mediaStats?.srtpSuite),
    );

    expect(suites).toEqual(["AES_CM_128_HMAC_SHA1_80", null]);
  });
});

/** Calls from this machine are those of another trunk from now on. */
async function ourTrunkIs(srtp: "offered" | "required"): Promise<void> {
  const settings = { name: "With SRTP", srtp, inbound: { addresses: ["127.0.0.1"] } };
  const { id } = (await house.ask("POST", "/v1/trunks", settings)) as TrunkView;
  await eventually("the gateway was told", () => house.gateway.trunkOf("127.0.0.1") === id);
}

/** Keeps each line with its fields as they would print. */
function recording(lines: string[]): Log {
  const keep = (fields: unknown, message: string): void => {
    lines.push(`${message} ${inspect(fields, { depth: 9 })} ${JSON.stringify(fields)}`);
  };
  const log: Log = {
    trace: keep,
    debug: keep,
    info: keep,
    warn: keep,
    error: keep,
    child: () => log,
  };
  return log;
}
