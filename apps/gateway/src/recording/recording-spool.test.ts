import { mkdtempSync, readdirSync, readFileSync, renameSync, rmSync, statSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { silentLog } from "@agentcall/base";
import { TestClock } from "@agentcall/base/testing";
import type { CallId } from "@agentcall/contract";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { RecordingSpool } from "./recording-spool.ts";
import { RecordingWriter } from "./recording-writer.ts";

const callId = "call_1" as CallId;
const noReserve = 0;
const wholeDisk = Number.MAX_SAFE_INTEGER;

let folder: string;

beforeEach(() => {
  folder = mkdtempSync(path.join(tmpdir(), "recordings-"));
});

afterEach(() => {
  rmSync(folder, { recursive: true });
});

describe("RecordingSpool", () => {
  test("keeps what is appended in its order, under a name that says how it ended, for our user alone", async () => {
    const spool = open();
    const recording = spool.begin(callId);
    recording.append(Buffer.from("one "));
    recording.append(Buffer.from("two"));

    const finished = await recording.finish();

    expect(finished).toEqual({ callId, file: fileOf("call_1.whole"), flaw: null });
    expect(readFileSync(fileOf("call_1.whole"), "utf8")).toBe("one two");
    expect(statSync(fileOf("call_1.whole")).mode & 0o777).toBe(0o600);
    expect(statSync(path.join(folder, "recordings")).mode & 0o777).toBe(0o700);
    expect(spool.openCount).toBe(0);
  });

  test("finds what a former life has left, ended or not, and nothing else", async () => {
    const before = open();
    const ended = before.begin("call_2" as CallId);
    ended.append(Buffer.from("whole"));
    await ended.finish();
    const died = before.begin(callId);
    died.append(Buffer.from("half"));
    await died.finish();
    renameTo("call_1.whole", "call_1.open");
    renameTo("call_2.whole", "call_2.disk_full");

    const left = await open().left();

    expect(left).toEqual([
      { callId, file: fileOf("call_1.open"), flaw: null },
      { callId: "call_2", file: fileOf("call_2.disk_full"), flaw: "disk_full" },
    ]);
  });

  test("leaves the rest of the disk to call events", async () => {
    const spool = open(wholeDisk);
    const recording = spool.begin(callId);
    recording.append(Buffer.from("one"));

    expect(await recording.finish()).toEqual({ callId, file: null, flaw: "disk_full" });
    expect(spool.isFull).toBe(true);
    expect(names()).toEqual([]);
  });

  test("forgets a file when it was brought", async () => {
    const spool = open();
    const recording = spool.begin(callId);
    recording.append(Buffer.from("one"));
    const { file } = await recording.finish();

    await spool.forget(file ?? "");

    expect(names()).toEqual([]);
  });
});

describe("RecordingWriter", () => {
  test("ends where the disk is full, and says so", async () => {
    let room = 2;
    const writer = new RecordingWriter(fileOf("a"), () => {
      room -= 1;
      return Promise.resolve(room >= 0);
    });
    open();
    for (const text of ["one ", "two ", "three"]) writer.append(Buffer.from(text));

    expect(await writer.close()).toBe("disk_full");
    expect(readFileSync(fileOf("a"), "utf8")).toBe("one two ");
  });

  test("says that a file could not be written at all", async () => {
    const writer = new RecordingWriter(path.join(folder, "missing", "a"), hasRoom);
    writer.append(Buffer.from("one"));

    expect(await writer.close()).toBe("write_failed");
    expect(writer.writtenBytes).toBe(0);
  });

  test("says that the device has no space left where the system does", async () => {
    const writer = new RecordingWriter("/dev/full", hasRoom, "append");
    writer.append(Buffer.from("one"));

    expect(await writer.close()).toBe("disk_full");
  });

  test("gives up on a disk that is seconds behind, and keeps what it had written", async () => {
    open();
    const { promise, resolve } = Promise.withResolvers<boolean>();
    const writer = new RecordingWriter(fileOf("a"), () => promise);
    for (let second = 0; second < 12; second += 1) writer.append(Buffer.from("."));
    resolve(true);

    expect(await writer.close()).toBe("write_failed");
  });
});

function hasRoom(): Promise<boolean> {
  return Promise.resolve(true);
}

function open(reserveBytes = noReserve): RecordingSpool {
  return RecordingSpool.open(folder, reserveBytes, { clock: new TestClock(), log: silentLog });
}

function fileOf(name: string): string {
  return path.join(folder, "recordings", name);
}

function names(): readonly string[] {
  return readdirSync(path.join(folder, "recordings"));
}

function renameTo(from: string, to: string): void {
  renameSync(fileOf(from), fileOf(to));
}
