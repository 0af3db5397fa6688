import { type LogFields, silentLog } from "@agentcall/base";
import { TestClock } from "@agentcall/base/testing";
import {
  type CallEvent,
  type CallId,
  type CallUsage,
  defaultRateCard,
  type NumberId,
} from "@agentcall/contract";

import fc from "fast-check";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { CallStore } from "../calls/call-store.ts";
import { lostCallEnd } from "../calls/lost-call.ts";
import type { Database } from "../sqlite/database.ts";
import { openDatabase } from "../sqlite/open-database.ts";
import { callId, endedEvent, recordOf, startedEvent } from "../testing/call-facts.ts";
import { LedgerStore } from "./ledger-store.ts";
import { chargeOf } from "./rating.ts";
import { tokensOf } from "./token-totals.ts";
import { bookedTalkMs, UsageBook } from "./usage-book.ts";
import { usageEntryOf } from "./usage-entry.ts";
import { totalsOf } from "./usage-totals.ts";

const teller = { gatewayId: "gateway-1", bootId: "boot-1" };
const numberId = "num_1" as NumberId;
const answeredAtMs = Date.UTC(2026, 10, 24, 12);

let db: Database;
let ledger: LedgerStore;
let calls: CallStore;
let complaints: string[];

beforeEach(async () => {
  db = await openDatabase(":memory:", "sqlite3");
  ledger = new LedgerStore(db);
  complaints = [];
  const complain = (_fields: LogFields, message: string): void => {
    complaints.push(message);
  };
  const log = { ...silentLog, error: complain, warn: complain };
  const clock = new TestClock();
  calls = new CallStore(db, new UsageBook({ ledger, applianceId: "box", clock, log }));
});

afterEach(async () => {
  await db.close();
});

function usageOf(changes: Partial<CallUsage> = {}): CallUsage {
  return {
    segment: 0,
    kind: "final",
    numberId,
    direction: "inbound",
    terms: {
      epoch: 1,
      voiceMode: "managed",
      rateCard: defaultRateCard,
      keyFingerprint: null,
      trunkId: null,
      recorded: false,
    },
    answeredAtMs,
    termsFromMs: 0,
    fromMs: 0,
    toMs: 60_000,
    clockDriftMs: 0,
    ...changes,
  };
}

let eventCount = 0;

function told(usage: CallUsage, ofCall: CallId = callId): CallEvent {
  eventCount += 1;
  const eventId = `evt_u${String(eventCount)}`;
  return { kind: "call.usage", eventId, callId: ofCall, atMs: answeredAtMs, usage };
}

function ended(usage: CallUsage | undefined, durationMs: number): CallEvent {
  const record = recordOf({ numberId, answeredAtMs, durationMs });
  const event = endedEvent(record, "evt_end");
  return event.kind === "call.ended" ? { ...event, usage } : event;
}

const interim = (segment: number, fromMs: number, toMs: number): CallUsage =>
  usageOf({ segment, kind: "interim", fromMs, toMs });

async function booked(): Promise<readonly (readonly unknown[])[]> {
  const entries = await ledger.list(0, 100);
  return entries.map(({ kind, segment, fromMs, toMs, amountMicros }) => [
    kind,
    segment,
    fromMs,
    toMs,
    amountMicros,
  ]);
}

describe("UsageBook", () => {
  test("books a call's stretches and its end, each once however often it is told", async () => {
    const events = [
      startedEvent(),
      told(interim(0, 0, 300_000)),
      ended(usageOf({ segment: 1, fromMs: 300_000, toMs: 330_000 }), 330_000),
    ];
    await calls.apply(teller, events);
    await calls.apply(teller, events);

    expect(await booked()).toEqual([
      ["interim", 0, 0, 300_000, 2_000_000],
      ["final", 1, 300_000, 330_000, 400_000],
    ]);
    expect(await totalsOf(db, "2026-11")).toMatchObject([{ calls: 1, talkMs: 330_000 }]);
    expect(complaints).toEqual([]);
  });

  test("a heartbeat that is older than the last stretch takes back what it had not confirmed", async () => {
    const recovered = usageOf({ kind: "recovered", fromMs: 0, toMs: 290_000 });
    await calls.apply(teller, [
      startedEvent(),
      told(interim(0, 0, 301_000)),
      ended(recovered, 290_000),
    ]);

    expect(await booked()).toEqual([
      ["interim", 0, 0, 301_000, 2_400_000],
      ["recovered", 1, 301_000, 290_000, -400_000],
    ]);
    expect(await bookedTalkMs(db, callId)).toBe(290_000);
  });

  test("a call that was not charged leaves a record and no entry", async () => {
    await calls.apply(teller, [startedEvent(), ended(undefined, 0)]);

    expect(await booked()).toEqual([]);
    expect(await bookedTalkMs(db, callId)).toBe(0);
    expect((await calls.byId(callId)).record?.durationMs).toBe(0);
  });

  test("a call whose gateway is lost lasts as long as was booked, and what comes later is not charged", async () => {
    await calls.apply(teller, [startedEvent(), told(interim(0, 0, 300_000))]);
    const talkMs = await bookedTalkMs(db, callId);
    await calls.apply(teller, [lostCallEnd(await calls.byId(callId), talkMs, answeredAtMs)]);

    const late = [told(interim(1, 300_000, 600_000)), ended(usageOf({ segment: 2 }), 700_000)];
    const fresh = await calls.apply(teller, late);

    expect(fresh).toEqual([]);
    expect((await booked()).length).toBe(1);
    expect((await calls.byId(callId)).record?.durationMs).toBe(300_000);
  });

  test("a key that changes during the call is rated by its own terms from there on", async () => {
    const terms = { ...usageOf().terms, voiceMode: "byok" as const };
    await calls.apply(teller, [
      startedEvent(),
      told({ ...interim(0, 0, 61_000), terms }),
      ended(usageOf({ segment: 1, termsFromMs: 61_000, fromMs: 61_000, toMs: 90_000 }), 90_000),
    ]);

    expect((await booked()).map((entry) => entry[4])).toEqual([200_000, 400_000]);
  });

  test("minutes that were recorded cost more, and those after the recording's end do not", async () => {
    const terms = { ...usageOf().terms, recorded: true };
    await calls.apply(teller, [
      startedEvent(),
      told({ ...interim(0, 0, 90_000), terms }),
      ended(usageOf({ segment: 1, fromMs: 90_000, toMs: 150_000 }), 150_000),
    ]);

    const entries = await ledger.list(0, 10);
    expect(entries.map(({ recorded, amountMicros }) => [recorded, amountMicros])).toEqual([
      [true, 2 * 410_000],
      [false, 400_000],
    ]);
    expect(await totalsOf(db, "2026-11")).toMatchObject([
      { calls: 1, billedMs: 180_000, amountMicros: 1_220_000 },
    ]);
  });

  test("a clock that was set during the call is told, and charges nothing else", async () => {
    await calls.apply(teller, [
      startedEvent(),
      ended(usageOf({ clockDriftMs: -7_200_000 }), 60_000),
    ]);

    expect(complaints).toEqual(["the clock was set during a call"]);
    expect(await booked()).toEqual([["final", 0, 0, 60_000, 400_000]]);
  });

  test("a call that contradicts the ledger is an alarm and changes nothing", async () => {
    const entries = await otherEntryOf(usageOf());
    await calls.apply(teller, [startedEvent(), ended(usageOf(), 60_000)]);

    expect(complaints).toEqual(["usage contradicts the ledger"]);
    expect((await ledger.list(0, 10)).length).toBe(entries);
  });

  test("notes the tokens of the model by month, number and mode, also of a call without an answer", async () => {
    const model = "gpt-realtime-2.1";
    await calls.apply(teller, [startedEvent(), ended(undefined, 0)]);
    const other = recordOf({ callId: "call_2" as CallId, numberId, answeredAtMs, model });
    await calls.apply(teller, [endedEvent(other, "evt_2")]);
    const unplanned = recordOf({ callId: "call_3" as CallId, numberId, model: null });
    await calls.apply(teller, [endedEvent(unplanned, "evt_3")]);

    expect(await tokensOf(db, "2026-11")).toEqual([
      {
        numberId,
        voiceMode: "managed",
        model,
        tokenUsage: {
          inputTextTokens: 2,
          inputAudioTokens: 4,
          inputCachedTokens: 0,
          outputTextTokens: 6,
          outputAudioTokens: 8,
          transcriptionTokens: 10,
        },
      },
    ]);
  });

  test("however a call is cut into stretches, it costs what it lasted", async () => {
    const lengths = fc.array(fc.integer({ min: 0, max: 400_000 }), { minLength: 1, maxLength: 8 });
    let call = 0;
    await fc.assert(
      fc.asyncProperty(lengths, fc.integer({ min: 0, max: 20_000 }), async (parts, backMs) => {
        call += 1;
        const ofCall = `call_p${String(call)}` as CallId;
        let atMs = 0;
        const events = parts.map((partMs, segment) => {
          const fromMs = atMs;
          atMs += partMs;
          return told(interim(segment, fromMs, atMs), ofCall);
        });
        const endMs = Math.max(0, atMs - backMs);
        const last = usageOf({ segment: parts.length - 1, kind: "recovered", toMs: endMs });
        const record = recordOf({ callId: ofCall, numberId, answeredAtMs, durationMs: endMs });
        const end = endedEvent(record, `evt_e${String(call)}`);
        await calls.apply(teller, events);
        await calls.apply(teller, [end.kind === "call.ended" ? { ...end, usage: last } : end]);

        const rows = (await ledger.list(0, 100_000)).filter((entry) => entry.callId === ofCall);
        const sum = rows.reduce((total, { amountMicros }) => total + amountMicros, 0);
        expect(sum).toBe(chargeOf(endMs, usageOf().terms).amountMicros);
      }),
      { numRuns: 50 },
    );
  });
});

/** Puts another call's entry under the id that this usage will have. */
async function otherEntryOf(usage: CallUsage): Promise<number> {
  const entry = { ...usageEntryOf("box", callId, usage), callId: "call_other" };
  await db.tx((writer) => ledger.append(writer, [entry], 0));
  return 1;
}
