import type { Direction } from "@agentcall/contract";
import { describe, expect, test } from "vitest";
import { anOffer, callerAddress, callerPort } from "./an-offer.ts";
import { aPacket, CallWorld, type FakeLeg } from "./call-world.ts";
import { FakeCallee } from "./fake-callee.ts";

const seedCount = Number(process.env["SEEDS"] ?? "50");
const seeds = Array.from({ length: seedCount }, (_, seed) => seed + 1);

const callMs = 60_000; // longer than the plan's limit: every call is over by then

/**
 * One caller: packets of which some are lost and some late, questions, a transfer, hold and resume,
 * and a hang-up at any moment.
 */
function liveThrough(world: CallWorld, direction: Direction): void {
  const { call, leg } =
    direction === "inbound"
      ? world.invite(anOffer({ codec: world.chance(0.05) ? 9 : 0 }))
      : world.callOut();
  sendPackets(world, leg);
  for (let question = 0; question < world.random.below(6); question += 1) {
    world.soon(30_000, () => {
      if (leg.state === "confirmed") world.sessions.at(-1)?.speak();
    });
  }
  if (world.chance(0.1)) {
    world.soon(20_000, () => {
      call.transfer("sip:sales@pbx.example");
    });
  }
  if (world.chance(0.3)) holdAndResume(world, leg);
  const hangUpWithinMs = [10, 300, 2_000, 5_000, 45_000][world.random.below(5)] ?? 300;
  world.soon(hangUpWithinMs, () => {
    leg.leave();
  });
  if (world.chance(0.1)) {
    world.soon(30_000, () => {
      call.hangUp();
    });
  }
  if (world.chance(0.2)) {
    world.soon(10_000, () => {
      call.drain();
    });
  }
}

function sendPackets(world: CallWorld, leg: FakeLeg | FakeCallee): void {
  const lossShare = world.random.unit() * 0.1;
  const stopsAtMs = world.chance(0.1) ? 2_000 : callMs;
  let sequence = world.random.below(65_536);
  const next = (): void => {
    if (leg.state === "over" || world.clock.monotonicMs() > stopsAtMs) return;
    sequence += 1;
    const handlers = world.endpoints.at(0)?.handlers;
    const packet = aPacket(sequence);
    const isLate = world.chance(0.03); // and so comes after those that follow it
    if (isLate) {
      world.soon(100, () => {
        if (leg.state !== "over") handlers?.onRtp(packet, callerAddress, callerPort);
      });
    } else if (!world.chance(lossShare)) handlers?.onRtp(packet, callerAddress, callerPort);
    if (world.chance(0.01)) handlers?.onRtp(aPacket(sequence), "192.0.2.66", callerPort);
    if (world.chance(0.01))
      handlers?.onRtp(world.random.bytes(world.random.below(60)), callerAddress, callerPort);
    world.clock.after(20, next);
  };
  world.clock.after(20, next);
}

function holdAndResume(world: CallWorld, leg: FakeLeg | FakeCallee): void {
  for (const direction of ["sendonly", "sendrecv", "garbage"]) {
    world.soon(20_000, () => {
      if (leg.state !== "confirmed") return;
      const sdp = direction === "garbage" ? "v=0 of nothing" : anOffer({ direction });
      leg.handlers?.onReoffer({ sdp, accept: () => undefined, refuse: () => undefined });
    });
  }
}

/** What the call's stretches sum to; null where there are none. */
function chargedMs({ events }: CallWorld): number | null {
  const stretches = events.flatMap((event) => ("usage" in event ? [event.usage] : []));
  const told = stretches.filter((usage) => usage !== undefined);
  if (told.length === 0) return null;
  return told.reduce((sum, { fromMs, toMs }) => sum + toMs - fromMs, 0);
}

/** What the record says; null for a call whose answer was never acknowledged. */
function talkMs({ events, legs }: CallWorld): number | null {
  const ended = events.find((event) => event.kind === "call.ended");
  return legs[0]?.confirmedAtMs === null ? null : (ended?.record.durationMs ?? null);
}

describe("CallRunner", () => {
  test.each(
    seeds.flatMap((seed) => [
      { seed, direction: "inbound" as const },
      { seed, direction: "outbound" as const },
    ]),
  )("every $direction call leaves one record and nothing else, seed $seed", async (given) => {
    const { seed, direction } = given;
    const world = new CallWorld(seed);
    liveThrough(world, direction);

    await world.clock.advanceAsync(callMs);

    const kinds = world.events.map((event) => event.kind);
    expect(kinds.filter((kind) => kind === "call.ended")).toEqual(["call.ended"]);
    expect(kinds.filter((kind) => kind === "call.started")).toEqual(["call.started"]);
    expect([kinds.at(0), kinds.at(-1)]).toEqual(["call.started", "call.ended"]);
    expect(world.finished.size).toBe(1);
    expect(world.legs.map((leg) => leg.state)).toEqual(["over"]);
    expect(world.legs.filter((leg) => leg instanceof FakeCallee && leg.invites > 1)).toEqual([]);
    expect(world.farLegs.filter((leg) => leg.state !== "over")).toEqual([]);
    expect(
      world.endpoints.filter((endpoint) => endpoint.isOpen || endpoint.sentWhenClosed > 0),
    ).toEqual([]);
    expect(world.sessions.filter((session) => session.isOpen && !session.isClosed)).toEqual([]);
    expect([world.pacer.streamCount, world.clock.pendingCount]).toEqual([0, 0]);
    expect(world.recordings.ended).toBe(world.recordings.begun);
    expect([world.timersLeft, world.dialogsLeft]).toEqual([0, 0]);
    expect(chargedMs(world)).toEqual(talkMs(world));
  });

  test("the seeds between them reach every kind of end", async () => {
    const causes = new Set<string>();
    const steps = new Set<string>();
    const worlds = Array.from({ length: 2_000 }, (_, seed) => new CallWorld(10_000 + seed));
    for (const [index, world] of worlds.entries()) {
      liveThrough(world, index % 2 === 0 ? "inbound" : "outbound");
      await world.clock.advanceAsync(callMs);
      const ended = world.events.find((event) => event.kind === "call.ended");
      if (ended === undefined) continue;
      causes.add(ended.record.endCause);
      for (const { what } of ended.record.fallbackSteps) steps.add(what);
    }

    expect([...causes]).toEqual(
      expect.arrayContaining([
        "caller_hung_up",
        "caller_cancelled",
        "api_hung_up",
        "max_duration",
        "number_unknown",
        "no_common_codec",
        "all_calls_taken",
        "control_plane_unreachable",
        "answer_deadline",
        "ack_timeout",
        "media_timeout",
        "session_lost",
        "key_no_quota",
        "model_mute",
        "agent_hung_up",
        "transferred",
        "forwarded",
        "far_end_hung_up",
        "gateway_draining",
        "callee_hung_up",
        "callee_busy",
        "callee_no_answer",
        "callee_declined",
        "callee_unknown",
        "carrier_refused",
        "carrier_unreachable",
      ]),
    );
    expect(
      worlds.some((world) => world.sessions.some((session) => session.interruptions > 0)),
    ).toBe(true);
    expect(worlds.some((world) => world.draftCount > 1 && world.liveEvents.length > 0)).toBe(true);
    expect([...steps].sort()).toEqual([
      "announcement",
      "forward",
      "managed_key",
      "rejection",
      "session_replaced",
    ]);
    const sessions = worlds.flatMap((world) => world.sessions);
    expect(sessions.some(({ toolOutputs }) => toolOutputs > 0)).toBe(true);
    expect(worlds.some(({ recordings }) => recordings.begun > 0)).toBe(true);
    expect(sessions.some(({ recalled }) => recalled > 0)).toBe(true);
  });
});
