import {
  AppError,
  type Clock,
  type Random,
  seededRandom,
  silentLog,
  type Timer,
} from "@agentcall/base";
import { TestClock } from "@agentcall/base/testing";
import {
  defaultRateCard,
  type CallEvent,
  callEventSchema,
  callIdSchema,
  type Direction,
  type CallPlan,
  callPlanSchema,
  type EndCause,
  type LiveEvent,
  liveEventSchema,
  type PlanOutcome,
  toolsSchema,
} from "@agentcall/contract";
import { writeRtpHeader } from "@agentcall/media";
import type { CallPorts, FarLeg, FarLegHandlers } from "../../apps/gateway/src/call/call-ports.ts";
import { CallRunner } from "../../apps/gateway/src/call/call-runner.ts";
import { aCallTrunk } from "../../apps/gateway/src/sip/testing/trunk-plan.ts";
import { Phrases } from "../../apps/gateway/src/call/phrases.ts";
import { Pacer } from "../../apps/gateway/src/rtp/pacer.ts";
import type { MediaTap } from "../../apps/gateway/src/rtp/media-tap.ts";
import type { RtpHandlers } from "../../apps/gateway/src/rtp/rtp-endpoint.ts";
import type {
  Invite,
  SipLeg,
  SipLegHandlers,
  SipRefusal,
} from "../../apps/gateway/src/sip/sip-leg.ts";
import { anOffer, callerAddress } from "./an-offer.ts";
import { FakeCallee } from "./fake-callee.ts";
import { FakeModelSession } from "./fake-model-session.ts";

/** What an INVITE's world is like, made from one seed. */
export class CallWorld {
  readonly clock = new TestClock();
  readonly random: Random;
  readonly events: CallEvent[] = [];
  readonly liveEvents: LiveEvent[] = [];
  readonly endpoints: FakeEndpoint[] = [];
  readonly sessions: FakeModelSession[] = [];
  readonly legs: (FakeLeg | FakeCallee)[] = [];
  readonly farLegs: FakeFarLeg[] = [];
  readonly finished = new Set<CallRunner>();
  readonly callClock: CallClock;
  /** Timers that a call had still armed when it said that it was finished. */
  timersLeft = 0;
  /** Dialogs that came to be when their call had finished, and that nobody ended. */
  dialogsLeft = 0;
  readonly pacer: Pacer;
  /** Recordings that were begun, and that were ended. */
  readonly recordings = { begun: 0, ended: 0 };
  readonly #isRecorded: boolean;
  #drafts = 0;

  constructor(seed: number) {
    this.random = seededRandom(seed);
    this.#isRecorded = seed % 2 === 0; // no chance of its own: the seeds stay what they were
    this.callClock = new CallClock(this.clock);
    this.pacer = new Pacer(this.clock, silentLog);
  }

  get draftCount(): number {
    return this.#drafts;
  }

  /** An INVITE comes in. */
  invite(sdp: string): { readonly call: CallRunner; readonly leg: FakeLeg } {
    const leg = new FakeLeg(this);
    return { call: this.#begin({ ...inviteOfTheirs, sdp }, leg), leg };
  }

  /** A call is to be placed. */
  callOut(): { readonly call: CallRunner; readonly leg: FakeCallee } {
    const leg = new FakeCallee(this);
    return { call: this.#begin(inviteOfOurs, leg), leg };
  }

  #begin(invite: Invite, leg: FakeLeg | FakeCallee): CallRunner {
    this.legs.push(leg);
    const call = new CallRunner(this.#ports(), invite, leg, (done) => {
      this.finished.add(done);
      this.timersLeft += this.callClock.pendingCount;
    });
    leg.handlers = call;
    call.begin().catch((error: unknown) => {
      throw error;
    });
    return call;
  }

  #ports(): CallPorts {
    return {
      openRtp: (handlers) => {
        if (this.chance(0.02)) return Promise.reject(new AppError("no-rtp-port", "none"));
        const endpoint = new FakeEndpoint(handlers);
        return new Promise((resolve) => {
          this.soon(8, () => {
            this.endpoints.push(endpoint);
            resolve(endpoint);
          });
        });
      },
      pacer: this.pacer,
      control: {
        offer: ({ direction }) => this.#plan(direction),
        withdraw: () => undefined,
        record: async (event) => {
          this.events.push(callEventSchema.parse(event));
          await Promise.resolve();
          if (this.chance(0.01)) throw new Error("the disk is full");
        },
        keepDraft: (event) => {
          callEventSchema.parse(event);
          this.#drafts += 1;
          return Promise.resolve();
        },
        live: (event) => this.liveEvents.push(liveEventSchema.parse(event)),
        callTool: () => this.#sometimes(0.2, { kind: "answered", output: "found" }),
      },
      recordings: {
        begin: () => {
          this.recordings.begun += 1;
          return { tap: deafTap, end: () => (this.recordings.ended += 1) };
        },
        skip: () => undefined,
      },
      makeModelSession: ({ greets }, handlers) => {
        const session = new FakeModelSession(this, greets, handlers);
        this.sessions.push(session);
        return session;
      },
      phrases,
      // Long calls are rare, and so a session's hour is short here.
      timing: { muteAfterMs: 8_000, greetingProtectedMs: 300, replaceSessionAfterMs: 15_000 },
      dial: (_request, handlers) => {
        const leg = new FakeFarLeg(this, handlers);
        this.farLegs.push(leg);
        return leg;
      },
      refusalNow: () => (this.chance(0.02) ? "all_calls_taken" : null),
      clock: this.callClock,
      random: this.random,
      log: silentLog,
    };
  }

  /** Resolves at some moment, or rejects with this chance. */
  #sometimes<Value>(rejects: number, value: Value): Promise<Value> {
    return new Promise((resolve, reject) => {
      this.soon(3_000, () => {
        if (this.chance(rejects)) reject(new AppError("control-plane-unreachable", "as it is"));
        else resolve(value);
      });
    });
  }

  chance(share: number): boolean {
    return this.random.unit() < share;
  }

  /** Runs `run` at some moment of the next `withinMs`. */
  soon(withinMs: number, run: () => void): void {
    this.clock.after(this.random.below(withinMs), run);
  }

  /** A number with some of the rungs and all of the tools. */
  #planOfSeed(direction: Direction): CallPlan {
    const some = (share: number, text: string): string | null => (this.chance(share) ? text : null);
    const ladder = {
      managedKey: some(0.3, "the other ticket"),
      forwardTo: some(0.3, "sip:desk@pbx.example"),
      announcement: some(0.3, "We are closed."),
      rejectWith: 486,
    } as const;
    const outbound = direction === "outbound" ? { ringTimeoutMs: 10_000 } : null;
    return { ...(this.#isRecorded ? recordedPlan : plan), ladder, tools, outbound };
  }

  #plan(direction: Direction): Promise<PlanOutcome> {
    return new Promise((resolve, reject) => {
      this.soon(300, () => {
        if (this.chance(0.04)) reject(new AppError("control-plane-unreachable", "no plan"));
        else {
          const rejection = this.chance(0.06)
            ? rejections[this.random.below(rejections.length)]
            : undefined;
          resolve(rejection ?? { kind: "accept", plan: this.#planOfSeed(direction) });
        }
      });
    });
  }
}

/** The world's clock, as a call sees it: it knows which timers are the call's. */
class CallClock implements Clock {
  readonly #clock: TestClock;
  readonly #pending = new Set<Timer>();

  constructor(clock: TestClock) {
    this.#clock = clock;
  }

  get pendingCount(): number {
    return this.#pending.size;
  }

  nowMs(): number {
    return this.#clock.nowMs();
  }

  monotonicMs(): number {
    return this.#clock.monotonicMs();
  }

  after(delayMs: number, run: () => void): Timer {
    const inner = this.#clock.after(delayMs, () => {
      this.#pending.delete(timer);
      run();
    });
    const timer = {
      cancel: () => {
        this.#pending.delete(timer);
        inner.cancel();
      },
    };
    this.#pending.add(timer);
    return timer;
  }
}

const answerMs = 100; // drachtio echoes the 200 within this time
const ackMs = 80; // a round trip to the caller

/** The caller's side of the dialog, as drachtio shows it: it may cancel and hang up whenever it likes. */
export class FakeLeg implements SipLeg {
  readonly #world: CallWorld;
  handlers: SipLegHandlers | null = null;
  state: "invited" | "answering" | "confirmed" | "over" = "invited";
  refusal: SipRefusal | null = null;
  answerSdp = "";
  /** By the monotonic clock; null before the ACK of our 200. */
  confirmedAtMs: number | null = null;
  #hangUp = false;

  constructor(world: CallWorld) {
    this.#world = world;
  }

  get isOver(): boolean {
    return this.state === "over";
  }

  /** Takes the caller over, refuses, or says nothing more about it. */
  refer(): void {
    if (this.state !== "confirmed" || this.#world.chance(0.1)) return;
    this.#world.soon(500, () => {
      if (this.state !== "confirmed") return;
      const isTaken = this.#world.chance(0.5);
      this.handlers?.onRefer(isTaken ? "accepted" : "refused");
      if (!isTaken || this.#world.chance(0.3)) return;
      this.#world.soon(5_000, () => {
        if (this.state === "confirmed") {
          this.handlers?.onRefer(this.#world.chance(0.7) ? "done" : "refused");
        }
      });
    });
  }

  ring(): void {
    // The caller hears it ring.
  }

  refuse(refusal: SipRefusal): void {
    if (this.state !== "invited") return;
    this.refusal = refusal;
    this.state = "over";
  }

  answer(sdp: string): void {
    if (this.state !== "invited") return;
    this.answerSdp = sdp;
    this.state = "answering";
    if (this.#world.chance(0.2)) {
      this.#world.soon(answerMs, () => {
        this.leave();
      });
    }
    this.#world.soon(answerMs, () => {
      if (this.state !== "answering") return;
      if (this.#world.chance(0.02)) {
        this.state = "over";
        this.handlers?.onAnswerFailed(new Error("the transport is gone"));
        return;
      }
      this.state = this.#hangUp ? "over" : "confirmed";
      if (!this.#hangUp) this.handlers?.onAnswered();
      this.#acknowledge();
      if (this.#world.finished.size > 0 && !this.isOver) this.#world.dialogsLeft += 1;
    });
  }

  /** Most callers acknowledge our 200; one who never does is never charged. */
  #acknowledge(): void {
    if (this.#world.chance(0.05)) return;
    this.#world.soon(ackMs, () => {
      if (this.isOver) return;
      this.confirmedAtMs = this.#world.clock.monotonicMs();
      this.handlers?.onConfirmed("");
    });
  }

  hangUp(): void {
    if (this.state === "answering") this.#hangUp = true;
    if (this.state === "confirmed") this.state = "over";
  }

  /** The caller gives up, or hangs up, or is never heard of again after our 200. */
  leave(): void {
    switch (this.state) {
      case "answering":
        // The CANCEL may cross our 200: then there is a dialog all the same.
        if (this.#world.chance(0.5)) this.state = "over";
        this.handlers?.onCancelled();
        return;
      case "invited":
        this.state = "over";
        this.handlers?.onCancelled();
        return;
      case "confirmed":
        this.state = "over";
        if (this.confirmedAtMs === null) this.handlers?.onAckTimeout();
        else this.handlers?.onBye();
        return;
      case "over":
        return;
    }
  }
}

/** The leg to another party: it answers or not, and hangs up whenever it likes. */
class FakeFarLeg implements FarLeg {
  state: "dialling" | "confirmed" | "over" = "dialling";

  constructor(world: CallWorld, handlers: FarLegHandlers) {
    if (world.chance(0.1)) return; // it rings and rings
    world.soon(4_000, () => {
      if (this.state !== "dialling") return;
      if (world.chance(0.4)) {
        this.state = "over";
        handlers.onFailed(486);
        return;
      }
      this.state = "confirmed";
      handlers.onAnswered(world.chance(0.1) ? "v=0 of nothing" : anOffer({ codec: 8 }));
      world.soon(10_000, () => {
        if (this.state !== "confirmed") return;
        this.state = "over";
        handlers.onHungUp();
      });
    });
  }

  hangUp(): void {
    this.state = "over";
  }
}

/** A pair of ports that nobody listens on. */
class FakeEndpoint {
  readonly address = "127.0.0.1";
  readonly port = 20_000;
  readonly handlers: RtpHandlers;
  isOpen = true;
  sent = 0;
  sentWhenClosed = 0;

  constructor(handlers: RtpHandlers) {
    this.handlers = handlers;
  }

  settle(): void {
    // Only speed depends on it.
  }

  sendRtp(): void {
    if (this.isOpen) this.sent += 1;
    else this.sentWhenClosed += 1;
  }

  sendRtcp(): void {
    this.sendRtp();
  }

  close(): void {
    this.isOpen = false;
  }
}

/** A packet of the caller. */
export function aPacket(sequenceNumber: number): Uint8Array {
  const packet = new Uint8Array(172).fill(0x55);
  const timestamp = sequenceNumber * 160;
  writeRtpHeader(packet, {
    marker: false,
    payloadType: 0,
    sequenceNumber: sequenceNumber & 0xffff,
    timestamp,
    ssrc: 7,
  });
  return packet;
}

const plan: CallPlan = callPlanSchema.parse({
  numberId: "num_1",
  voiceMode: "managed",
  usageTerms: {
    epoch: 1,
    voiceMode: "managed",
    rateCard: defaultRateCard,
    keyFingerprint: null,
    trunkId: null,
    recorded: false,
  },
  agent: {
    instructions: "",
    voice: "marin",
    language: "en",
    firstMessage: "Hello",
    model: "gpt-realtime-2.1",
  },
  provider: { realtimeUrl: "ws://127.0.0.1:1/v1/realtime", apiKey: "practice" },
  answerDeadlineMs: 4_000,
  maxDurationMs: 40_000,
  liveTranscript: true,
  ladder: { managedKey: null, forwardTo: null, announcement: null, rejectWith: 503 },
  tools: [],
  recording: null,
});

const recordedPlan: CallPlan = {
  ...plan,
  usageTerms: { ...plan.usageTerms, recorded: true },
  recording: { dataKey: "a ticket", pauseMs: null },
};

const deafTap: MediaTap = {
  heard: () => undefined,
  sent: () => undefined,
  notSent: () => undefined,
  resumed: () => undefined,
  keyPressed: () => undefined,
  tick: () => undefined,
};

const tools = toolsSchema.parse([
  { type: "hang_up" },
  { type: "send_dtmf" },
  { type: "transfer_call", destinations: [{ name: "Sales", to: "+14155550142" }] },
  { name: "find_order" },
]);
const phrases = Phrases.load();

const inviteOfTheirs: Invite = {
  callId: callIdSchema.parse("call_1"),
  direction: "inbound",
  sipCallId: "sip-call@host",
  from: "+14155550123",
  to: "+14155550100",
  sourceAddress: callerAddress,
  sourcePort: 5_060,
  sdp: "",
  trunk: aCallTrunk,
  metadata: {},
};
const inviteOfOurs: Invite = {
  ...inviteOfTheirs,
  direction: "outbound",
  sipCallId: "",
  from: "+14155550100",
  to: "+14155550123",
  sourceAddress: "",
  sourcePort: 0,
};

const rejections: readonly PlanOutcome[] = (
  [
    [404, "number_unknown"],
    [480, "number_without_agent"],
    [403, "caller_not_allowed"],
    [503, "all_calls_taken"],
  ] as const satisfies readonly (readonly [number, EndCause])[]
).map(([sipStatus, endCause]) => ({
  kind: "reject",
  sipStatus,
  endCause,
  numberId: null,
  voiceMode: null,
  retryAfterSecs: null,
}));
