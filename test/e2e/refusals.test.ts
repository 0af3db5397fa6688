import type { CallView } from "@agentcall/contract";
import type { CallOutcome, PhoneCall } from "@agentcall/phone";
import { afterEach, describe, expect, test } from "vitest";
import { isLoud } from "../support/audio.ts";
import { eventually } from "../support/eventually.ts";
import { House } from "../support/house.ts";
import type { HouseOptions } from "../support/house-options.ts";

const malformedSdp = "v=0\r\no=- 1 1 IN IP4\r\nm=audio none RTP/AVP 0\r\n";
const foreignSdp = [
  "v=0",
  "o=- 1 1 IN IP4 127.0.0.1",
  "s=-",
  "c=IN IP4 127.0.0.1",
  "t=0 0",
  "m=audio 40000 RTP/AVP 18",
  "a=rtpmap:18 G729/8000",
  "",
].join("\r\n");

const silence = new Int16Array(0);

let house: House;

afterEach(async () => {
  await house.close();
});

describe("a call that cannot be taken is refused and leaves a record with the reason:", () => {
  test("an unknown number, 404", async () => {
    house = await House.open();

    const { outcome, record } = await refused(await house.call({ to: "+14155550999" }));

    expect(outcome.status).toBe(404);
    expect(record).toMatchObject({ status: "failed", hangupCause: { cause: "number_unknown" } });
  });

  test("a number without an agent, 480", async () => {
    house = await House.open();
    await house.removeAgent();

    const { outcome, record } = await refused(await house.call());

    expect(outcome.status).toBe(480);
    expect(record.hangupCause?.cause).toBe("number_without_agent");
  });

  test.each([
    ["no codec in common, 488", foreignSdp, "no_common_codec"],
    ["a session description that cannot be read, 488", malformedSdp, "malformed_sdp"],
  ])("%s", async (_, sdp, cause) => {
    house = await House.open();

    const { outcome, record } = await refused(await house.call({ sdp }));

    expect(outcome.status).toBe(488);
    expect(record.hangupCause).toMatchObject({ cause, sipStatus: 488 });
  });

  test("all calls taken, 503 with the time to come again, and free again after a hang-up", async () => {
    house = await House.open({ callsMax: 1 });
    const first = await house.answeredCall();

    const { outcome, record } = await refused(await house.call());
    await first.hangUp();
    await house.ended(first);
    const third = await house.answeredCall();

    expect(outcome).toMatchObject({ status: 503, retryAfterSecs: 10 });
    expect(record.hangupCause?.cause).toBe("all_calls_taken");
    expect(third.isOver).toBe(false);
  });

  test("a provider that cannot be reached, 503 before any answer", async () => {
    house = await House.open({ openaiBaseUrl: "http://127.0.0.1:9/v1" });

    const call = await house.call();
    const { outcome, record } = await refused(call);

    expect(outcome.status).toBe(503);
    expect(call.times.answeredMs).toBeNull();
    expect(record).toMatchObject({
      answeredAt: null,
      durationMs: 0,
      hangupCause: {
        cause: "provider_unreachable",
        message: "The model provider could not be reached.",
      },
    });
  });
});

describe("a provider's bad day is told before the answer:", () => {
  test.each<[string, HouseOptions["day"] & string, string]>([
    ["a key that is not known", "invalid", "key_invalid"],
    ["an account without credit", "noquota", "key_no_quota"],
    ["a model that the key may not use", "nomodel", "key_model_not_found"],
    ["a rate limit", "ratelimited", "key_rate_limited"],
  ])("%s", async (_, day, cause) => {
    house = await House.open({ day });

    const { outcome, record } = await refused(await house.call());

    expect(outcome.status).toBe(503);
    expect(record.hangupCause?.cause).toBe(cause);
    expect(record.answeredAt).toBeNull();
  });

  test("one that is slow is waited for, and then the caller hears the greeting", async () => {
    house = await House.open({ day: "slow2s" });

    const call = await house.answeredCall();
    await eventually("the greeting is heard", () => (call.audio.heard?.packets ?? 0) > 10);
    const ringingMs = (call.times.answeredMs ?? 0) - call.times.inviteMs;
    await call.hangUp();

    expect(ringingMs).toBeGreaterThan(2_000);
    expect((await house.ended(call)).hangupCause?.cause).toBe("caller_hung_up");
  });

  test("one that sends garbage between its frames is understood all the same", async () => {
    house = await House.open({ day: "garbage" });

    const call = await house.answeredCall();
    await eventually("the greeting is heard", () => isLoud(call.audio.heard?.samples ?? silence));
    await call.hangUp();

    expect((await house.ended(call)).hangupCause?.cause).toBe("caller_hung_up");
  });

  test("one that is ready and says nothing is answered at the deadline, so that the caller can speak", async () => {
    house = await House.open({ day: "mute" });
    await house.setAgent({ answerDeadlineMs: 700 });

    const call = await house.answeredCall();
    const ringingMs = (call.times.answeredMs ?? 0) - call.times.inviteMs;
    await call.hangUp();

    expect(ringingMs).toBeGreaterThan(690);
    expect((await house.ended(call)).latency?.firstDeltaMs).toBeNull();
  });
});

describe("a caller who gives up before the answer", () => {
  test("costs nothing and leaves a record", async () => {
    house = await House.open({ day: "slow5s" });
    const call = await house.call();
    await call.ringing;

    await call.hangUp();

    const record = await house.ended(call);
    expect(record).toMatchObject({
      status: "no_answer",
      answeredAt: null,
      endedBy: "caller",
      hangupCause: { cause: "caller_cancelled", sipStatus: 487 },
    });
    expect(house.practice.sessions()).toBe(0);
  });
});

async function refused(
  call: PhoneCall,
): Promise<{ outcome: Extract<CallOutcome, { kind: "refused" }>; record: CallView }> {
  const outcome = await call.outcome;
  if (outcome.kind !== "refused") throw new Error("the call was answered");
  return { outcome, record: await house.ended(call) };
}
