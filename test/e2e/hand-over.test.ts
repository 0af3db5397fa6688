import { soundKind } from "@agentcall/media";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { hasEnded, isLoud, loudPart, toneOf, tonesIn } from "../support/audio.ts";
import { eventually } from "../support/eventually.ts";
import { FarPhone } from "../support/far-phone.ts";
import { House } from "../support/house.ts";

const callerHz = 437;
const personHz = 812;

let house: House;
let person: FarPhone;

beforeEach(async () => {
  person = await FarPhone.open();
});
afterEach(async () => {
  await house.close();
  await person.close();
});

describe("a caller whose agent cannot be had is given to a person", () => {
  test("by REFER, where the caller's side takes one", async () => {
    house = await House.open({ day: "invalid" });
    await house.setAgent({ fallback: { forwardTo: person.uri } });

    const call = await house.answeredCall({ onRefer: "accept" });

    expect(await call.ended).toEqual({ by: "far-end" });
    expect(call.referredTo).toBe(person.uri);
    const record = await house.ended(call);
    expect(record.hangupCause?.cause).toBe("forwarded");
    expect(record.fallbackSteps).toMatchObject([{ what: "forward", why: "key_invalid" }]);
  });

  test("by a second leg, where it does not: both hear each other, keys too, until the person hangs up", async () => {
    house = await House.open({ day: "invalid" });
    await house.setAgent({ fallback: { forwardTo: person.uri } });
    const call = await house.answeredCall({ onRefer: "refuse", codecs: ["pcma"] });
    const dialog = await person.answered;

    await Promise.all([
      call.audio.play(toneOf(callerHz, 1_000)),
      person.audio.play(toneOf(personHz, 1_000)),
    ]);
    await eventually("the caller's tone has ended at the person's", () =>
      hasEnded(person.audio.heard?.samples, 1_000),
    );
    await eventually("the person's tone has ended at the caller's", () =>
      hasEnded(call.audio.heard?.samples, 1_000),
    );
    call.audio.press("7");
    await eventually("the key arrives", () => person.audio.keys === "7");
    await dialog.destroy();

    expect(await call.ended).toEqual({ by: "far-end" });
    const caller = call.audio.heard?.samples ?? new Int16Array(0);
    expect(tonesIn(person.audio.heard?.samples ?? new Int16Array(0), callerHz)).toEqual([callerHz]);
    expect(tonesIn(caller.subarray(-16_000), personHz)).toContain(personHz);
    expect((await house.ended(call)).hangupCause?.cause).toBe("far_end_hung_up");
  });

  test("and without any session, where the number's budget is used up and its rule says so", async () => {
    house = await House.open();
    await house.setAgent({
      fallback: { forwardTo: person.uri },
      limits: { monthlyBudgetMicros: 0, whenBudgetUsed: "forward" },
    });

    const call = await house.answeredCall({ onRefer: "accept" });

    expect(await call.ended).toEqual({ by: "far-end" });
    expect(call.referredTo).toBe(person.uri);
    const record = await house.ended(call);
    expect(record.hangupCause?.cause).toBe("forwarded");
    expect(record.fallbackSteps).toMatchObject([{ what: "forward", why: "budget_exhausted" }]);
    expect(house.practice.opened()).toBe(0);
  });

  test("and hears an apology when nobody is there either", async () => {
    house = await House.open({ day: "invalid" });
    await house.setAgent({ fallback: { forwardTo: "sip:nobody@127.0.0.1:9" } });

    const call = await house.answeredCall({ onRefer: "refuse" });
    const steps = async (): Promise<readonly string[]> =>
      (await house.ended(call)).fallbackSteps.map(({ what }) => what);
    await eventually("an apology is heard after the words of connecting", () => {
      const samples = call.audio.heard?.samples ?? new Int16Array(0);
      return loudPart(samples).length > 8 * 5_000 && soundKind(samples) === "speech";
    });
    await call.hangUp();

    expect(await steps()).toEqual(["forward", "announcement"]);
  });
});

describe("the agent", () => {
  test("ends the call when its goodbye has been heard", async () => {
    house = await House.open({
      scenario: {
        greeting: [{ tone: { frequencyHz: personHz, ms: 1_000 } }, { call: { name: "hang_up" } }],
        turns: [],
      },
    });
    await house.setAgent({ tools: [{ type: "hang_up" }] });

    const call = await house.answeredCall();

    expect(await call.ended).toEqual({ by: "far-end" });
    const heard = loudPart(call.audio.heard?.samples ?? new Int16Array(0));
    expect(heard.length / 8).toBeGreaterThan(950);
    expect(await house.ended(call)).toMatchObject({
      endedBy: "agent",
      toolCallCount: 1,
      hangupCause: { cause: "agent_hung_up" },
    });
  });

  test("presses keys at the caller's end", async () => {
    house = await House.open({
      scenario: {
        greeting: [
          { tone: { frequencyHz: personHz, ms: 1_000 } },
          { call: { name: "send_dtmf", arguments: { digits: "12#" } } },
        ],
        turns: [],
      },
    });
    await house.setAgent({ tools: [{ type: "send_dtmf" }] });

    const call = await house.answeredCall();
    await eventually("the keys arrive", () => call.audio.keys === "12#");
    await call.hangUp();

    expect((await house.ended(call)).toolCallCount).toBe(1);
  });

  test("puts the caller through to the one it named, by a second leg", async () => {
    house = await House.open({
      scenario: {
        greeting: [
          { tone: { frequencyHz: 1_312, ms: 500 } },
          { call: { name: "transfer_call", arguments: { destination: "Sales" } } },
        ],
        turns: [],
      },
    });
    await house.setAgent({
      tools: [{ type: "transfer_call", destinations: [{ name: "Sales", to: person.uri }] }],
    });
    const call = await house.answeredCall();
    await person.answered;

    await call.audio.play(toneOf(callerHz, 500));
    await eventually("the caller is heard", () =>
      isLoud(person.audio.heard?.samples ?? new Int16Array(0)),
    );
    await call.hangUp();

    expect((await house.ended(call)).hangupCause?.cause).toBe("caller_hung_up");
  });
});

test("the API hands a call over", async () => {
  house = await House.open({ scenario: { greeting: [{ say: "Hello." }], turns: [] } });
  const call = await house.answeredCall({ onRefer: "accept" });
  await eventually("the call is known to be answered", () =>
    house.messages.some(({ data }) => data["status"] === "in-progress"),
  );

  const answer = await house.ask("POST", `/v1/calls/${call.callId ?? ""}/transfer`, {
    to: person.uri,
  });

  expect(answer).toEqual({ ok: true });
  expect(await call.ended).toEqual({ by: "far-end" });
  expect(await house.ended(call)).toMatchObject({
    hangupCause: { cause: "transferred" },
    fallbackSteps: [],
  });
});
