import { Secret, seededRandom } from "@agentcall/base";
import { TestClock } from "@agentcall/base/testing";
import type { CallId } from "@agentcall/contract";
import { encodeG711, generateTone } from "@agentcall/media";
import { beforeEach, describe, expect, test } from "vitest";
import { CallRecorder } from "./call-recorder.ts";
import { openRecording, type OpenedRecording } from "./testing/opened-recording.ts";

const callId = "call_1" as CallId;
const dataKey = Buffer.alloc(32, 5).toString("base64");
const frameMs = 20;
const frameBytes = 160;

let clock: TestClock;
let sealed: Uint8Array[];

beforeEach(() => {
  clock = new TestClock();
  sealed = [];
});

describe("CallRecorder", () => {
  test("puts the caller on the left and the agent on the right, at the seconds at which they spoke", () => {
    const recorder = aRecorder();
    run(recorder, 10_000, { callerMs: [2_000, 3_000], agentMs: [5_000, 6_000] });

    const { caller, agent, isComplete } = opened(recorder);

    expect([caller.length, agent.length, isComplete]).toEqual([80_000, 80_000, true]);
    expect(soundsMs(caller)).toEqual([[2_000, 3_000]]);
    expect(soundsMs(agent)).toEqual([[5_000, 6_000]]);
  });

  test("has each second on its way to the disk 1.4 s after it began, and nothing of it in the clear", () => {
    const recorder = aRecorder();

    run(recorder, 5_400, { callerMs: [0, 5_400], agentMs: [] });

    const bytes = Buffer.concat(sealed);
    expect(sealed.map(({ length }) => length)).toEqual([12, ...Array<number>(5).fill(16_016)]);
    expect(bytes.includes(Buffer.from(tone.subarray(0, 8)))).toBe(false);
  });

  test.each([
    ["fast", 250],
    ["slow", -250],
  ])(
    "keeps both sides within 20 ms over an hour of loss and jitter with a caller whose clock is %s by %i ppm",
    (_, driftPpm) => {
      const random = seededRandom(1);
      const recorder = aRecorder();
      const begunMs: number[] = [];

      run(recorder, 3_600_000, {
        callerMs: eachMinute(20_000),
        agentMs: eachMinute(40_000),
        rate: 1 - driftPpm / 1_000_000,
        delayMs: () => random.unit() ** 3 * 40,
        isLost: (sentMs) => sentMs % 60_000 > 21_000 && random.below(100) < 3,
        onCallerBegins: (ms) => begunMs.push(ms),
      });

      const { caller, agent } = opened(recorder);
      expect(begunMs).toHaveLength(60);
      expect(furthestMs(soundsMs(caller), begunMs)).toBeLessThanOrEqual(20);
      expect(furthestMs(soundsMs(agent), eachMinute(40_000, 0))).toBe(0);
    },
    60_000,
  );

  test("fills what was lost, and what the caller held, with silence", () => {
    const recorder = aRecorder();
    run(recorder, 6_000, {
      callerMs: [0, 6_000],
      agentMs: [],
      isLost: (sentMs) => sentMs >= 2_000 && sentMs < 4_000,
    });

    const { caller } = opened(recorder);

    expect(soundsMs(caller)).toEqual([
      [0, 2_000],
      [4_000, 6_000],
    ]);
  });

  test("puts a sender that begins anew, or comes back from hold, where it speaks", () => {
    const recorder = aRecorder();
    run(recorder, 2_000, { callerMs: [1_000, 2_000], agentMs: [] });
    run(recorder, 2_000, { callerMs: [3_000, 3_500], agentMs: [], ssrc: 9, firstTimestamp: 77 });
    recorder.resumed();
    run(recorder, 2_000, { callerMs: [5_000, 5_500], agentMs: [], ssrc: 9, firstTimestamp: 5 });

    const { caller } = opened(recorder);

    expect(soundsMs(caller)).toEqual([
      [1_000, 2_000],
      [3_000, 3_500],
      [5_000, 5_500],
    ]);
  });

  test("keeps the agent's time where no frame is sent", () => {
    const recorder = aRecorder();
    run(recorder, 1_000, { callerMs: [], agentMs: [0, 1_000] });
    recorder.notSent(50 * frameBytes);
    clock.advance(1_000);
    run(recorder, 1_000, { callerMs: [], agentMs: [2_000, 3_000] });

    const { agent } = opened(recorder);

    expect(soundsMs(agent)).toEqual([
      [0, 1_000],
      [2_000, 3_000],
    ]);
  });

  test("is silent on both sides from the first telephone event until the pause after the last", () => {
    const recorder = aRecorder({ pauseMs: 2_000 });
    run(recorder, 10_000, {
      callerMs: [0, 10_000],
      agentMs: [0, 10_000],
      eventsAtMs: [3_000, 3_020, 4_000],
    });

    const { caller, agent } = opened(recorder);

    for (const side of [caller, agent]) {
      expect(soundsMs(side)).toEqual([
        [0, 2_800],
        [6_000, 10_000],
      ]);
    }
  });

  test("is so for keys that sound in the audio, from before they began", () => {
    const recorder = aRecorder({ pauseMs: 1_000 });
    run(recorder, 8_000, {
      callerMs: [0, 8_000],
      agentMs: [0, 8_000],
      keysMs: [
        [2_900, 3_000],
        [3_400, 3_500],
      ],
    });

    const { caller, agent } = opened(recorder);

    for (const side of [caller, agent]) {
      const [[from, silentFrom] = [], [silentTo, to] = []] = soundsMs(side);
      expect([from, to]).toEqual([0, 8_000]);
      expect(silentFrom).toBeGreaterThan(2_600);
      expect(silentFrom).toBeLessThanOrEqual(2_720);
      expect(silentTo).toBeGreaterThanOrEqual(4_440);
      expect(silentTo).toBeLessThan(4_560);
    }
  });

  test("records keys where the number does not want the pause", () => {
    const recorder = aRecorder({ pauseMs: null });
    run(recorder, 4_000, { callerMs: [0, 4_000], agentMs: [], eventsAtMs: [2_000] });

    expect(soundsMs(opened(recorder).caller)).toEqual([[0, 4_000]]);
  });

  test("of a call that ends at once is complete and empty", () => {
    const { caller, isComplete } = opened(aRecorder());

    expect([caller.length, isComplete]).toEqual([0, true]);
  });
});

function aRecorder({ pauseMs = null }: { pauseMs?: number | null } = {}): CallRecorder {
  return new CallRecorder({
    callId,
    dataKey: new Secret(dataKey),
    codec: "pcmu",
    pauseMs,
    sink: { append: (bytes) => sealed.push(bytes) },
    clock,
  });
}

type Run = {
  /** From and to, again and again, in the recording's time. */
  readonly callerMs: readonly number[];
  readonly agentMs: readonly number[];
  readonly eventsAtMs?: readonly number[];
  readonly keysMs?: readonly (readonly [number, number])[];
  /** Of our clock for each unit of the caller's. */
  readonly rate?: number;
  readonly delayMs?: () => number;
  readonly isLost?: (sentMs: number) => boolean;
  /** Told when the caller's first frame of sound was sent, each time. */
  readonly onCallerBegins?: (ms: number) => void;
  readonly ssrc?: number;
  readonly firstTimestamp?: number;
};

/** Lets time pass, a frame of each side every 20 ms. */
function run(recorder: CallRecorder, forMs: number, given: Run): void {
  const { callerMs, agentMs, eventsAtMs = [], keysMs = [] } = given;
  const { rate = 1, delayMs = () => 0, isLost = () => false, ssrc = 1, firstTimestamp = 0 } = given;
  const { onCallerBegins = () => undefined } = given;
  const startMs = clock.monotonicMs();
  let frame = 0;
  let wasSpeaking = false;
  for (let sent = 0; sent < forMs / frameMs; sent += 1) {
    // The caller's frames by its clock, as many as have come until now.
    for (; startMs + frame * frameMs * rate <= clock.monotonicMs(); frame += 1) {
      const spokenMs = startMs + frame * frameMs * rate;
      if (isLost(spokenMs)) continue;
      const speaks = isWithin(callerMs, spokenMs);
      if (speaks && !wasSpeaking) onCallerBegins(spokenMs);
      wasSpeaking = speaks;
      const key = keysMs.some(([from, to]) => spokenMs >= from && spokenMs < to);
      const bytes = key ? keyTone : speaks ? tone : silence;
      const timestamp = (firstTimestamp + frame * frameBytes) >>> 0;
      recorder.heard(ssrc, timestamp, bytes, 0, frameBytes, spokenMs + delayMs());
    }
    const dueMs = clock.monotonicMs();
    recorder.sent(dueMs, isWithin(agentMs, dueMs) ? tone : silence, 0, frameBytes);
    if (eventsAtMs.includes(dueMs)) recorder.keyPressed(dueMs);
    recorder.tick(dueMs);
    clock.advance(frameMs);
  }
  recorder.tick(clock.monotonicMs());
}

function opened(recorder: CallRecorder): OpenedRecording {
  recorder.close();
  return openRecording(Buffer.concat(sealed), callId, dataKey);
}

function isWithin(spans: readonly number[], ms: number): boolean {
  for (let at = 0; at < spans.length; at += 2) {
    if (ms >= (spans[at] ?? 0) && ms < (spans[at + 1] ?? 0)) return true;
  }
  return false;
}

/** From where to where there is sound, in milliseconds; gaps below 30 ms are none. */
function soundsMs(samples: Int16Array): (readonly [number, number])[] {
  const sounds: [number, number][] = [];
  let last: [number, number] | undefined;
  for (let index = 0; index < samples.length; index += 1) {
    if (Math.abs(samples[index] ?? 0) < 1_000) continue;
    if (last !== undefined && index - last[1] < 240) last[1] = index;
    else sounds.push((last = [index, index]));
  }
  return sounds.map(([from, to]) => [Math.round(from / 8), Math.round((to + 1) / 8)] as const);
}

/** Half a second of sound in each minute of an hour, from and to; or only where it begins. */
function eachMinute(offsetMs: number, forMs = 500): number[] {
  return Array.from({ length: 60 }, (_, minute) => minute * 60_000 + offsetMs).flatMap((from) =>
    forMs === 0 ? [from] : [from, from + forMs],
  );
}

/** How far the sounds' beginnings are from where they belong. */
function furthestMs(
  sounds: readonly (readonly [number, number])[],
  startsMs: readonly number[],
): number {
  return Math.max(
    ...startsMs.map((startMs) => Math.min(...sounds.map(([from]) => Math.abs(from - startMs)))),
  );
}

const silence = new Uint8Array(frameBytes).fill(0xff);
const tone = toneFrame([1_000]);
const keyTone = toneFrame([700, 1_200]); // 14 and 24 periods in a frame: it goes on without a break

function toneFrame(frequenciesHz: readonly number[]): Uint8Array {
  const samples = new Int16Array(frameBytes);
  for (const frequencyHz of frequenciesHz) {
    const one = new Int16Array(frameBytes);
    generateTone({ frequencyHz, amplitude: 8_000, samples: one, phase: 0.5 });
    one.forEach((sample, index) => {
      samples[index] = (samples[index] ?? 0) + sample;
    });
  }
  const bytes = new Uint8Array(frameBytes);
  encodeG711("pcmu", samples, bytes);
  return bytes;
}
