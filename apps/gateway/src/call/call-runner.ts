import { type Log, newId, type Timer, unreachable } from "@agentcall/base";
import type { CallEvent, CallId, CallPlan, EndCause } from "@agentcall/contract";
import { MediaSession, mediaTimeoutMs } from "../rtp/media-session.ts";
import type { Invite, Reoffer, SipLeg, SipLegHandlers } from "../sip/sip-leg.ts";
import { CallDescription } from "./call-description.ts";
import { CallFacts } from "./call-facts.ts";
import type { CallPorts } from "./call-ports.ts";
import {
  type CallAction,
  type CallInput,
  type CallState,
  type CallTimer,
  decideCall,
} from "./call.ts";
import { Conversation } from "./conversation.ts";
import { startHeartbeat } from "./metering/heartbeat.ts";

/** An event of a call without what every event has. */
type EventBody = CallEvent extends infer Event
  ? Event extends CallEvent
    ? Omit<Event, "eventId" | "callId" | "atMs">
    : never
  : never;

/**
 * Carries out what `decideCall` decides for one call: it owns the call's media session, its
 * conversation with the model and its timers, and gives all of them back at the end.
 */
export class CallRunner implements SipLegHandlers {
  readonly #ports: CallPorts;
  readonly #invite: Invite;
  readonly #leg: SipLeg;
  readonly #onFinished: (runner: CallRunner) => void;
  readonly #log: Log;
  readonly #facts: CallFacts;
  readonly #endEventId: string;
  readonly #timers = new Map<CallTimer, Timer>();
  readonly #inputs: CallInput[] = [];
  #taking = false;
  #state: CallState = { kind: "arrived" };
  #startTold = false;
  #description: CallDescription | null = null;
  #media: MediaSession | null = null;
  #conversation: Conversation | null = null;
  #heartbeat: Timer | null = null;

  /** `onFinished` is called once, when the call's record is on disk and nothing of the call is left. */
  constructor(
    ports: CallPorts,
    invite: Invite,
    leg: SipLeg,
    onFinished: (runner: CallRunner) => void,
  ) {
    this.#ports = ports;
    this.#invite = invite;
    this.#leg = leg;
    this.#onFinished = onFinished;
    this.#log = ports.log.child({ callId: invite.callId });
    this.#facts = new CallFacts(ports.clock, invite);
    this.#endEventId = newId("evt", ports.random);
  }

  get callId(): CallId {
    return this.#invite.callId;
  }

  get timerCount(): number {
    return this.#timers.size + (this.#heartbeat === null ? 0 : 1);
  }

  get hasSession(): boolean {
    return this.#conversation?.isOpen ?? false;
  }

  /** Takes the call. Resolves when its first step is done. */
  async begin(): Promise<void> {
    const { from, to, sipCallId, sourceAddress } = this.#invite;
    this.#log.info({ sipCallId, sourceAddress, "pii.from": from, "pii.to": to }, "call arrived");
    const refusal = this.#ports.refusalNow() ?? this.#readOffer() ?? (await this.#openMedia());
    this.#take({ kind: "invited", refusal });
  }

  /** The control plane asks for the end of the call. */
  hangUp(): void {
    this.#take({ kind: "hang-up-asked" });
  }

  /** The gateway is being stopped. */
  drain(): void {
    this.#take({ kind: "draining" });
  }

  onCancelled(): void {
    this.#take({ kind: "cancelled" });
  }

  onAnswered(): void {
    this.#take({ kind: "answered" });
  }

  onAnswerFailed(error: unknown): void {
    this.#log.warn({ err: error }, "the answer could not be sent");
    this.#take({ kind: "answer-failed" });
  }

  onConfirmed(sdp: string): void {
    this.#facts.meter.confirmed();
    const agreed = this.#description?.confirm(sdp) ?? "settled";
    this.#log.debug({}, "the caller confirmed our answer");
    if (agreed === "unusable") this.#take({ kind: "media-lost" });
    else if (agreed !== "settled") this.#media?.change(agreed);
  }

  onBye(): void {
    this.#take({ kind: "bye" });
  }

  onAckTimeout(): void {
    this.#take({ kind: "ack-timeout" });
  }

  onSignallingLost(): void {
    this.#take({ kind: "signalling-lost" });
  }

  /** Hold, resume, or audio to another place: answered from the new description alone. */
  onReoffer(reoffer: Reoffer): void {
    const answer = this.#description?.reoffer(reoffer.sdp) ?? null;
    if (answer === null || this.#media === null) {
      reoffer.refuse({ status: 488, reason: "Not Acceptable Here", retryAfterSecs: null });
      return;
    }
    this.#media.change(answer.stream);
    this.#log.info({ held: answer.stream.held }, "the caller changed the media session");
    reoffer.accept(answer.sdp);
  }

  #readOffer(): EndCause | null {
    const read = CallDescription.read(
      this.#invite.sdp,
      this.#invite.sourceAddress,
      this.#ports.random,
      this.#invite.trunk.codecs,
    );
    if (!(read instanceof CallDescription)) return read;
    this.#description = read;
    return null;
  }

  async #openMedia(): Promise<EndCause | null> {
    try {
      const media = await MediaSession.open({ ...this.#ports, log: this.#log });
      if (this.#state.kind === "ended") media.close();
      else this.#media = media;
      return this.#description?.isReachableFrom(media.address) === false ? "malformed_sdp" : null;
    } catch (error) {
      this.#log.warn({ err: error }, "no RTP port for the call");
      return "all_calls_taken";
    }
  }

  /** Inputs that come while one is being taken wait for it: actions are carried out in their order. */
  #take(input: CallInput): void {
    this.#inputs.push(input);
    if (this.#taking) return;
    this.#taking = true;
    for (let next = this.#inputs.shift(); next !== undefined; next = this.#inputs.shift()) {
      this.#takeOne(next);
    }
    this.#taking = false;
  }

  #takeOne(input: CallInput): void {
    const before = this.#state.kind;
    const { state, actions } = decideCall(this.#state, input);
    this.#state = state;
    if (state.kind !== before) {
      const cause = "cause" in state ? state.cause : undefined;
      this.#log.info(
        { from: before, to: state.kind, input: input.kind, cause },
        "call state changed",
      );
    }
    for (const action of actions) {
      try {
        this.#do(action);
      } catch (error) {
        this.#log.error({ err: error, action: action.kind }, "a step of the call failed");
        this.#inputs.push({ kind: "fault" });
      }
    }
  }

  #do(action: CallAction): void {
    switch (action.kind) {
      case "ask-plan":
        this.#askPlan();
        return;
      case "ring":
        this.#facts.reach("ringingMs");
        this.#leg.ring();
        this.#tell({ kind: "call.ringing" });
        return;
      case "open-session":
        this.#openConversation(action.plan);
        return;
      case "answer":
        this.#answer();
        return;
      case "start-media":
        this.#startMedia();
        return;
      case "apologise":
        this.#conversation?.downlink.playErrorTones();
        return;
      case "close-session":
        this.#conversation?.close();
        return;
      case "arm":
        this.#arm(action.timer, action.afterMs);
        return;
      case "disarm":
        this.#disarm(action.timer);
        return;
      case "refuse":
        this.#leg.refuse(action.refusal);
        return;
      case "bye":
        this.#leg.hangUp(action.cause);
        return;
      case "finish":
        this.#finish(action.cause, action.sipStatus);
        return;
      default:
        unreachable(action);
    }
  }

  #askPlan(): void {
    const { callId, from, to, sipCallId, sourceAddress, trunk } = this.#invite;
    const { startedAtMs } = this.#facts;
    const { trunkId } = trunk;
    const offer = { callId, from, to, sipCallId, sourceAddress, trunkId, startedAtMs };
    this.#ports.control.offer(offer).then(
      (outcome) => {
        if (outcome.kind === "accept") this.#facts.planned(outcome.plan);
        else this.#facts.belongsTo(outcome.numberId, outcome.voiceMode);
        this.#take({ kind: "planned", outcome });
      },
      (error: unknown) => {
        this.#log.warn({ err: error }, "no plan for the call");
        this.#take({ kind: "plan-failed" });
      },
    );
  }

  #openConversation(plan: CallPlan): void {
    const { clock, makeModelSession, control } = this.#ports;
    const codec = this.#description?.codec ?? "pcmu";
    this.#conversation = new Conversation({
      callId: this.callId,
      plan,
      codec,
      facts: this.#facts,
      makeModelSession,
      clock,
      log: this.#log,
      tellTurn: (turn) => {
        this.#tell({ kind: "call.turn", turn });
      },
      tellLive: (event) => {
        control.live(event);
      },
      take: (input) => {
        this.#take(input);
      },
    });
    this.#conversation.open();
  }

  #answer(): void {
    if (this.#description === null || this.#media === null) {
      this.#inputs.push({ kind: "fault" });
      return;
    }
    const { publicAddress } = this.#invite.trunk;
    const address = publicAddress ?? this.#media.address;
    this.#leg.answer(this.#description.answer(address, this.#media.port));
  }

  #startMedia(): void {
    const conversation = this.#conversation;
    const stream = this.#description?.stream ?? null;
    if (conversation === null || stream === null) return;
    this.#facts.reach("answeredMs");
    this.#tell({ kind: "call.answered" });
    this.#media?.start(stream, {
      sink: conversation.uplink,
      source: conversation.downlink,
      onDigit: (digit) => {
        conversation.pressed(digit);
      },
      onFrameSent: () => {
        conversation.frameSent();
      },
      onMediaLost: () => {
        this.#facts.meter.end(mediaTimeoutMs); // what nobody heard is not charged
        this.#take({ kind: "media-lost" });
      },
    });
    this.#heartbeat = startHeartbeat({
      clock: this.#ports.clock,
      meter: this.#facts.meter,
      tellUsage: (usage) => {
        this.#tell({ kind: "call.usage", usage });
      },
      keepDraft: () => {
        this.#keepDraft();
      },
    });
  }

  #arm(timer: CallTimer, afterMs: number): void {
    this.#disarm(timer);
    const armed = this.#ports.clock.after(afterMs, () => {
      this.#timers.delete(timer);
      this.#take({ kind: "time-is-up", timer });
    });
    this.#timers.set(timer, armed);
  }

  #disarm(timer: CallTimer): void {
    this.#timers.get(timer)?.cancel();
    this.#timers.delete(timer);
  }

  /** Gives back what the call holds, and tells its record. */
  #finish(cause: EndCause, sipStatus: number): void {
    for (const timer of this.#timers.values()) timer.cancel();
    this.#timers.clear();
    this.#heartbeat?.cancel();
    this.#heartbeat = null;
    this.#ports.control.withdraw(this.callId);
    const usage = this.#facts.meter.lastStretch() ?? undefined;
    const mediaStats = this.#media?.stats() ?? null;
    this.#media?.close();
    const record = this.#facts.record(cause, sipStatus, mediaStats);
    this.#tellStart();
    this.#log.info({ cause, sipStatus, durationMs: record.durationMs, mediaStats }, "call ended");
    const end: CallEvent = { ...this.#head(this.#endEventId), kind: "call.ended", record, usage };
    void this.#write(end).then(() => {
      this.#onFinished(this);
    });
  }

  /** What would be told of the call if this process died now. */
  #keepDraft(): void {
    const record = this.#facts.record("gateway_lost", 200, this.#media?.stats() ?? null);
    const usage = this.#facts.meter.stretchIfLost() ?? undefined;
    const draft: CallEvent = { ...this.#head(this.#endEventId), kind: "call.ended", record, usage };
    this.#ports.control.keepDraft(draft).catch((error: unknown) => {
      this.#log.error({ err: error }, "the heartbeat of a call could not be written");
    });
  }

  #tell(body: EventBody): void {
    this.#tellStart();
    void this.#write({ ...this.#head(newId("evt", this.#ports.random)), ...body });
  }

  /** Told when the number is known, or when there is something else to tell. */
  #tellStart(): void {
    if (this.#startTold) return;
    this.#startTold = true;
    const { from, to, sipCallId, trunk, metadata } = this.#invite;
    void this.#write({
      ...this.#head(newId("evt", this.#ports.random)),
      atMs: this.#facts.startedAtMs,
      kind: "call.started",
      direction: "inbound",
      from,
      to,
      numberId: this.#facts.numberId,
      voiceMode: this.#facts.voiceMode,
      sipCallId,
      trunkId: trunk.trunkId,
      metadata: { ...metadata },
    });
  }

  #head(eventId: string): Pick<CallEvent, "eventId" | "callId" | "atMs"> {
    return { eventId, callId: this.callId, atMs: this.#ports.clock.nowMs() };
  }

  /** Never rejects: a full or broken disk is told to the log, and the call goes on. */
  async #write(event: CallEvent): Promise<void> {
    try {
      await this.#ports.control.record(event);
    } catch (error) {
      this.#log.error({ err: error, kind: event.kind }, "an event of the call could not be kept");
    }
  }
}
