import {
  AppError,
  type Clock,
  every,
  type Log,
  type Random,
  retryDelayMs,
  Secret,
  type Timer,
} from "@agentcall/base";
import {
  type CallEvent,
  type CallId,
  type CallKey,
  type ControlFrame,
  controlFrameBytesMax,
  controlFrameSchema,
  controlLinkVersion,
  type GatewayFrame,
  type LiveEvent,
  type PlanOutcome,
  type RecordingOffer,
  type RecordingPiece,
  type RecordingProgress,
  type ToolOutcome,
  type TrunkTestLine,
} from "@agentcall/contract";
import { WebSocket } from "ws";
import { PendingAsks } from "./pending-asks.ts";
import type { Spool } from "./spool.ts";

export type ToolCall = Omit<Extract<GatewayFrame, { kind: "tool.call" }>, "kind" | "callId">;

export type CallOffer = Omit<Extract<GatewayFrame, { kind: "call.offer" }>, "kind">;

type ControlLinkOptions = {
  readonly url: string;
  readonly token: Secret;
  readonly gatewayId: string;
  readonly bootId: string;
  readonly spool: Spool;
  readonly clock: Clock;
  readonly random: Random;
  readonly log: Log;
  readonly liveCallIds: () => readonly CallId[];
  /** A call is to be placed. */
  readonly onDial: (dial: Extract<ControlFrame, { kind: "call.dial" }>) => void;
  readonly onHangup: (callId: CallId) => void;
  readonly onTrunks: (news: Extract<ControlFrame, { kind: "trunks" }>) => void;
  readonly onTrunkTest: (test: Extract<ControlFrame, { kind: "trunk.test" }>) => void;
  readonly onTransfer: (callId: CallId, to: string) => void;
  readonly onUp: () => void;
};

const reconnectSchedule = { firstMs: 100, maxMs: 2_000 } as const; // a restarted control plane is back within seconds
const welcomeMsMax = 5_000; // a peer that takes the connection and says nothing
const planMsMax = 3_000; // the caller hears nothing but 100 Trying meanwhile
const recordingMsMax = 30_000; // to open each segment of an hour takes a second, on a busy machine some
const toolMsMax = 10_000; // the webhook has 8 s, and the link is near
const eventsPerFrameMax = 100; // the contract's limit
const tellAgainEveryMs = 5_000; // a control plane whose disk was full takes up soon what it refused
const liveBufferedBytesMax = 262_144; // what passes is left out when the control plane reads slowly

type LinkState =
  | { readonly kind: "down" }
  | { readonly kind: "greeting"; readonly socket: WebSocket }
  | { readonly kind: "up"; readonly socket: WebSocket };

type PendingOffer = {
  readonly offer: CallOffer;
  readonly timer: Timer;
  readonly resolve: (outcome: PlanOutcome) => void;
  readonly reject: (error: AppError) => void;
};

/**
 * The gateway's end of the control link. It comes back by itself; on every return it says
 * which calls it carries, sends again what was not acknowledged, and asks again what was not
 * answered.
 */
export class ControlLink {
  readonly #options: ControlLinkOptions;
  readonly #offers = new Map<CallId, PendingOffer>();
  readonly #keyRequests = new Map<string, (key: Secret | null) => void>();
  readonly #tools: PendingAsks<ToolOutcome>;
  readonly #recordings: PendingAsks<RecordingProgress>;
  #state: LinkState = { kind: "down" };
  #timer: Timer | null = null;
  #attempt = 0;
  /** While the link is up. */
  #lookTimer: Timer | null = null;
  /** The oldest event that was not acknowledged when it was last looked. */
  #oldestSeen: string | null = null;
  #isStalled = false;
  #closed = false;
  #draining = false;
  #onceWelcomed: (() => void) | null = null;
  /** Resolves at the first welcome. */
  readonly ready: Promise<void>;

  constructor(options: ControlLinkOptions) {
    this.#options = options;
    this.#tools = new PendingAsks(options.clock, toolMsMax);
    this.#recordings = new PendingAsks(options.clock, recordingMsMax);
    this.ready = new Promise((resolve) => {
      this.#onceWelcomed = resolve;
    });
  }

  get isUp(): boolean {
    return this.#state.kind === "up";
  }

  start(): void {
    this.#connect();
  }

  /** Asks what to do with a call. Rejects with `control-plane-unreachable` when no answer comes in time. */
  offer(offer: CallOffer): Promise<PlanOutcome> {
    return new Promise((resolve, reject) => {
      const timer = this.#options.clock.after(planMsMax, () => {
        this.#offers.delete(offer.callId);
        reject(unreachableError("no plan came in time"));
      });
      this.#offers.set(offer.callId, { offer, timer, resolve, reject });
      this.#send({ kind: "call.offer", ...offer });
    });
  }

  /** The key for another session of a call; null when none comes in time. */
  freshKey(callId: CallId, key: CallKey): Promise<Secret | null> {
    const place = `${key} ${callId}`;
    this.#keyRequests.get(place)?.(null); // a session that asks again has given up the former wish
    return new Promise((resolve) => {
      const timer = this.#options.clock.after(planMsMax, () => {
        this.#keyRequests.get(place)?.(null);
      });
      this.#keyRequests.set(place, (secret) => {
        timer.cancel();
        this.#keyRequests.delete(place);
        resolve(secret);
      });
      this.#send({ kind: "call.key", callId, key });
    });
  }

  /** The call is over before its plan came. */
  withdraw(callId: CallId): void {
    this.#offers.get(callId)?.timer.cancel();
    this.#offers.delete(callId);
  }

  /** Has a tool of the customer's carried out. Rejects with `control-plane-unreachable`. */
  callTool(callId: CallId, call: ToolCall): Promise<ToolOutcome> {
    const asked = this.#tools.ask(`${callId} ${call.toolCallId}`);
    this.#send({ kind: "tool.call", callId, ...call });
    if (!this.isUp) this.#tools.endAll();
    return asked;
  }

  /** Asks what the control plane has of a recording. Rejects with `control-plane-unreachable`. */
  offerRecording(offer: RecordingOffer): Promise<RecordingProgress> {
    return this.#askRecording(offer.callId, { kind: "recording.offer", offer });
  }

  /** Sends a piece of it. Rejects with `control-plane-unreachable`. */
  sendRecordingPiece(piece: RecordingPiece): Promise<RecordingProgress> {
    return this.#askRecording(piece.callId, { kind: "recording.piece", piece });
  }

  /** Tells what must last: on disk first, then sent, until it is acknowledged. */
  async record(event: CallEvent): Promise<void> {
    try {
      await this.#options.spool.append(event);
    } finally {
      // Told also when the disk is full or broken: better once than never.
      this.#send({ kind: "events", events: [event] });
    }
  }

  /** Tells what passes; it is left out when the link is down or slow. */
  live(event: LiveEvent): void {
    if (this.#state.kind !== "up" || this.#state.socket.bufferedAmount > liveBufferedBytesMax)
      return;
    this.#send({ kind: "live", event });
  }

  /** Answers the control plane's wish to have a trunk tested. */
  trunkTested(testId: string, lines: readonly TrunkTestLine[]): void {
    this.#send({ kind: "trunk.tested", testId, lines: [...lines] });
  }

  /** Tells that this gateway takes no call any more, now and whenever the link comes back. */
  drain(): void {
    this.#draining = true;
    this.#send({ kind: "draining" });
  }

  /** May be called twice. */
  close(): void {
    this.#closed = true;
    this.#timer?.cancel();
    this.#lookTimer?.cancel();
    for (const offer of this.#offers.values()) {
      offer.timer.cancel();
      offer.reject(unreachableError("the gateway is being stopped"));
    }
    this.#offers.clear();
    for (const settle of this.#keyRequests.values()) settle(null);
    this.#tools.endAll();
    this.#recordings.endAll();
    if (this.#state.kind !== "down") this.#state.socket.close(1000);
    this.#state = { kind: "down" };
  }

  #connect(): void {
    const { url, clock, log } = this.#options;
    const socket = new WebSocket(url, {
      perMessageDeflate: false,
      maxPayload: controlFrameBytesMax,
      handshakeTimeout: welcomeMsMax,
    });
    this.#state = { kind: "greeting", socket };
    this.#timer = clock.after(welcomeMsMax, () => {
      socket.terminate();
    });
    socket.on("open", () => {
      this.#sayHello(socket);
    });
    socket.on("message", (data: Buffer) => {
      this.#onFrame(socket, data);
    });
    socket.on("error", (error) => {
      log.debug({ err: error }, "control link error");
    });
    socket.on("close", (code) => {
      this.#onClosed(socket, code);
    });
  }

  #sayHello(socket: WebSocket): void {
    const { gatewayId, bootId, token, liveCallIds, spool } = this.#options;
    // A call whose end still waits in the spool is not lost: its record is on the way.
    const endsToTell = spool.pending
      .filter((event) => event.kind === "call.ended")
      .map((event) => event.callId);
    sendFrame(socket, {
      kind: "hello",
      version: controlLinkVersion,
      gatewayId,
      bootId,
      token: token.reveal(),
      liveCallIds: [...new Set([...liveCallIds(), ...endsToTell])].slice(0, 10_000),
    });
  }

  #onFrame(socket: WebSocket, data: Buffer): void {
    if (this.#state.kind === "down" || this.#state.socket !== socket) return;
    const frame = parseFrame(data);
    if (frame === null) {
      this.#options.log.warn({ bytes: data.length }, "a control frame could not be read");
      return;
    }
    switch (frame.kind) {
      case "welcome":
        this.#onWelcome(socket);
        return;
      case "call.plan":
        this.#onPlan(frame.callId, frame.outcome);
        return;
      case "call.key": {
        const apiKey = frame.apiKey === null ? null : new Secret(frame.apiKey);
        this.#keyRequests.get(`${frame.key} ${frame.callId}`)?.(apiKey);
        return;
      }
      case "events.ack":
        this.#onAcknowledged(frame.eventIds);
        return;
      case "call.dial":
        this.#options.onDial(frame);
        return;
      case "call.hangup":
        this.#options.onHangup(frame.callId);
        return;
      case "call.transfer":
        this.#options.onTransfer(frame.callId, frame.to);
        return;
      case "tool.result":
        this.#tools.answer(`${frame.callId} ${frame.toolCallId}`, frame.outcome);
        return;
      case "recording.progress":
        this.#recordings.answer(frame.callId, frame.progress);
        return;
      case "trunks":
        this.#options.onTrunks(frame);
        return;
      case "trunk.test":
        this.#options.onTrunkTest(frame);
        return;
    }
  }

  #onWelcome(socket: WebSocket): void {
    this.#timer?.cancel();
    this.#state = { kind: "up", socket };
    this.#attempt = 0;
    if (this.#draining) this.#send({ kind: "draining" });
    const pending = this.#options.spool.pending;
    this.#options.log.info({ eventsToSend: pending.length }, "welcomed by the control plane");
    for (let from = 0; from < pending.length; from += eventsPerFrameMax) {
      this.#send({ kind: "events", events: pending.slice(from, from + eventsPerFrameMax) });
    }
    for (const { offer } of this.#offers.values()) this.#send({ kind: "call.offer", ...offer });
    this.#onceWelcomed?.();
    this.#options.onUp();
    this.#lookTimer?.cancel();
    this.#oldestSeen = null;
    this.#lookTimer = every(this.#options.clock, tellAgainEveryMs, () => {
      this.#look();
    });
  }

  /** What has not been acknowledged since the last look was refused, and is told again. */
  #look(): void {
    const { spool } = this.#options;
    this.live({ kind: "spool", pending: spool.pendingCount });
    const oldest = spool.pending[0]?.eventId ?? null;
    this.#isStalled = oldest !== null && oldest === this.#oldestSeen;
    this.#oldestSeen = oldest;
    if (this.#isStalled) this.#tellOldest();
  }

  #tellOldest(): void {
    const events = this.#options.spool.pending.slice(0, eventsPerFrameMax);
    if (events.length > 0) this.#send({ kind: "events", events });
  }

  #onPlan(callId: CallId, outcome: PlanOutcome): void {
    const pending = this.#offers.get(callId);
    if (pending === undefined) return; // too late, or asked twice and answered twice
    this.withdraw(callId);
    pending.resolve(outcome);
  }

  #onAcknowledged(eventIds: readonly string[]): void {
    this.#options.spool.acknowledge(eventIds).catch((error: unknown) => {
      // They stay in the spool and are sent again, which changes nothing at the other end.
      this.#options.log.warn({ err: error }, "an acknowledgement could not be written");
    });
    if (this.#isStalled) this.#tellOldest(); // it takes events again: the next ones follow at once
  }

  #onClosed(socket: WebSocket, code: number): void {
    if (this.#closed || this.#state.kind === "down" || this.#state.socket !== socket) return;
    const { clock, random, log } = this.#options;
    this.#timer?.cancel();
    this.#lookTimer?.cancel();
    this.#isStalled = false;
    this.#state = { kind: "down" };
    this.#tools.endAll();
    this.#recordings.endAll();
    this.#attempt += 1;
    const delayMs = retryDelayMs(reconnectSchedule, this.#attempt, random);
    log.warn({ code, attempt: this.#attempt, delayMs }, "the control link is down; trying again");
    this.#timer = clock.after(delayMs, () => {
      this.#connect();
    });
  }

  #askRecording(callId: CallId, frame: GatewayFrame): Promise<RecordingProgress> {
    const asked = this.#recordings.ask(callId);
    this.#send(frame);
    if (!this.isUp) this.#recordings.endAll();
    return asked;
  }

  #send(frame: GatewayFrame): void {
    if (this.#state.kind === "up") sendFrame(this.#state.socket, frame);
  }
}

function sendFrame(socket: WebSocket, frame: GatewayFrame): void {
  // A failed send is told by 'close'; what must last is in the spool. As bytes, which `ws` sends in
  // one piece: of a text it writes the header and the rest in two, which costs a call more.
  socket.send(Buffer.from(JSON.stringify(frame), "utf8"), { binary: false });
}

function parseFrame(data: Buffer): ControlFrame | null {
  try {
    const parsed = controlFrameSchema.safeParse(JSON.parse(data.toString("utf8")));
    return parsed.success ? parsed.data : null;
  } catch {
    return null; // not JSON
  }
}

function unreachableError(message: string): AppError {
  return new AppError("control-plane-unreachable", message);
}
