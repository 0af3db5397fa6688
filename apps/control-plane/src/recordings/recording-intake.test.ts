import { readdirSync, readFileSync } from "node:fs";
import path from "node:path";
import { Secret, silentLog } from "@agentcall/base";
import { segmentAt } from "@agentcall/recording";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { applianceActor } from "../audit/audit-log.ts";
import { callId, startedEvent } from "../testing/call-facts.ts";
import { OpenApp } from "../testing/open-app.ts";
import { cheapPassphrase } from "../testing/root-key.ts";
import {
  plannedRecording,
  sealedRecording,
  segmentBytes,
  sendFile,
  someAudio,
} from "../testing/sealed-recording.ts";
import { RecordingIntake } from "./recording-intake.ts";

const audio = someAudio(5 * segmentBytes + 100);
const layout = { codec: "pcmu", segmentBytes } as const;

let api: OpenApp;
let dataKey: string;

beforeEach(async () => {
  api = await OpenApp.open();
  dataKey = await plannedRecording(api.recordings.store);
});

afterEach(() => api.close());

describe("RecordingIntake", () => {
  test("takes a file in piece by piece and calls it ready when each segment has opened", async () => {
    const file = sealedRecording(dataKey, audio);

    expect(await sendFile(api.recordings.intake, file)).toBe("done");

    expect(await stored()).toEqual({
      callId,
      state: "ready",
      flaw: null,
      audioMs: Math.floor(audio.length / 16),
    });
    expect(readFileSync(fileOf(".acr"))).toEqual(file);
  });

  test("tells webhooks and listeners of it once, however often it is offered", async () => {
    const told: unknown[] = [];
    api.stream.listen((message) => told.push([message.event, message.data]));
    const file = sealedRecording(dataKey, audio);
    await sendFile(api.recordings.intake, file);

    expect(await sendFile(api.recordings.intake, file)).toBe("done");

    const data = {
      callId,
      recordingUrl: "/v1/calls/call_1/recording",
      duration: 0.506,
      flaw: null,
    };
    expect(told).toEqual([["call.recording", data]]);
  });

  test("goes on after an interruption where the file on disk ends", async () => {
    const { intake, store, files } = api.recordings;
    const file = sealedRecording(dataKey, audio);
    const data = file.subarray(0, 3_000).toString("base64");
    await intake.onPiece({ callId, at: 0, data });

    const another = new RecordingIntake({ store, files, log: silentLog });
    const offered = await another.onOffer({ callId, bytes: file.length, flaw: null });
    const again = await another.onPiece({ callId, at: 0, data });

    expect([offered, again]).toEqual([
      { kind: "stored", bytes: 3_000 },
      { kind: "stored", bytes: 3_000 },
    ]);
    expect(await sendFile(another, file)).toBe("done");
    expect(readFileSync(fileOf(".acr"))).toEqual(file);
  });

  test.each([
    ["between two segments", 0],
    ["within a segment", 700],
    ["within a tag", segmentBytes + 3],
  ])("ends a file whose writer was stopped %s, and marks it as recovered", async (_, torn) => {
    const whole = sealedRecording(dataKey, audio);
    const file = whole.subarray(0, segmentAt(3, layout) + torn);

    expect(await sendFile(api.recordings.intake, file)).toBe("done");

    expect(await stored()).toMatchObject({ state: "ready", flaw: "recovered", audioMs: 300 });
    expect(await listenedBytes()).toBe(44 + 3 * segmentBytes * 2);
  });

  test("tells what stopped the writer where it could tell", async () => {
    const file = sealedRecording(dataKey, audio, { isComplete: false });

    await sendFile(api.recordings.intake, file, { flaw: "disk_full" });

    expect(await stored()).toMatchObject({ state: "ready", flaw: "disk_full" });
  });

  test("has a file with a damaged segment sent once more, and keeps what is before the damage", async () => {
    const file = sealedRecording(dataKey, audio);
    const damaged = Buffer.from(file);
    damaged.writeUInt8(damaged.readUInt8(segmentAt(2, layout)) ^ 1, segmentAt(2, layout));
    const pieces: number[] = [];
    const { intake } = api.recordings;
    const watched = Object.assign(Object.create(intake) as RecordingIntake, {
      onOffer: intake.onOffer.bind(intake),
      onPiece: (piece: Parameters<typeof intake.onPiece>[0]) => {
        pieces.push(piece.at);
        return intake.onPiece(piece);
      },
    });

    expect(await sendFile(watched, damaged)).toBe("done");

    expect(pieces.filter((at) => at === 0)).toHaveLength(2);
    expect(await stored()).toMatchObject({ state: "ready", flaw: "damaged", audioMs: 200 });
    expect(await listenedBytes()).toBe(44 + 2 * segmentBytes * 2);
  });

  test("takes the undamaged file when it was only torn on its way", async () => {
    const file = sealedRecording(dataKey, audio);
    const torn = Buffer.concat([file.subarray(0, 2_000), Buffer.alloc(file.length - 2_000)]);
    const { intake } = api.recordings;
    const data = torn.toString("base64");
    await intake.onPiece({ callId, at: 0, data });

    expect(await sendFile(intake, file)).toBe("done");

    expect(await stored()).toMatchObject({ state: "ready", flaw: null });
  });

  test.each([
    ["nothing of which was written", () => Buffer.alloc(0), "disk_full"],
    ["not a whole segment of which was written", () => aFile().subarray(0, 500), "disk_full"],
    ["of another call", () => aFile("call_2"), "damaged"],
    ["that is no recording", () => Buffer.alloc(5_000), "damaged"],
  ] as const)("fails for a file %s, and destroys its key", async (_, file, flaw) => {
    expect(await sendFile(api.recordings.intake, file(), { flaw: "disk_full" })).toBe("done");

    expect(await stored()).toMatchObject({ state: "failed", flaw });
    expect(await api.recordings.store.dataKeyOf(callId)).toEqual({ kind: "none" });
    expect(readdirSync(path.join(api.dataDir, "recordings"))).toEqual([]);
  });

  test("takes nothing in that nobody planned, or that was deleted meanwhile", async () => {
    const { intake, store } = api.recordings;
    const file = sealedRecording(dataKey, audio);
    const data = file.subarray(0, 1_000).toString("base64");
    await intake.onPiece({ callId, at: 0, data });
    await store.delete(callId, applianceActor);

    expect(await intake.onPiece({ callId, at: 1_000, data })).toEqual({ kind: "done" });
    expect(await sendFile(intake, file)).toBe("done");
    const unknown = "call_2" as typeof callId;
    expect(await intake.onPiece({ callId: unknown, at: 0, data })).toEqual({ kind: "done" });
    expect(readdirSync(path.join(api.dataDir, "recordings"))).toEqual([]);
  });
});

test("a recording waits at its gateway while the vault is sealed", async () => {
  const passphrase = new Secret("a long passphrase");
  const sealed = await OpenApp.open(undefined, undefined, cheapPassphrase);
  try {
    const { store, intake } = sealed.recordings;
    await sealed.vault.door.unseal(passphrase, applianceActor);
    const file = sealedRecording(await plannedRecording(store), audio);
    await sealed.vault.door.seal(applianceActor);

    expect(await sendFile(intake, file)).toBe("later");

    await sealed.vault.door.unseal(passphrase, applianceActor);
    expect(await sendFile(intake, file)).toBe("done");
    expect(await store.of(callId)).toMatchObject({ state: "ready", flaw: null });
  } finally {
    await sealed.close();
  }
});

function aFile(of: string = callId): Buffer {
  return sealedRecording(dataKey, audio, { of });
}

function stored(): Promise<unknown> {
  return api.recordings.store.of(callId);
}

function fileOf(end: string): string {
  return path.join(api.dataDir, "recordings", `${callId}${end}`);
}

/** How long the WAV file is that a listener gets. */
async function listenedBytes(): Promise<number> {
  await api.calls.apply({ gatewayId: "gateway-1", bootId: "boot_1" }, [startedEvent()]);
  const answer = await api.ask("GET", `/v1/calls/${callId}/recording`);
  return answer.rawPayload.length;
}
