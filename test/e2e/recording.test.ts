import { readdirSync, readFileSync } from "node:fs";
import path from "node:path";
import { type CallView, callViewSchema } from "@agentcall/contract";
import type { PhoneCall } from "@agentcall/phone";
import { unzipSync } from "fflate";
import { afterEach, describe, expect, test } from "vitest";
import { hasEnded, loudPart, toneOf, tonesIn } from "../support/audio.ts";
import { eventually } from "../support/eventually.ts";
import { House } from "../support/house.ts";
import { onQuietHost } from "../support/quiet-host.ts";
import { parseStereo, type Stereo } from "../support/stereo-wav.ts";

const callerHz = 437;
const agentHz = 1_312;
const toneMs = 2_000;
const samplesPerMs = 8;

const greeting = [{ tone: { frequencyHz: agentHz, ms: toneMs } }];
const scenario = {
  greeting,
  turns: [{ caller: "A tone.", agent: { tone: { frequencyHz: agentHz, ms: 500 } } }],
};

let house: House;

afterEach(async () => {
  await house.close();
});

describe("the recording of a call", () => {
  test.each(["managed", "byok"])(
    "has the caller left and the agent right, at the seconds at which they spoke, %s",
    async (mode) => {
      house = await House.open({ scenario });
      if (mode === "byok") await house.saveKey("sk-proj-practice-good-12345678");
      await house.setAgent({ record: true });

      const { call, heardPauseMs } = await onQuietHost(() => agentThenCaller());
      const { caller, agent } = await recordingOf(call);

      expect(tonesIn(loudPart(caller), callerHz, agentHz)).toEqual([callerHz]);
      expect(tonesIn(loudPart(agent), callerHz, agentHz)).toEqual([agentHz]);
      // From the agent's first sound to the caller's, as the phone knows it, which shares this
      // process's loop: the law of 20 ms is held beside `CallRecorder`.
      const between = (firstLoudMs(caller) ?? 0) - (firstLoudMs(agent) ?? 0);
      expect(Math.abs(between - heardPauseMs)).toBeLessThanOrEqual(250);
    },
  );

  test("ends an answer where the caller broke into it", async () => {
    const long = [{ tone: { frequencyHz: agentHz, ms: 20_000 } }];
    house = await House.open({ scenario: { greeting: long, turns: [] } });
    await house.setAgent({ record: true });
    const call = await house.answeredCall();
    const session = await house.practice.whenOpened(0);
    const heard = (): Int16Array => call.audio.heard?.samples ?? new Int16Array(0);
    await eventually("a second was heard", () => loudPart(heard()).length > 8_000);

    session.interrupt();
    await eventually("the answer has ended", () => hasEnded(heard(), 1_000));
    const heardMs = loudPart(heard()).length / samplesPerMs;
    await call.hangUp();

    const { agent } = await recordingOf(call);
    expect(Math.abs(loudPart(agent).length / samplesPerMs - heardMs)).toBeLessThanOrEqual(40);
  });

  test("is silent on both sides while keys are pressed", async () => {
    const long = [{ tone: { frequencyHz: agentHz, ms: 8_000 } }];
    house = await House.open({ scenario: { greeting: long, turns: [] } });
    await house.setAgent({ record: true, recording: { pauseSecs: 1 } });
    const call = await house.answeredCall();
    const heard = (): Int16Array => call.audio.heard?.samples ?? nothing;
    await eventually("the agent is heard", () => loudPart(heard()).length > 12_000);

    call.audio.press("4");
    await eventually("the agent goes on for seconds", () => {
      return loudPart(heard()).length > 4_000 * samplesPerMs;
    });
    await call.hangUp();

    const { agent } = await recordingOf(call);
    const silence = longestSilenceMs(loudPart(agent));
    expect(silence).toBeGreaterThanOrEqual(1_000);
    expect(silence).toBeLessThan(2_000);
  });

  test("is told to the caller first, to webhooks and in the overview, and lies on disk sealed", async () => {
    house = await House.open({ scenario: { turns: [] } });
    await house.setAgent({ record: true, language: "de", firstMessage: "Guten Tag." });
    const call = await house.answeredCall();
    await eventually("the greeting was heard", () =>
      hasEnded(call.audio.heard?.samples, 2_000, 1_500),
    );
    const spool = path.join(house.folder, "spool", "recordings");
    await eventually("two seconds are on disk", () => {
      return readdirSync(spool).some(
        (name) => readFileSync(path.join(spool, name)).length > 32_000,
      );
    });
    await call.hangUp();

    const view = await ready(call);

    const [first] = await house.transcript(call);
    expect(first?.text).toBe("Dieses Gespräch wird aufgezeichnet. Guten Tag.");
    expect(view.recording).toMatchObject({ status: "ready", flaw: null });
    const told = house.messages.filter(({ event }) => event === "call.recording");
    expect(told.map(({ data }) => data["callId"])).toEqual([call.callId]);
    const folder = path.join(house.folder, "data", "recordings");
    expect(readdirSync(folder)).toEqual([`${call.callId ?? ""}.acr`]);
    const sealed = readFileSync(path.join(folder, `${call.callId ?? ""}.acr`));
    expect(sealed.includes(Buffer.alloc(16, 0xff))).toBe(false); // silence would show it
    expect(readdirSync(spool)).toEqual([]);
  });

  test("goes with its caller's data: into the export, and away when they are erased", async () => {
    house = await House.open({ scenario });
    await house.setAgent({ record: true });
    const call = await house.answeredCall({ from: "+14155550142" });
    await eventually("the greeting was heard", () => hasEnded(call.audio.heard?.samples, toneMs));
    await call.hangUp();
    const wav = await house.download(`/v1/calls/${(await ready(call)).id}/recording`);
    const caller = "/v1/contacts/by-phone/%2B14155550142";

    const files = unzipSync(await house.download(`${caller}/export`));
    const exported = Object.entries(files).find(([name]) => name.endsWith(".wav"))?.[1];
    const erased = await house.request("POST", `${caller}/erase`, undefined, {
      "idempotency-key": "erased-once",
    });
    const left = await house.request("GET", `/v1/calls/${call.callId ?? ""}/recording`);

    expect(Buffer.from(exported ?? []).equals(wav)).toBe(true);
    expect([erased.status, left.status]).toEqual([201, 404]);
    expect(readdirSync(path.join(house.folder, "data", "recordings"))).toEqual([]);
  });

  test("is not made where the number does not want it", async () => {
    house = await House.open({ scenario });
    const call = await house.answeredCall();
    await call.hangUp();

    const view = await house.ended(call);
    const answer = await house.request("GET", `/v1/calls/${view.id}/recording`);

    expect([view.recordingReady, view.recording]).toEqual([false, null]);
    expect(answer).toMatchObject({
      status: 404,
      body: { error: { code: "recording_not_found", reason: "not_recorded" } },
    });
  });
});

test("a call goes on when the disk is full, and its recording says why there is none", async () => {
  house = await House.open({ scenario, recordingReserveBytes: Number.MAX_SAFE_INTEGER });
  await house.setAgent({ record: true });
  const call = await house.answeredCall();
  await eventually("the greeting was heard", () => hasEnded(call.audio.heard?.samples, toneMs));
  await call.hangUp();

  const ended = await house.ended(call);
  await eventually("it is told", () => house.gateway.state().recordings === 0);

  expect(ended.status).toBe("completed");
  expect((await viewOf(call)).recording).toMatchObject({ status: "failed", flaw: "disk_full" });
});

const nothing = new Int16Array(0);

/** The agent's tone is heard to its end, then the caller's is played; how far apart they began. */
async function agentThenCaller(): Promise<{ call: PhoneCall; heardPauseMs: number }> {
  const call = await house.answeredCall();
  const heard = (): Int16Array => call.audio.heard?.samples ?? nothing;
  await eventually("the greeting was heard", () => hasEnded(heard(), toneMs));
  const agentFromMs = firstLoudMs(heard()) ?? 0;
  const playedAtMs = heard().length / samplesPerMs;
  await call.audio.play(toneOf(callerHz, toneMs));
  await eventually("silence followed", () => heard().length / samplesPerMs > playedAtMs + 2_500);
  await call.hangUp();
  return { call, heardPauseMs: playedAtMs - agentFromMs };
}

async function viewOf(call: PhoneCall): Promise<CallView> {
  return callViewSchema.parse(await house.ask("GET", `/v1/calls/${call.callId ?? ""}`));
}

async function ready(call: PhoneCall): Promise<CallView> {
  await eventually("the recording is ready", () =>
    house.messages.some(
      ({ event, data }) => event === "call.recording" && data["callId"] === call.callId,
    ),
  );
  return viewOf(call);
}

async function recordingOf(call: PhoneCall): Promise<Stereo> {
  await ready(call);
  return parseStereo(await house.download(`/v1/calls/${call.callId ?? ""}/recording`));
}

/** When anything is loud for the first time. */
function firstLoudMs(samples: Int16Array): number | null {
  const at = samples.findIndex((sample) => Math.abs(sample) > 2_000);
  return at === -1 ? null : at / samplesPerMs;
}

function longestSilenceMs(samples: Int16Array): number {
  let longest = 0;
  let silent = 0;
  for (const sample of samples) {
    silent = Math.abs(sample) > 500 ? 0 : silent + 1;
    longest = Math.max(longest, silent);
  }
  return longest / samplesPerMs;
}
