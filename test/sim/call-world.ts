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
  type CallPlan,
  callPlanSchema,
  type EndCause,
  type LiveEvent,
  liveEventSchema,
  type PlanOutcome,
} from "@agentcall/contract";
import { writeRtpHeader } from "@agentcall/media";
import type {
  CallPorts,
  ModelHandlers,
  ModelSession,
} from "../../apps/gateway/src/call/call-ports.ts";
import { CallRunner } from "../../apps/gateway/src/call/call-runner.ts";
import { aCallTrunk } from "../../apps/gateway/src/sip/testing/trunk-plan.ts";
import { Pacer } from "../../apps/gateway/src/rtp/pacer.ts";
import type { RtpHandlers } from "../../apps/gateway/src/rtp/rtp-endpoint.ts";
import type { SipLeg, SipLegHandlers, SipRefusal } from "../../apps/gateway/src/sip/sip-leg.ts";

/** What an INVITE's world is like, made from one seed. */
export class CallWorld {
  readonly clock = new TestClock();
  readonly random: Random;
  readonly events: CallEvent[] = [];
  readonly liveEvents: LiveEvent[] = [];
  readonly endpoints: FakeEndpoint[] = [];
  readonly sessions: FakeModelSession[] = [];
  readonly legs: FakeLeg[] = [];
  readonly finished = new Set<CallRunner>();
  readonly callClock: CallClock;
  /** Timers that a call had still armed when it said that it was finished. */
  timersLeft = 0;
  /** Dialogs that came to be when their call had finished, and that nobody ended. */
  dialogsLeft = 0;
  readonly pacer: Pacer;
  #drafts = 0;

  constructor(seed: number) {
    this.random = seededRandom(seed);
    this.callClock = new CallClock(this.clock);
    this.pacer = new Pacer(this.clock, silentLog);
  }

  get draftCount(): number {
    return this.#drafts;
  }

  /** An INVITE comes in. */
  invite(sdp: string): { readonly call: CallRunner; readonly leg: FakeLeg } {
    const leg = new FakeLeg(this);
    this.legs.push(leg);
    const invite = {
      callId: callIdSchema.parse(`call_${String(this.legs.length)}`),
      sipCallId: "sip-call@host",
      from: "+14155550123",
      to: "+14155550100",
      sourceAddress: callerAddress,
      sdp,
      trunk: aCallTrunk,
      metadata: {},
    };
    const call = new CallRunner(this.#ports(), invite, leg, (done) => {
      this.finished.add(done);
      this.timersLeft += this.callClock.pendingCount;
    });
    leg.handlers = call;
    call.begin().catch((error: unknown) => {
      throw error;
    });
    return { call, leg };
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
        offer: () => this.#plan(),
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
      },
      makeModelSession: (_plan, _codec, _callId, handlers) => {
        const session = new FakeModelSession(this, handlers);
        this.sessions.push(session);
        return session;
      },
      refusalNow: () => (this.chance(0.02) ? "all_calls_taken" : null),
      clock: this.callClock,
      random: this.random,
      log: silentLog,
    };
  }

  chance(share: number): boolean {
    return this.random.unit() < share;
  }

  /** Runs `run` at some moment of the next `withinMs`. */
  soon(withinMs: number, run: () => void): void {
    this.clock.after(this.random.below(withinMs), run);
  }

  #plan(): Promise<PlanOutcome> {
    return new Promise((resolve, reject) => {
      this.soon(300, () => {
        if (this.chance(0.04)) reject(new AppError("control-plane-unreachable", "no plan"));
        else if (this.chance(0.06))
          resolve(rejections[this.random.below(rejections.length)] ?? accepted);
        else resolve(accepted);
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

const deltaBytes = 2_000; // 250 ms of G.711, as the provider sends it

/** A model that greets, answers, is interrupted, fails and falls silent as chance has it. */
class FakeModelSession implements ModelSession {
  readonly #world: CallWorld;
  readonly #handlers: ModelHandlers;
  isOpen = false;
  isClosed = false;
  appendedBytes = 0;
  interruptions = 0;
  #items = 0;

  constructor(world: CallWorld, handlers: ModelHandlers) {
    this.#world = world;
    this.#handlers = handlers;
  }

  open(): void {
    this.isOpen = true;
    if (this.#world.chance(0.03)) return; // the provider never says a word
    if (this.#world.chance(0.05)) {
      this.#later(800, () => {
        this.#fail("insufficient_quota");
      });
      return;
    }
    this.#later(800, () => {
      this.#handlers.onReport({ kind: "opened" });
      this.#later(400, () => {
        this.#handlers.onReport({ kind: "ready" });
        if (!this.#world.chance(0.05)) this.#answer(6);
      });
    });
    if (this.#world.chance(0.1)) {
      this.#later(20_000, () => {
        this.#fail("session_lost");
      });
    }
  }

  appendAudio(_bytes: Uint8Array, _offset: number, length: number): void {
    this.appendedBytes += length;
  }

  interrupted(heard: readonly { itemId: string; heardMs: number; receivedMs: number }[]): void {
    this.interruptions += 1;
    for (const item of heard) {
      if (item.heardMs > item.receivedMs) throw new Error("more was heard than was said");
    }
  }

  sendUserText(): void {
    // Nobody presses a key here.
  }

  close(): void {
    this.isClosed = true;
  }

  /** One turn of the caller and the answer to it. */
  speak(): void {
    const itemId = this.#newItem();
    this.#handlers.onReport({ kind: "speech-started", audioStartMs: 0 });
    this.#later(1_500, () => {
      this.#handlers.onReport({ kind: "speech-stopped" });
      this.#handlers.onReport({
        kind: "turn",
        itemId,
        previousItemId: null,
        speaker: "human",
        text: "A question",
      });
      this.#answer(10);
    });
  }

  #answer(deltas: number): void {
    const itemId = this.#newItem();
    const responseId = `response-${itemId}`;
    const spoken = { itemId, previousItemId: null, speaker: "ai" } as const;
    for (let delta = 0; delta < deltas; delta += 1) {
      this.#later(40 * (delta + 1), () => {
        this.#handlers.onReport({
          kind: "transcript-partial",
          ...spoken,
          text: "An answer of ".repeat(delta + 1),
        });
        this.#handlers.onAudio(anAudioDelta(responseId, itemId));
      });
    }
    this.#later(40 * deltas + 40, () => {
      this.#handlers.onReport({ kind: "item-audio-done", itemId });
      this.#handlers.onReport({ kind: "turn", ...spoken, text: "An answer of ".repeat(deltas) });
    });
  }

  #newItem(): string {
    this.#items += 1;
    return `item-${String(this.#items)}`;
  }

  #fail(reason: "insufficient_quota" | "session_lost"): void {
    this.#handlers.onReport({ kind: "failed", reason, message: "as the seed has it" });
    this.#handlers.onReport({ kind: "closed" });
  }

  /** Reports may cross our close on the wire: some of them come after it. */
  #later(withinMs: number, run: () => void): void {
    this.#world.soon(withinMs, () => {
      if (!this.isClosed || this.#world.chance(0.1)) run();
    });
  }
}

function anAudioDelta(responseId: string, itemId: string): Parameters<ModelHandlers["onAudio"]>[0] {
  return {
    responseId,
    itemId,
    frame: new Uint8Array(),
    base64Offset: 0,
    base64Length: 0,
    bytes: deltaBytes,
    writeInto: (target: Uint8Array, offset: number) => {
      target.fill(0x40, offset, offset + deltaBytes);
      return deltaBytes;
    },
  };
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

export const callerAddress = "198.51.100.7";
export const callerPort = 4_000;

export function anOffer(
  more: { readonly codec?: number; readonly direction?: string } = {},
): string {
  return [
    "v=0",
    `o=- 1 1 IN IP4 ${callerAddress}`,
    "s=-",
    `c=IN IP4 ${callerAddress}`,
    "t=0 0",
    `m=audio ${String(callerPort)} RTP/AVP ${String(more.codec ?? 0)}`,
    `a=${more.direction ?? "sendrecv"}`,
    "",
  ].join("\r\n");
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
});

const accepted: PlanOutcome = { kind: "accept", plan };

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
