import { afterEach, describe, expect, test } from "vitest";
import { decoded, hasEnded, isLoud, toneOf, tonesIn } from "../support/audio.ts";
import { eventually } from "../support/eventually.ts";
import { House } from "../support/house.ts";

const greetingHz = 1_312;
const answerHz = 812;
const callerHz = 437;

const scenario = {
  greeting: [{ tone: { frequencyHz: greetingHz, ms: 600 } }],
  turns: [{ caller: "A question.", agent: { tone: { frequencyHz: answerHz, ms: 600 } } }],
};

let house: House;

afterEach(async () => {
  await house.close();
});

test("before the provider's limit another session takes over in a quiet moment, knows what was said, and answers", async () => {
  house = await House.open({ scenario, timing: { replaceSessionAfterMs: 1_000 } });
  const call = await house.answeredCall();
  await eventually("the greeting was heard", () => hasEnded(call.audio.heard?.samples, 600));

  const first = await house.practice.whenOpened(0);
  const second = await house.practice.whenOpened(1);
  await eventually("the second session takes over", () => second.receivedMs() > 100);
  await eventually("the first one is gone", () => !first.isOpen());
  const before = call.audio.heard?.samples.length ?? 0;
  second.interrupt();
  second.answer([{ kind: "tone", frequencyHz: answerHz, ms: 600, text: "the answer" }]);
  await eventually("the answer was heard", () =>
    hasEnded(call.audio.heard?.samples.subarray(before), 600),
  );
  await call.hangUp();

  expect(second.frames().some(({ text }) => text.includes('"output_text"'))).toBe(true);
  const heard = call.audio.heard?.samples ?? new Int16Array(0);
  expect(new Set(tonesIn(heard, greetingHz, answerHz))).toEqual(new Set([greetingHz, answerHz]));
  expect((await house.ended(call)).fallbackSteps).toEqual([]);
});

describe("a re-INVITE in the middle of a call", () => {
  test("may bring the other law: both sides hear each other as before", async () => {
    house = await House.open({ scenario });
    const call = await house.answeredCall({ codecs: ["pcmu"] });
    const session = await house.practice.whenOpened(0);
    await eventually("the greeting was heard", () => hasEnded(call.audio.heard?.samples, 600));
    const before = call.audio.heard?.samples.length ?? 0;

    await call.changeCodec("pcma");
    const upFrom = session.received().audio.length;
    await call.audio.play(toneOf(callerHz, 600));
    session.answer([{ kind: "tone", frequencyHz: answerHz, ms: 600, text: "the answer" }]);
    await eventually("the answer was heard", () =>
      hasEnded(call.audio.heard?.samples.subarray(before), 600),
    );
    await call.hangUp();
    const record = await house.ended(call);

    const down = call.audio.heard?.samples.subarray(before) ?? new Int16Array(0);
    const up = decodedPcmu(session.received().audio.subarray(upFrom));
    expect(tonesIn(down, answerHz)).toEqual([answerHz]);
    expect(tonesIn(up, callerHz)).toEqual([callerHz]);
    expect(record.mediaStats?.codec).toBe("PCMA");
    expect(isLoud(up)).toBe(true);
  });
});

function decodedPcmu(audio: Uint8Array): Int16Array {
  return decoded({ codec: "pcmu", audio });
}
