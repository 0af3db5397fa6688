import { type Log, type Timer, unreachable } from "@agentcall/base";
import type { CallId, CallKey, CallPlan, EndCause, FallbackStep } from "@agentcall/contract";
import { mediaTimeoutMs } from "../rtp/media-session.ts";
import type { MediaTap } from "../rtp/media-tap.ts";
import type { Invite, LegRefusal, Reoffer, SipLeg, SipLegHandlers } from "../sip/sip-leg.ts";
import { AudioJunction } from "./audio-junction.ts";
import { type CallEnd, CallFacts } from "./call-facts.ts";
import { CallHandover } from "./call-handover.ts";
import { CallMedia } from "./call-media.ts";
import type { CallPorts } from "./call-ports.ts";
import type { CallAction, CallInput, CallState } from "./call-state.ts";
import { CallRecording } from "./call-recording.ts";
import { CallTeller } from "./call-teller.ts";
import { CallTimers } from "./call-timers.ts";
import { decideCall } from "./call.ts";
import { Conversation } from "./conversation.ts";
import { doTalking, type TalkingAction } from "./do-talking.ts";
import { startHeartbeat } from "./metering/heartbeat.ts";

/**
 * Carries out what `decideCall` decides for one call: it owns the call's audio, its conversation
 * with the model, its handover and its timers, and gives all of them back at the end.
 */
export class CallRunner implements SipLegHandlers {
  readonly #ports: CallPorts;
  readonly #invite: Invite;
  readonly #leg: SipLeg;
  readonly #onFinished: (runner: CallRunner) => void;
  readonly #log: Log;
  readonly #facts: CallFacts;
  readonly #teller: CallTeller;
  readonly #timers: CallTimers;
  readonly #media: CallMedia;
  readonly #handover: CallHandover;
  readonly #recording: CallRecording;
  readonly #inputs: CallInput[] = [];
  #taking = false;
  #state: CallState = { kind: "arrived" };
  #conversation: Conversation | null = null;
  #junction: AudioJunction | null = null;
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
    this.#teller = new CallTeller({ ports, invite, facts: this.#facts, log: this.#log });
    this.#timers = new CallTimers(ports.clock, (timer) => {
      this.#take({ kind: "time-is-up", timer });
    });
    this.#media = new CallMedia(ports, invite, this.#log);
    this.#handover = this.#makeHandover();
    this.#recording = new CallRecording(ports.recordings, invite.callId);
  }

  get callId(): CallId {
    return this.#invite.callId;
  }

  get timerCount(): number {
    return this.#timers.count + (this.#heartbeat === null ? 0 : 1);
  }

  get hasSession(): boolean {
    return this.#conversation?.isOpen ?? false;
  }

  /** Takes the call. Resolves when its first step is done. */
  async begin(): Promise<void> {
    const { from, to, sipCallId, sourceAddress } = this.#invite;
    this.#log.info({ sipCallId, sourceAddress, "pii.from": from, "pii.to": to }, "call begun");
    const refusal = this.#ports.refusalNow() ?? (await this.#media.prepare());
    this.#take({ kind: "invited", refusal });
  }

  /** The control plane asks for the end of the call. */
  hangUp(): void {
    this.#take({ kind: "hang-up-asked" });
  }

  /** The control plane asks for the call to be handed over. */
  transfer(to: string): void {
    this.#take({ kind: "transfer-asked", to });
  }

  /** The gateway is being stopped. */
  drain(): void {
    this.#take({ kind: "draining" });
  }

  onInvited(sipCallId: string): void {
    this.#facts.sentAs(sipCallId);
  }

  onRinging(): void {
    this.#take({ kind: "callee-rings" });
  }

  onRefused(refusal: LegRefusal): void {
    this.#take({ kind: "callee-refused", refusal });
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
    this.#log.debug({}, "the answer is confirmed");
    if (!this.#media.confirm(sdp)) this.#take({ kind: "media-refused" });
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

  onRefer(result: "accepted" | "done" | "refused"): void {
    this.#take({ kind: "refer", result });
  }

  onReoffer(reoffer: Reoffer): void {
    this.#media.reoffer(reoffer);
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
        this.#teller.tell({ kind: "call.ringing" });
        return;
      case "open-session":
        this.#openSession(action.plan, action.key);
        return;
      case "prepare":
        this.#conversation = this.#makeConversation(action.plan);
        return;
      case "answer":
        this.#answer();
        return;
      case "start-media":
        this.#startMedia();
        return;
      case "replace-session":
      case "rest-session":
      case "wake-session":
      case "close-session":
      case "announce":
      case "play":
      case "warn-of-end":
        this.#doTalking(action);
        return;
      case "refer":
      case "dial":
      case "cancel-dial":
      case "bridge":
        this.#handover.do(action, this.#media.codec, this.#junction);
        return;
      case "note-step":
        this.#noteStep(action.what, action.why);
        return;
      case "arm":
        this.#timers.arm(action.timer, action.afterMs);
        return;
      case "disarm":
        this.#timers.disarm(action.timer);
        return;
      case "refuse":
        this.#leg.refuse(action.refusal);
        return;
      case "bye":
        this.#leg.hangUp(action.cause);
        return;
      case "finish":
        this.#finish(action);
        return;
      default:
        unreachable(action);
    }
  }

  #doTalking(action: TalkingAction): void {
    if (this.#conversation === null) return;
    if (action.kind === "replace-session" && action.key === "managed") this.#carryByManagedKey();
    doTalking(action, this.#conversation);
  }

  #noteStep(what: FallbackStep["what"], why: EndCause): void {
    const step = this.#facts.climbed(what, why);
    if (step !== null) this.#teller.tell({ kind: "call.fallback", step });
  }

  #carryByManagedKey(): void {
    const usage = this.#facts.carriedByManagedKey();
    if (usage !== null) this.#teller.tell({ kind: "call.usage", usage });
  }

  #askPlan(): void {
    const { callId, direction, from, to, sipCallId, sourceAddress, trunk } = this.#invite;
    const { startedAtMs } = this.#facts;
    const parties = { callId, direction, from, to, sipCallId, sourceAddress };
    const offer = { ...parties, trunkId: trunk.trunkId, startedAtMs };
    this.#ports.control.offer(offer).then(
      (outcome) => {
        if (outcome.kind === "accept") {
          this.#facts.planned(outcome.plan);
          this.#recording.planned(outcome.plan);
        } else this.#facts.belongsTo(outcome.numberId, outcome.voiceMode);
        this.#take({ kind: "planned", outcome });
      },
      (error: unknown) => {
        this.#log.warn({ err: error }, "no plan for the call");
        this.#take({ kind: "plan-failed" });
      },
    );
  }

  #openSession(plan: CallPlan, key: CallKey): void {
    this.#conversation ??= this.#makeConversation(plan);
    if (key === "managed") this.#carryByManagedKey();
    this.#conversation.open(key);
  }

  #makeHandover(): CallHandover {
    return new CallHandover({
      ports: this.#ports,
      callId: this.callId,
      invite: this.#invite,
      leg: this.#leg,
      log: this.#log,
      press: (digit) => {
        this.#media.press(digit);
      },
      take: (input) => {
        this.#take(input);
      },
    });
  }

  #makeConversation(plan: CallPlan): Conversation {
    const { clock, makeModelSession, control, phrases, timing } = this.#ports;
    return new Conversation({
      callId: this.callId,
      plan,
      codec: this.#media.codec,
      facts: this.#facts,
      makeModelSession,
      phrases,
      timing,
      clock,
      log: this.#log,
      callTool: (call) => control.callTool(this.callId, call),
      sendDigits: (digits) => {
        if (!this.#media.press(digits)) this.#conversation?.downlink.playDigits(digits);
      },
      tellTurn: (turn, sequence) => {
        this.#teller.tell({ kind: "call.turn", turn, sequence });
      },
      tellTool: (toolCall) => {
        this.#teller.tell({ kind: "call.tool", toolCall });
      },
      tellLive: (event) => {
        control.live(event);
      },
      take: (input) => {
        this.#take(input);
      },
    });
  }

  #answer(): void {
    const sdp = this.#media.answer();
    if (sdp === null) this.#inputs.push({ kind: "fault" });
    else this.#leg.answer(sdp);
  }

  #startMedia(): void {
    const conversation = this.#conversation;
    if (conversation === null || !this.#media.isAgreed) return;
    this.#facts.reach("answeredMs");
    this.#teller.tell({ kind: "call.answered" });
    const junction = new AudioJunction(conversation.uplink, conversation.downlink);
    this.#junction = junction;
    this.#media.start({
      sink: junction,
      source: junction,
      tap: this.#startRecording(),
      onDigit: (digit) => {
        const { farParty } = this.#handover;
        if (farParty === null) conversation.pressed(digit);
        else farParty.press(digit);
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
        this.#teller.tell({ kind: "call.usage", usage });
      },
      keepDraft: () => {
        this.#teller.keepDraft(this.#media.stats());
      },
    });
  }

  #startRecording(): MediaTap | null {
    const isDisclosed = this.#state.kind === "talking"; // the agent's first words tell it
    const tap = this.#recording.start(this.#media.codec, isDisclosed);
    const usage = tap === null ? this.#facts.notRecorded() : null;
    if (usage !== null) this.#teller.tell({ kind: "call.usage", usage });
    return tap;
  }

  /** Gives back what the call holds, and tells its record. */
  #finish(end: CallEnd): void {
    this.#timers.disarmAll();
    this.#heartbeat?.cancel();
    this.#heartbeat = null;
    this.#ports.control.withdraw(this.callId);
    this.#handover.close();
    const stats = this.#media.stats();
    this.#media.close();
    this.#recording.end();
    void this.#teller.end(end, stats).then(() => {
      this.#onFinished(this);
    });
  }
}
