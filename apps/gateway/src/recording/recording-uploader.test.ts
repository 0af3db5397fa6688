import { mkdtempSync, readdirSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { AppError, seededRandom, silentLog } from "@agentcall/base";
import { TestClock } from "@agentcall/base/testing";
import {
  type CallId,
  type RecordingOffer,
  type RecordingPiece,
  recordingPieceBytesMax,
  type RecordingProgress,
} from "@agentcall/contract";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { eventually } from "../../../../test/support/eventually.ts";
import { RecordingSpool } from "./recording-spool.ts";
import { type RecordingTaker, RecordingUploader } from "./recording-uploader.ts";

const callId = "call_1" as CallId;
const file = Buffer.from(
  Uint8Array.from({ length: 2 * recordingPieceBytesMax + 1_000 }, (_, index) => index % 251),
);

let folder: string;
let clock: TestClock;
let spool: RecordingSpool;
let taker: FakeTaker;
let uploader: RecordingUploader;

beforeEach(() => {
  folder = mkdtempSync(path.join(tmpdir(), "recordings-"));
  clock = new TestClock();
  spool = RecordingSpool.open(folder, 0, { clock, log: silentLog });
  taker = new FakeTaker();
  uploader = new RecordingUploader({
    spool,
    taker,
    clock,
    random: seededRandom(1),
    log: silentLog,
  });
});

afterEach(async () => {
  await uploader.close();
  rmSync(folder, { recursive: true });
});

describe("RecordingUploader", () => {
  test("brings a file in pieces, and forgets it when it was taken over", async () => {
    uploader.add(await spooled());

    await brought();

    expect(taker.stored.equals(file)).toBe(true);
    expect(taker.offers).toEqual([
      { callId, bytes: file.length, flaw: null },
      { callId, bytes: file.length, flaw: null },
    ]);
    expect(names()).toEqual([]);
  });

  test("goes on where the control plane says that its file ends", async () => {
    taker.stored = file.subarray(0, 12_345);

    uploader.add(await spooled());
    await brought();

    expect(taker.pieces[0]?.at).toBe(12_345);
    expect(taker.stored.equals(file)).toBe(true);
  });

  test("begins again when what was brought did not open", async () => {
    taker.faults.push("start-again");

    uploader.add(await spooled());
    await brought();

    expect(taker.stored.equals(file)).toBe(true);
    expect(taker.pieces.filter(({ at }) => at === 0)).toHaveLength(2);
  });

  test.each(["later", "unreachable"] as const)(
    "keeps a file that is answered %s, and brings it when its time has come",
    async (fault) => {
      taker.faults.push(fault);
      uploader.add(await spooled());
      await eventually("it waits", () => clock.pendingCount === 1);
      expect(names()).toEqual(["call_1.whole"]);

      clock.advance(500);
      await brought();

      expect(names()).toEqual([]);
    },
  );

  test("tries again at once when the link is up", async () => {
    taker.faults.push("unreachable");
    uploader.add(await spooled());
    await eventually("it waits", () => clock.pendingCount === 1);

    uploader.nudge();
    await brought();

    expect([names(), clock.pendingCount]).toEqual([[], 0]);
  });

  test("tells of a call of which nothing could be written", async () => {
    uploader.add({ callId, file: null, flaw: "disk_full" });

    await brought();

    expect(taker.offers).toEqual([{ callId, bytes: 0, flaw: "disk_full" }]);
  });

  test("leaves what is not brought on disk when it is closed", async () => {
    taker.faults.push("unreachable");
    uploader.add(await spooled());

    await uploader.close();
    uploader.nudge();

    expect(names()).toEqual(["call_1.whole"]);
    expect(clock.pendingCount).toBe(0);
  });
});

/** The control plane's side, as the contract has it. */
class FakeTaker implements RecordingTaker {
  stored: Buffer = Buffer.alloc(0);
  readonly offers: RecordingOffer[] = [];
  readonly pieces: RecordingPiece[] = [];
  readonly faults: ("later" | "unreachable" | "start-again")[] = [];

  offerRecording(offer: RecordingOffer): Promise<RecordingProgress> {
    this.offers.push(offer);
    const isWhole = this.stored.length === offer.bytes;
    const [fault] = isWhole || this.faults[0] !== "start-again" ? this.faults.splice(0, 1) : [];
    if (fault === "later") return Promise.resolve({ kind: "later" });
    if (fault === "unreachable") {
      return Promise.reject(new AppError("control-plane-unreachable", "nobody is there"));
    }
    if (fault === "start-again") this.stored = Buffer.alloc(0);
    return Promise.resolve(
      this.stored.length === offer.bytes
        ? { kind: "done" }
        : { kind: "stored", bytes: this.stored.length },
    );
  }

  sendRecordingPiece(piece: RecordingPiece): Promise<RecordingProgress> {
    this.pieces.push(piece);
    this.stored = Buffer.concat([this.stored, Buffer.from(piece.data, "base64")]);
    return Promise.resolve({ kind: "stored", bytes: this.stored.length });
  }
}

async function spooled(): ReturnType<ReturnType<RecordingSpool["begin"]>["finish"]> {
  const recording = spool.begin(callId);
  recording.append(file);
  return recording.finish();
}

async function brought(): Promise<void> {
  await eventually("nothing waits", () => uploader.waitingCount === 0);
}

function names(): readonly string[] {
  return readdirSync(path.join(folder, "recordings"));
}
