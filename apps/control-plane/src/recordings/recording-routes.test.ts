import { readFileSync, truncateSync, writeFileSync } from "node:fs";
import path from "node:path";
import { type InboundConfig, inboundConfigSchema } from "@agentcall/contract";
import { decodeG711, wavHead } from "@agentcall/media";
import { segmentAt } from "@agentcall/recording";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { applianceActor } from "../audit/audit-log.ts";
import { callId, endedEvent, recordOf, startedEvent } from "../testing/call-facts.ts";
import { OpenApp } from "../testing/open-app.ts";
import {
  plannedRecording,
  sealedRecording,
  segmentBytes,
  sendFile,
  someAudio,
} from "../testing/sealed-recording.ts";

const url = `/v1/calls/${callId}/recording`;
const audio = someAudio(3 * segmentBytes + 500);
const totalBytes = 44 + 2 * audio.length;

let api: OpenApp;

beforeEach(async () => {
  api = await OpenApp.open();
  await api.calls.apply({ gatewayId: "gateway-1", bootId: "boot_1" }, [startedEvent()]);
});

afterEach(() => api.close());

describe("GET /v1/calls/:id/recording", () => {
  test("answers the whole of it as a stereo WAV file of 16 bits", async () => {
    await aReadyRecording();

    const answer = await api.ask("GET", url, { as: "viewer" });

    expect(answer.statusCode).toBe(200);
    expect(answer.headers).toMatchObject({
      "content-type": "audio/wav",
      "content-length": String(totalBytes),
      "accept-ranges": "bytes",
      "cache-control": "private, no-store",
    });
    expect(answer.rawPayload).toEqual(expectedWav());
  });

  test.each([
    ["bytes=0-", 0, totalBytes - 1],
    ["bytes=0-43", 0, 43],
    ["bytes=40-47", 40, 47],
    ["bytes=44-44", 44, 44],
    ["bytes=3243-3245", 3_243, 3_245], // over the end of the first segment
    ["bytes=5000-9999", 5_000, 9_999],
    ["bytes=-1", totalBytes - 1, totalBytes - 1],
    [`bytes=${String(totalBytes - 3)}-${String(totalBytes + 3)}`, totalBytes - 3, totalBytes - 1],
  ])("answers %s with exactly these bytes", async (range, from, to) => {
    await aReadyRecording();

    const answer = await api.ask("GET", url, { headers: { range } });

    expect(answer.statusCode).toBe(206);
    expect(answer.headers).toMatchObject({
      "content-range": `bytes ${String(from)}-${String(to)}/${String(totalBytes)}`,
      "content-length": String(to - from + 1),
    });
    expect(answer.rawPayload).toEqual(expectedWav().subarray(from, to + 1));
  });

  test("answers a range beyond the end with 416, and says how long it is", async () => {
    await aReadyRecording();

    const answer = await api.ask("GET", url, {
      headers: { range: `bytes=${String(totalBytes)}-` },
    });

    expect(answer.statusCode).toBe(416);
    expect(answer.headers["content-range"]).toBe(`bytes */${String(totalBytes)}`);
    expect(answer.json()).toMatchObject({ error: { code: "range_not_satisfiable" } });
  });

  test("answers several ranges at once with the whole", async () => {
    await aReadyRecording();

    const answer = await api.ask("GET", url, { headers: { range: "bytes=0-1,4-5" } });

    expect([answer.statusCode, answer.rawPayload.length]).toEqual([200, totalBytes]);
  });

  test("goes on with a range only where the client still has the same recording", async () => {
    await aReadyRecording();
    const etag = String((await api.ask("HEAD", url)).headers.etag);
    const ask = async (headers: Record<string, string>): Promise<number> =>
      (await api.ask("GET", url, { headers })).statusCode;

    expect(await ask({ range: "bytes=0-9", "if-range": etag })).toBe(206);
    expect(await ask({ range: "bytes=0-9", "if-range": '"another"' })).toBe(200);
    expect(await ask({ "if-none-match": etag })).toBe(304);
  });

  test("is written down once for each who listens, before the first byte", async () => {
    await aReadyRecording();

    await api.ask("GET", url, { headers: { range: "bytes=0-99" } });
    await api.ask("GET", url, { headers: { range: "bytes=100-199" } });
    await api.ask("GET", url, { as: "admin" });
    await api.ask("HEAD", url, { as: "viewer" });
    api.clock.advance(10 * 60_000);
    await api.ask("GET", url);

    const rows = await api.audit.list(100, null);
    const listened = rows.filter(({ action }) => action === "recording.listened");
    expect(listened.map(({ actor, object }) => [actor.role, object])).toEqual([
      ["operator", callId],
      ["admin", callId],
      ["operator", callId],
    ]);
  });

  test("opens nothing more than its end for HEAD, and says the same", async () => {
    await aReadyRecording();

    const whole = await api.ask("HEAD", url);
    const part = await api.ask("HEAD", url, { headers: { range: "bytes=0-9" } });

    expect([whole.statusCode, whole.headers["content-length"], whole.rawPayload.length]).toEqual([
      200,
      String(totalBytes),
      0,
    ]);
    expect([part.statusCode, part.headers["content-length"]]).toEqual([206, "10"]);
  });

  test.each([
    ["a call that was not to be recorded", () => Promise.resolve(), "not_recorded"],
    ["one that goes on", () => plannedRecording(api.recordings.store), "not_ready"],
    ["one that failed", failed, "failed"],
    ["one that was deleted", deleted, "deleted"],
  ])("of %s is answered 404 with the reason", async (_, prepare, reason) => {
    await prepare();

    const answer = await api.ask("GET", url);

    expect(answer.statusCode).toBe(404);
    expect(answer.json()).toMatchObject({ error: { code: "recording_not_found", reason } });
  });

  test("of a call that is not there is answered 404", async () => {
    const answer = await api.ask("GET", "/v1/calls/call_2/recording");

    expect(answer.json()).toMatchObject({ error: { code: "not_found" } });
  });

  test("is refused to whoever shows no key", async () => {
    expect((await api.ask("GET", url, { as: null })).statusCode).toBe(401);
  });

  test.each([
    [
      "the last segment",
      () => {
        truncateSync(file(), segmentAt(3, layout));
      },
    ],
    [
      "a part of the last segment",
      () => {
        truncateSync(file(), segmentAt(3, layout) + 20);
      },
    ],
    [
      "everything but the header",
      () => {
        truncateSync(file(), 12);
      },
    ],
    [
      "everything",
      () => {
        truncateSync(file(), 0);
      },
    ],
  ])("is refused when %s was cut off the file", async (_, cut) => {
    await aReadyRecording();
    cut();

    const answer = await api.ask("GET", url);

    expect(answer.json()).toMatchObject({ error: { code: "recording_unreadable" } });
  });

  test("ends where a segment was exchanged for another, and never goes on behind it", async () => {
    await aReadyRecording();
    const bytes = readFileSync(file());
    const [first, second] = [0, 1].map((number) => {
      const at = segmentAt(number, layout);
      return Buffer.from(bytes.subarray(at, at + segmentBytes + 16));
    });
    bytes.set(second ?? [], segmentAt(0, layout));
    bytes.set(first ?? [], segmentAt(1, layout));
    writeFileSync(file(), bytes);

    const answer = api.ask("GET", url);

    await expect(answer).rejects.toThrow();
  });
});

describe("RecordingStore", () => {
  test("deletes for good: the file, and the key out of the database", async () => {
    await aReadyRecording();
    const { store, files } = api.recordings;

    expect(await store.delete(callId, applianceActor)).toBe(true);
    expect(await store.delete(callId, applianceActor)).toBe(false);

    expect(await files.openWhole(callId)).toBeNull();
    expect(await store.dataKeyOf(callId)).toEqual({ kind: "none" });
    const call = (await api.ask("GET", `/v1/calls/${callId}`)).json<Record<string, unknown>>();
    expect(call).toMatchObject({
      recordingReady: false,
      recording: { status: "deleted", deletedAt: new Date(api.clock.nowMs()).toISOString() },
    });
    const [row] = await api.audit.list(1, null);
    expect(row).toMatchObject({ action: "recording.deleted", object: callId });
  });

  test("shows on its call when it is ready", async () => {
    await aReadyRecording();

    const call = (await api.ask("GET", `/v1/calls/${callId}`)).json<Record<string, unknown>>();

    const durationMs = Math.floor(audio.length / 16);
    expect(call).toMatchObject({
      recordingReady: true,
      recording: { status: "ready", flaw: null, durationMs, deletedAt: null },
    });
  });

  test("gives the same data key to a plan that is asked for twice", async () => {
    const { store } = api.recordings;

    expect(await plannedRecording(store)).toBe(await plannedRecording(store));
  });

  test("knows whose time is over, by what the number says today", async () => {
    const { store } = api.recordings;
    const number = await api.numbers.create({ number: "+14155550100" as never }, applianceActor);
    await store.begin(callId, { id: number.id, retentionDays: 30 });
    const other = "call_2" as typeof callId;
    await store.begin(other, { id: "num_gone" as never, retentionDays: 40 });
    const expired = (): Promise<readonly string[]> => store.expired(10);

    api.clock.advance(30 * dayMs - 1);
    const before = await expired();
    api.clock.advance(1);
    const after = await expired();
    await api.numbers.setInbound(number.id, agent({ retentionDays: 35 }), applianceActor);
    const longer = await expired();
    api.clock.advance(10 * dayMs);
    const both = await expired();
    await store.delete(callId, applianceActor);

    expect([before, after, longer, both]).toEqual([[], [callId], [], [callId, other]]);
    expect(await expired()).toEqual([other]);
  });

  test("keeps nothing of a call that nobody answered", async () => {
    const { store } = api.recordings;
    await plannedRecording(store);
    const record = recordOf({ answeredAtMs: null, status: "no_answer" });

    await api.calls.apply({ gatewayId: "gateway-1", bootId: "boot_1" }, [endedEvent(record)]);

    expect(await store.of(callId)).toBeNull();
    expect(await store.dataKeyOf(callId)).toEqual({ kind: "none" });
  });
});

const dayMs = 86_400_000;
const layout = { codec: "pcmu", segmentBytes } as const;

async function aReadyRecording(): Promise<void> {
  const { store, intake } = api.recordings;
  await sendFile(intake, sealedRecording(await plannedRecording(store), audio));
}

async function failed(): Promise<void> {
  await plannedRecording(api.recordings.store);
  await api.recordings.store.fail(callId, "disk_full");
}

async function deleted(): Promise<void> {
  await aReadyRecording();
  await api.recordings.store.delete(callId, applianceActor);
}

function file(): string {
  return path.join(api.dataDir, "recordings", `${callId}.acr`);
}

function agent(recording: object): InboundConfig {
  return inboundConfigSchema.parse({ mode: "ai", systemPrompt: "Be brief.", recording });
}

function expectedWav(): Buffer {
  const samples = new Int16Array(audio.length);
  decodeG711("pcmu", audio, samples);
  const head = wavHead({ sampleRateHz: 8_000, channels: 2, dataBytes: 2 * audio.length });
  return Buffer.concat([head, Buffer.from(samples.buffer)]);
}
