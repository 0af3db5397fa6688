import { createServer } from "node:https";
import { once } from "node:events";
import type { AddressInfo } from "node:net";
import { systemClock } from "@agentcall/base";
import { soundKind } from "@agentcall/media";
import type { PhoneCall } from "@agentcall/phone";
import { afterEach, describe, expect, test } from "vitest";
import { isLoud, loudPart } from "../support/audio.ts";
import { makeLoopbackCertificate } from "../support/certificate.ts";
import { eventually } from "../support/eventually.ts";
import { House } from "../support/house.ts";
import type { HouseOptions } from "../support/house-options.ts";

const announcement = "We are sorry, our telephone is out of order.";
const usefulWithinMs = 5_000; // from the answer to the first thing that one hears

let house: House;

afterEach(async () => {
  await house.close();
});

describe("a caller is told by the gateway itself, within five seconds, when the provider", () => {
  test.each<[string, HouseOptions, string]>([
    ["does not know the key", { day: "invalid" }, "key_invalid"],
    ["sees no credit", { day: "noquota" }, "key_no_quota"],
    ["limits the rate", { day: "ratelimited" }, "key_rate_limited"],
    ["has no such model", { day: "nomodel" }, "key_model_not_found"],
    ["is not there", { openaiBaseUrl: "http://127.0.0.1:9/v1" }, "provider_unreachable"],
    ["is ready much too late", { day: "slow9s" }, "answer_deadline"],
  ])("%s", async (_, options, cause) => {
    house = await House.open(options);
    await house.setAgent({ answerDeadlineMs: 700, fallback: { announcement } });

    const call = await house.answeredCall();
    await hearsSpeech(call);
    await call.hangUp();

    const record = await house.ended(call);
    expect(record.hangupCause?.cause).toBe(cause);
    expect(record.fallbackSteps).toMatchObject([{ what: "announcement", why: cause }]);
  });

  test("shows a certificate that nobody has signed, and nobody is answered where nothing is to be said", async () => {
    const { keyPem: key, certificatePem: cert } = makeLoopbackCertificate(systemClock().nowMs());
    const server = createServer({ key, cert }).listen(0, "127.0.0.1");
    await once(server, "listening");
    const { port } = server.address() as AddressInfo;
    house = await House.open({ openaiBaseUrl: `https://127.0.0.1:${String(port)}/v1` });
    await house.setAgent({ fallback: { rejectWith: 486 } });

    const call = await house.call();
    const outcome = await call.outcome;
    server.close();

    expect(outcome).toMatchObject({ kind: "refused", status: 486 });
    const record = await house.ended(call);
    expect(record.hangupCause?.cause).toBe("provider_tls_error");
    expect(record.fallbackSteps).toMatchObject([{ what: "rejection", why: "provider_tls_error" }]);
  });

  test("hears the caller and says nothing", async () => {
    house = await House.open({ day: "mute" });
    await house.setAgent({ answerDeadlineMs: 700 });

    const call = await house.answeredCall();
    await hearsSpeech(call);
    await call.hangUp();

    const record = await house.ended(call);
    expect(record.hangupCause?.cause).toBe("model_mute");
    expect(record.fallbackSteps).toMatchObject([{ what: "announcement", why: "model_mute" }]);
  });

  test("answers one question and then no more", async () => {
    house = await House.open({
      scenario: {
        greeting: [{ say: "Hello, this is Harbour Street Kitchen." }],
        turns: [{ caller: "A question.", delayMs: 60_000, agent: { say: "Never." } }],
      },
      timing: { muteAfterMs: 500 },
    });
    const call = await house.answeredCall();
    await hearsSpeech(call);
    const session = await house.practice.whenOpened(0);
    session.interrupt();
    const before = call.audio.heard?.samples.length ?? 0;

    await call.audio.play(new Int16Array(8_000).map((_, at) => (at % 20 < 10 ? 8_000 : -8_000)));
    await eventually("an apology is heard", () =>
      isLoud(call.audio.heard?.samples.subarray(before + 8_000) ?? new Int16Array(0)),
    );
    await call.hangUp();

    expect((await house.ended(call)).hangupCause?.cause).toBe("model_mute");
  });
});

describe("a caller notices little when the provider", () => {
  test.each(["slow1s", "slow2s"])("takes its time: %s", async (day) => {
    house = await House.open({ day });

    const call = await house.answeredCall();
    await hearsSpeech(call);
    await call.hangUp();

    const record = await house.ended(call);
    expect(record.hangupCause?.cause).toBe("caller_hung_up");
    expect(record.fallbackSteps).toEqual([]);
  });

  test.each([
    ["expires2s", "session_expired"],
    ["drops2s", "session_lost"],
  ])("ends the session: %s", async (day, why) => {
    house = await House.open({ day, scenario: { greeting: [{ say: "Hello." }], turns: [] } });
    const call = await house.answeredCall();
    await hearsSpeech(call);

    const second = await house.practice.whenOpened(1);
    await eventually("the second session is asked to go on", () =>
      second.frames().some(({ text }) => text.includes("Do not greet again")),
    );
    await call.hangUp();

    const told = second.frames().map(({ text }) => text);
    expect(told.some((text) => text.includes("output_text") && text.includes("Hello."))).toBe(true);
    const record = await house.ended(call);
    expect(record.hangupCause?.cause).toBe("caller_hung_up");
    expect(record.fallbackSteps[0]).toMatchObject({ what: "session_replaced", why });
  });

  test("takes the number's own key no more, and another one is allowed", async () => {
    house = await House.open();
    await house.setAgent({ fallback: { allowManagedKey: true } });
    await house.saveKey("sk-proj-practice-drops1s-12345678");
    const call = await house.answeredCall();

    const last = await house.practice.whenOpened(5); // the key's test, the first one, and three that took its place
    await eventually(
      "the other key carries the call",
      () => last.isOpen() && last.receivedMs() > 500,
    );
    await call.hangUp();

    const record = await house.ended(call);
    const steps = record.fallbackSteps.map(({ what }) => what);
    expect(steps).toEqual([...Array<string>(3).fill("session_replaced"), "managed_key"]);
    expect(record.voiceMode).toBe("managed");
    const failing = house.messages.filter(({ event }) => event === "byok.key.failing");
    expect(failing.at(-1)?.data).toMatchObject({ cause: "session_lost", step: "managed_key" });
    expect(failing.at(-1)?.data["fingerprint"]).toMatch(/^[0-9a-f]{8,}$/);
  });
});

/** Something that sounds like speech, soon after the answer. */
async function hearsSpeech(call: PhoneCall): Promise<void> {
  await eventually("speech is heard", () => {
    const samples = call.audio.heard?.samples ?? new Int16Array(0);
    return loudPart(samples).length > 8_000 && soundKind(samples) === "speech";
  });
  const { samples, arrivalsMs } = call.audio.heard ?? {
    samples: new Int16Array(0),
    arrivalsMs: [],
  };
  const firstLoud = samples.findIndex((sample) => Math.abs(sample) > 2_000);
  const heardAtMs = (arrivalsMs[0] ?? 0) + firstLoud / 8;
  expect(heardAtMs - (call.times.answeredMs ?? 0)).toBeLessThan(usefulWithinMs);
}
