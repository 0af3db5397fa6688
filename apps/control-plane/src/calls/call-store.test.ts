import { silentLog } from "@agentcall/base";
import { TestClock } from "@agentcall/base/testing";
import type { CallEvent, CallId } from "@agentcall/contract";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { LedgerStore } from "../ledger/ledger-store.ts";
import { UsageBook } from "../ledger/usage-book.ts";
import type { Database } from "../sqlite/database.ts";
import { openDatabase } from "../sqlite/open-database.ts";
import {
  callId,
  endedEvent,
  recordOf,
  startedAtMs,
  startedEvent,
  toolEvent,
  turnEvent,
  turnOf,
} from "../testing/call-facts.ts";
import { CallStore } from "./call-store.ts";
import { turnsIn } from "./conversation-store.ts";
import { lostCallEnd } from "./lost-call.ts";

const teller = { gatewayId: "gateway-1", bootId: "boot-1" };

let db: Database;
let calls: CallStore;

beforeEach(async () => {
  db = await openDatabase(":memory:", "sqlite3");
  const ledger = new LedgerStore(db);
  const clock = new TestClock();
  calls = new CallStore(db, new UsageBook({ ledger, applianceId: "box", clock, log: silentLog }));
});
afterEach(async () => {
  await db.close();
});

describe("what a gateway tells", () => {
  test("becomes the call's status step by step, and in the end its record", async () => {
    await calls.apply(teller, [startedEvent()]);
    const initiated = await calls.byId(callId);
    await calls.apply(teller, [event("call.ringing", "evt_2", 100)]);
    const ringing = await calls.byId(callId);
    await calls.apply(teller, [event("call.answered", "evt_3", 2_000)]);
    const inProgress = await calls.byId(callId);
    await calls.apply(teller, [endedEvent()]);
    const ended = await calls.byId(callId);

    expect(initiated).toMatchObject({ status: "initiated", record: null, gatewayId: "gateway-1" });
    expect(ringing.status).toBe("ringing");
    expect(inProgress).toMatchObject({
      status: "in-progress",
      answeredAtMs: startedAtMs + 2_000,
    });
    expect(ended).toMatchObject({ status: "completed", record: recordOf() });
  });

  test("changes nothing when it is told again, in this frame or in a later one", async () => {
    const events = [startedEvent(), event("call.ringing", "evt_2", 100), endedEvent()];

    const first = await calls.apply(teller, [...events, ...events]);
    const second = await calls.apply(teller, events);

    expect(first).toEqual(events);
    expect(second).toEqual([]);
    expect(await calls.list({}, 10, null)).toHaveLength(1);
  });

  test("does not make a call ring that has ended", async () => {
    await calls.apply(teller, [startedEvent(), endedEvent()]);

    const fresh = await calls.apply(teller, [event("call.ringing", "evt_late", 100)]);

    expect(fresh).toEqual([]);
    expect((await calls.byId(callId)).status).toBe("completed");
  });

  test("gives a call one record: the second with another id is not taken", async () => {
    await calls.apply(teller, [startedEvent(), endedEvent()]);

    await calls.apply(teller, [endedEvent(recordOf({ durationMs: 1 }), "evt_10")]);

    expect((await calls.byId(callId)).record?.durationMs).toBe(60_000);
  });

  test("makes a call of a record alone, when its beginning was lost", async () => {
    await calls.apply(teller, [endedEvent()]);

    expect((await calls.byId(callId)).record).toEqual(recordOf());
  });

  test("is written as a whole frame or not at all", async () => {
    const broken = { ...startedEvent({ eventId: "evt_5" }), atMs: Number.NaN };

    await expect(
      calls.apply(teller, [startedEvent({ callId: "call_2" as CallId, eventId: "evt_4" }), broken]),
    ).rejects.toThrow(/NaN/);
    expect(await calls.list({}, 10, null)).toEqual([]);
  });
});

describe("a transcript", () => {
  test("stands in the order of the conversation, not of the telling", async () => {
    const greeting = turnOf({ itemId: "i1", text: "Hello." });
    const question = turnOf({
      itemId: "i2",
      previousItemId: "i1",
      speaker: "human",
      text: "Are you open?",
      heardMs: null,
      startedAtMs: 3_000,
    });
    const answer = turnOf({ itemId: "i3", previousItemId: "i2", text: "Yes.", startedAtMs: 2_900 });
    await calls.apply(teller, [startedEvent()]);

    for (const [index, turn] of [greeting, answer, question].entries()) {
      await calls.apply(teller, [turnEvent(turn, `evt_t${String(index)}`)]);
    }

    expect(turnsIn(await calls.conversation(callId)).map(({ text }) => text)).toEqual([
      "Hello.",
      "Are you open?",
      "Yes.",
    ]);
  });

  test("takes a turn that is told again in place of the former", async () => {
    await calls.apply(teller, [
      startedEvent(),
      turnEvent(turnOf({ text: "Hello, this is" }), "evt_2"),
    ]);
    await calls.apply(teller, [
      turnEvent(turnOf({ text: "Hello", heardMs: 200, interrupted: true }), "evt_3"),
    ]);

    expect(await calls.conversation(callId)).toEqual([
      { kind: "turn", ...turnOf({ text: "Hello", heardMs: 200, interrupted: true }) },
    ]);
  });

  test("holds what the agent called where it called it, with what came of it", async () => {
    const question = turnOf({ itemId: "q", speaker: "human", heardMs: null, startedAtMs: 9_000 });
    const tool = { itemId: "t", previousItemId: "q", startedAtMs: 2_000 };
    const answer = turnOf({ itemId: "a", previousItemId: "t", startedAtMs: 2_500 });

    await calls.apply(teller, [
      startedEvent(),
      toolEvent(tool, "evt_2"),
      turnEvent(answer, "evt_3"),
      turnEvent(question, "evt_4"),
      toolEvent({ ...tool, output: "shipped" }, "evt_5"),
    ]);

    expect(await calls.conversation(callId)).toMatchObject([
      { kind: "turn", itemId: "q" },
      { kind: "tool-call", itemId: "t", name: "find_order", output: "shipped" },
      { kind: "turn", itemId: "a" },
    ]);
  });

  test("with a circle in it, which only a broken gateway tells, still shows every turn once", async () => {
    await calls.apply(teller, [
      startedEvent(),
      turnEvent(turnOf({ itemId: "a", previousItemId: "b" }), "evt_2"),
      turnEvent(turnOf({ itemId: "b", previousItemId: "a" }), "evt_3"),
    ]);

    expect((await calls.conversation(callId)).map(({ itemId }) => itemId)).toEqual(["a", "b"]);
  });
});

describe("a call whose gateway lost it", () => {
  test("ends with a record that charges nothing, and the same again after a second restart", async () => {
    await calls.apply(teller, [startedEvent(), event("call.answered", "evt_2", 2_000)]);
    const [lost] = await calls.unfinishedCalls("gateway-1");
    if (lost === undefined) throw new Error("the call is unfinished");

    const end = lostCallEnd(lost, 0, startedAtMs + 90_000);
    const fresh = await calls.apply(teller, [end]);
    const again = await calls.apply(teller, [lostCallEnd(lost, 0, startedAtMs + 99_000)]);

    expect(fresh).toHaveLength(1);
    expect(again).toEqual([]);
    expect((await calls.byId(callId)).record).toMatchObject({
      status: "completed",
      endCause: "gateway_lost",
      endedBy: "system",
      durationMs: 0,
    });
    expect(await calls.unfinishedCalls("gateway-1")).toEqual([]);
  });

  test("that was never answered has failed", async () => {
    await calls.apply(teller, [startedEvent()]);
    const [lost] = await calls.unfinishedCalls("gateway-1");
    if (lost === undefined) throw new Error("the call is unfinished");

    await calls.apply(teller, [lostCallEnd(lost, 0, startedAtMs + 90_000)]);

    expect((await calls.byId(callId)).record).toMatchObject({ status: "failed", sipStatus: 503 });
    expect(await calls.unfinishedCalls("gateway-2")).toEqual([]);
  });
});

function event(
  kind: "call.ringing" | "call.answered",
  eventId: string,
  afterMs: number,
): CallEvent {
  return { kind, eventId, callId, atMs: startedAtMs + afterMs };
}
