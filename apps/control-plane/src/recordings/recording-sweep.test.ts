import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { callId } from "../testing/call-facts.ts";
import { OpenApp } from "../testing/open-app.ts";
import {
  plannedRecording,
  sealedRecording,
  sendFile,
  someAudio,
} from "../testing/sealed-recording.ts";

const dayMs = 86_400_000;

let api: OpenApp;

beforeEach(async () => {
  api = await OpenApp.open();
});

afterEach(() => api.close());

describe("recordingSweep", () => {
  test("deletes a recording for good when its number's days are over, and not before", async () => {
    const { store, intake, files } = api.recordings;
    await sendFile(intake, sealedRecording(await plannedRecording(store), someAudio(5_000)));

    await sweepAfter(364);
    const before = await store.of(callId);
    await sweepAfter(1);

    expect([before?.state, (await store.of(callId))?.state]).toEqual(["ready", "deleted"]);
    expect(await files.openWhole(callId)).toBeNull();
    expect(await store.dataKeyOf(callId)).toEqual({ kind: "none" });
    const [row] = await api.audit.list(1, null);
    expect(row).toMatchObject({ action: "recording.deleted", actor: { id: "appliance" } });
  });

  test("is written once a day, at three in the morning", async () => {
    const { sweep } = api.recordings;
    await sweep.scheduleNext();
    await sweep.scheduleNext();
    api.clock.advance(dayMs);
    await sweep.scheduleNext();

    const rows = await api.db.all(
      "SELECT due_at_ms AS due FROM job WHERE kind = 'recordings.sweep' ORDER BY due_at_ms",
    );

    const dueAt = rows.map(({ due }) => new Date(Number(due)).toISOString());
    expect(dueAt).toEqual(["2026-01-01T03:00:00.000Z", "2026-01-02T03:00:00.000Z"]);
  });

  test("that is stopped goes on another time", async () => {
    const { store, sweep } = api.recordings;
    await plannedRecording(store);
    api.clock.advance(400 * dayMs);

    const attempt = { jobId: "job_1", number: 1, signal: AbortSignal.abort() };
    const outcome = await sweep.kind.run({}, attempt);

    expect(outcome).toMatchObject({ kind: "failed", reason: "timeout" });
    expect((await store.of(callId))?.state).toBe("running");
  });
});

async function sweepAfter(days: number): Promise<void> {
  api.clock.advance(days * dayMs);
  const attempt = { jobId: "job_1", number: 1, signal: new AbortController().signal };
  const outcome = await api.recordings.sweep.kind.run({}, attempt);
  expect(outcome.kind).toBe("done");
}
