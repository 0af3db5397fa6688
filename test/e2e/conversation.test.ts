import { createSocket } from "node:dgram";
import { seededRandom } from "@agentcall/base";
import { soundKind } from "@agentcall/media";
import { afterEach, describe, expect, test } from "vitest";
import { decoded, hasEnded, isLoud, loudPart, toneOf, tonesIn } from "../support/audio.ts";
import { eventually } from "../support/eventually.ts";
import { House } from "../support/house.ts";
import { bundledQuestion } from "../support/question.ts";

const greetingHz = 1_312;
const answerHz = 812;

const tones = {
  greeting: [{ tone: { frequencyHz: greetingHz, ms: 1_000 } }],
  turns: [{ caller: "A question.", agent: { tone: { frequencyHz: answerHz, ms: 1_000 } } }],
};
const longGreeting = { ...tones, greeting: [{ tone: { frequencyHz: greetingHz, ms: 30_000 } }] };

let house: House;

afterEach(async () => {
  await house.close();
});

test("a spoken question is answered in speech, and the transcript tells both sides in order", async () => {
  house = await House.open({
    scenario: {
      greeting: [{ say: "Harbour Street Kitchen." }],
      turns: [{ caller: "Are you open tonight?", agent: { say: "Yes, until eleven." } }],
    },
  });
  const call = await house.answeredCall();
  await eventually("the greeting was heard", () => hasEnded(call.audio.heard?.samples, 700, 800));
  const answerFrom = call.audio.heard?.samples.length ?? 0;

  await call.audio.play(bundledQuestion());
  await eventually("the answer was heard", () =>
    hasEnded(call.audio.heard?.samples.subarray(answerFrom), 700, 800),
  );
  const answer = call.audio.heard?.samples.subarray(answerFrom) ?? new Int16Array(0);
  await call.hangUp();
  const record = await house.ended(call);

  expect(soundKind(answer)).toBe("speech");
  expect((await house.transcript(call)).map(({ role, text }) => [role, text])).toEqual([
    ["ai", "Harbour Street Kitchen."],
    ["human", "Are you open tonight?"],
    ["ai", "Yes, until eleven."],
  ]);
  expect(record).toMatchObject({
    status: "completed",
    endedBy: "caller",
    model: "gpt-realtime-2.1",
    hangupCause: { cause: "caller_hung_up", message: "The caller hung up." },
    mediaStats: { packetsLost: 0, packetsFromStrangers: 0 },
  });
  expect(record.durationMs).toBeGreaterThan(1_000);
  expect(record.tokenUsage?.outputAudioTokens).toBeGreaterThan(0);
  expect(record.latency?.firstRtpOutMs).toBeGreaterThan(0);
});

test("a caller who interrupts silences the agent, who remembers only what was heard", async () => {
  house = await House.open({ scenario: longGreeting });
  const call = await house.answeredCall();
  const session = await house.practice.whenOpened(0);
  await eventually("the agent speaks", () => hasSound(call.audio.heard?.samples, 1_000));

  session.interrupt();
  await eventually("the agent is silent", () => isQuietNow(call.audio.heard?.samples));
  const heard = loudPart(call.audio.heard?.samples ?? new Int16Array(0)).length / 8;
  await call.hangUp();
  const record = await house.ended(call);

  const truncate = session
    .frames()
    .map(({ text }) => JSON.parse(text) as { type: string; audio_end_ms?: number })
    .find(({ type }) => type === "conversation.item.truncate");
  expect(truncate?.audio_end_ms).toBeGreaterThan(0);
  expect(Math.abs((truncate?.audio_end_ms ?? 0) - heard)).toBeLessThan(60);
  expect(heard).toBeLessThan(3_000);
  expect(record.latency?.bargeInStopMs).toHaveLength(1);
  expect(record.latency?.bargeInStopMs[0]).toBeLessThanOrEqual(20);
  expect(await house.transcript(call)).toHaveLength(1);
});

describe("a call ends", () => {
  test("when the API hangs it up, and says so", async () => {
    house = await House.open({ scenario: tones });
    const call = await house.answeredCall();

    await house.ask("POST", `/v1/calls/${call.callId ?? ""}/hangup`);

    expect(await call.ended).toEqual({ by: "far-end" });
    expect(await house.ended(call)).toMatchObject({
      endedBy: "api",
      hangupCause: { cause: "api_hung_up" },
    });
  });

  test("at its longest duration", async () => {
    house = await House.open({ scenario: tones });
    await house.setAgent({ maxDurationSecs: 1 });
    const call = await house.answeredCall();

    expect(await call.ended).toEqual({ by: "far-end" });
    expect((await house.ended(call)).hangupCause?.cause).toBe("max_duration");
  });

  test("with BYE to the caller when the gateway is stopped", async () => {
    house = await House.open({ scenario: tones });
    const call = await house.answeredCall();

    await house.gateway.close();

    expect(await call.ended).toEqual({ by: "far-end" });
  });
});

test("a call on hold hears nothing, sends silence to the model, and goes on when it is resumed", async () => {
  house = await House.open({ scenario: longGreeting });
  const call = await house.answeredCall();
  const session = await house.practice.whenOpened(0);
  await eventually("the agent speaks", () => hasSound(call.audio.heard?.samples, 500));

  await call.hold();
  call.audio.mute(true);
  const heldAt = session.receivedMs();
  await eventually("time passes upstream", () => session.receivedMs() > heldAt + 1_500);
  const packetsOnHold = call.audio.heard?.packets ?? 0;
  await eventually("more time passes", () => session.receivedMs() > heldAt + 2_500);
  const packetsLater = call.audio.heard?.packets ?? 0;
  call.audio.mute(false);
  await call.resume();
  await call.audio.play(toneOf(437, 1_000));
  await eventually("the caller is heard again", () =>
    isLoud(decoded(session.received()).subarray(-8_000)),
  );
  await call.hangUp();
  const record = await house.ended(call);

  expect(packetsLater - packetsOnHold).toBeLessThanOrEqual(1);
  expect(isLoud(decoded(session.received()).subarray(heldAt * 8, heldAt * 8 + 12_000))).toBe(false);
  expect(record.mediaStats?.packetsLost).toBe(0);
});

test("RTP of strangers and what is no RTP is dropped and counted, and the caller goes on", async () => {
  house = await House.open({ scenario: tones });
  const call = await house.answeredCall();
  const session = await house.practice.whenOpened(0);
  await eventually("the greeting was heard", () => hasEnded(call.audio.heard?.samples, 1_000));
  const before = session.received().audio.length;
  const stranger = createSocket("udp4");
  const target = call.remoteMedia;
  const random = seededRandom(7);

  const playing = call.audio.play(toneOf(437, 1_000));
  for (let count = 0; count < 200; count += 1) {
    const packet = count % 2 === 0 ? rtpOfStranger(count) : random.bytes(random.below(300));
    stranger.send(packet, target?.port ?? 0, target?.host);
  }
  await playing;
  await eventually("the tone arrived", () =>
    hasEnded(decoded(session.received()).subarray(before), 1_000),
  );
  const up = loudPart(decoded(session.received()).subarray(before));
  stranger.close();
  await call.hangUp();
  const { mediaStats } = await house.ended(call);

  expect(tonesIn(up, 437)).toEqual([437]);
  expect((mediaStats?.packetsFromStrangers ?? 0) + (mediaStats?.packetsNotRtp ?? 0)).toBe(200);
  expect(mediaStats?.packetsFromStrangers).toBeGreaterThanOrEqual(100);
});

/** A loud packet that would be heard, if it were taken. */
function rtpOfStranger(sequenceNumber: number): Uint8Array {
  const packet = new Uint8Array(172).fill(0x80);
  packet[1] = 0;
  packet[3] = sequenceNumber;
  return packet;
}

function hasSound(samples: Int16Array | undefined, ms: number): boolean {
  return samples !== undefined && loudPart(samples).length >= ms * 8;
}

function isQuietNow(samples: Int16Array | undefined): boolean {
  return samples !== undefined && !isLoud(samples.subarray(-1_600));
}
