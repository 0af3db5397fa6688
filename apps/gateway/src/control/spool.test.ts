import {
  appendFileSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { silentLog, systemClock } from "@agentcall/base";
import { TestClock } from "@agentcall/base/testing";
import { type CallEvent, callEventSchema } from "@agentcall/contract";
import { afterEach, describe, expect, test } from "vitest";
import { Spool } from "./spool.ts";
import { canMountDisk, SmallDisk } from "../../../../test/support/small-disk.ts";

const atOnce = { clock: systemClock(), gatherMs: 0 };
const folders: string[] = [];

afterEach(() => {
  for (const folder of folders.splice(0)) rmSync(folder, { recursive: true, force: true });
});

function aFolder(): string {
  const folder = mkdtempSync(path.join(tmpdir(), "agentcall-spool-"));
  folders.push(folder);
  return folder;
}

function anEvent(id: string, callId = "call_a"): CallEvent {
  return callEventSchema.parse({ eventId: `evt_${id}`, callId, atMs: 1, kind: "call.ringing" });
}

function anEnd(id: string, callId: string, endCause: "caller_hung_up" | "gateway_lost"): CallEvent {
  return callEventSchema.parse({
    eventId: `evt_${id}`,
    callId,
    atMs: 2,
    kind: "call.ended",
    record: {
      callId,
      direction: "inbound",
      from: "",
      to: "",
      numberId: null,
      voiceMode: null,
      sipCallId: "x",
      status: "completed",
      endCause,
      endedBy: "system",
      sipStatus: 200,
      q850Cause: 16,
      startedAtMs: 0,
      answeredAtMs: 1,
      endedAtMs: 2,
      durationMs: 1,
      model: null,
      latency: {
        ringingMs: null,
        sessionOpenMs: null,
        sessionReadyMs: null,
        firstDeltaMs: null,
        answeredMs: null,
        firstRtpOutMs: null,
        bargeInStopMs: [],
      },
      tokenUsage: {
        inputTextTokens: 0,
        inputAudioTokens: 0,
        inputCachedTokens: 0,
        outputTextTokens: 0,
        outputAudioTokens: 0,
        transcriptionTokens: 0,
      },
      toolCallCount: 0,
      fallbackSteps: [],
      mediaStats: null,
    },
  });
}

const file = (folder: string): string => path.join(folder, "events.jsonl");
const idsOf = (spool: Spool): readonly string[] => spool.pending.map((event) => event.eventId);

describe("Spool", () => {
  test("keeps what was not acknowledged across a restart, in order", async () => {
    const folder = aFolder();
    const spool = await Spool.open(folder, silentLog, atOnce);
    await Promise.all([
      spool.append(anEvent("1")),
      spool.append(anEvent("2")),
      spool.append(anEvent("3")),
    ]);
    await spool.acknowledge(["evt_2", "evt_unknown"]);
    await spool.close();

    const reopened = await Spool.open(folder, silentLog, atOnce);

    expect(idsOf(reopened)).toEqual(["evt_1", "evt_3"]);
    await reopened.close();
  });

  test("every cut through the file leaves the lines before it", async () => {
    const folder = aFolder();
    const spool = await Spool.open(folder, silentLog, atOnce);
    await spool.append(anEvent("1"));
    const wholeBytes = statSync(file(folder)).size;
    await spool.append(anEvent("2"));
    await spool.close();
    const bytes = readFileSync(file(folder));

    for (let cutBytes = wholeBytes; cutBytes < bytes.length - 1; cutBytes += 7) {
      writeFileSync(file(folder), bytes.subarray(0, cutBytes));
      const torn = await Spool.open(folder, silentLog, atOnce);
      expect(idsOf(torn)).toEqual(["evt_1"]);
      await torn.close();
    }
  });

  test("what is appended after a torn line is not lost with it", async () => {
    const folder = aFolder();
    const spool = await Spool.open(folder, silentLog, atOnce);
    await spool.append(anEvent("1"));
    await spool.close();
    appendFileSync(file(folder), '{"event":{"eventId":"evt_to');

    const second = await Spool.open(folder, silentLog, atOnce);
    await second.append(anEvent("2"));
    await second.close();
    const third = await Spool.open(folder, silentLog, atOnce);

    expect(idsOf(third)).toEqual(["evt_1", "evt_2"]);
    await third.close();
  });

  test("a call that was live when we died has its newest draft as its end", async () => {
    const folder = aFolder();
    const spool = await Spool.open(folder, silentLog, atOnce);
    await spool.keepDraft(anEnd("end", "call_a", "gateway_lost"));
    await spool.keepDraft({ ...anEnd("end", "call_a", "gateway_lost"), atMs: 9 });
    expect(spool.pendingCount).toBe(0);
    await spool.close();

    const reopened = await Spool.open(folder, silentLog, atOnce);

    expect(reopened.pending.map((event) => [event.eventId, event.atMs])).toEqual([["evt_end", 9]]);
    await reopened.close();
  });

  test("the end of a call takes the place of its draft", async () => {
    const folder = aFolder();
    const spool = await Spool.open(folder, silentLog, atOnce);
    await spool.keepDraft(anEnd("end", "call_a", "gateway_lost"));
    await spool.append(anEnd("end", "call_a", "caller_hung_up"));
    await spool.acknowledge(["evt_end"]);
    await spool.close();

    const reopened = await Spool.open(folder, silentLog, atOnce);

    expect(reopened.pendingCount).toBe(0);
    await reopened.close();
  });

  test("the file does not grow with what has been acknowledged", async () => {
    const folder = aFolder();
    const spool = await Spool.open(folder, silentLog, atOnce);
    for (let round = 0; round < 30; round += 1) {
      const events = Array.from({ length: 100 }, (_, index) =>
        anEvent(`${String(round)}x${String(index)}`),
      );
      await Promise.all(events.map((event) => spool.append(event)));
      await spool.acknowledge(events.map((event) => event.eventId));
    }
    await spool.append(anEvent("last"));
    await spool.close();

    expect(statSync(file(folder)).size).toBeLessThan(2_100 * 120);
    const reopened = await Spool.open(folder, silentLog, atOnce);
    expect(idsOf(reopened)).toEqual(["evt_last"]);
    expect(statSync(file(folder)).mode & 0o777).toBe(0o600);
    await reopened.close();
  });

  test("what comes shortly after a write shares the next one, and closing waits for none", async () => {
    const folder = aFolder();
    const clock = new TestClock();
    const spool = await Spool.open(folder, silentLog, { clock, gatherMs: 50 });
    await spool.append(anEvent("1"));
    const second = spool.append(anEvent("2"));
    const third = spool.append(anEvent("3"));
    const before = readFileSync(file(folder), "utf8");

    clock.advance(50);
    await Promise.all([second, third]);
    const fourth = spool.append(anEvent("4"));
    await spool.close();
    await fourth;

    expect([before.includes("evt_1"), before.includes("evt_2")]).toEqual([true, false]);
    expect(readFileSync(file(folder), "utf8").trim().split("\n")).toHaveLength(4);
    expect(clock.pendingCount).toBe(0);
  });

  test("a closed spool takes nothing, and may be closed twice", async () => {
    const spool = await Spool.open(aFolder(), silentLog, atOnce);
    await spool.close();
    await spool.close();

    await expect(spool.append(anEvent("1"))).rejects.toThrow("closed");
  });
});

describe.skipIf(!canMountDisk)("a spool on a full disk", () => {
  test("keeps in memory what the disk does not take, and writes all of it once there is room", async () => {
    const disk = SmallDisk.mount(1);
    const spool = await Spool.open(disk.folder, silentLog, atOnce);
    await spool.append(anEvent("1"));
    disk.fill();
    const refused = await Promise.allSettled(
      Array.from({ length: 100 }, (_, index) => spool.append(anEvent(`full${String(index)}`))),
    );
    const kept = spool.pendingCount;
    disk.makeRoom();
    await spool.append(anEvent("2"));
    await spool.close();

    const reopened = await Spool.open(disk.folder, silentLog, atOnce);
    const ids = idsOf(reopened);
    await reopened.close();
    disk.unmount();

    expect(refused.some(({ status }) => status === "rejected")).toBe(true);
    expect(kept).toBe(101);
    expect([ids.length, ids[0], ids.at(-1)]).toEqual([102, "evt_1", "evt_2"]);
  });
});
