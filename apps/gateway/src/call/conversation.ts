import type { Clock, Log } from "@agentcall/base";
import type { CallId, CallPlan, LiveEvent, Turn } from "@agentcall/contract";
import { type G711Codec, silenceByte } from "@agentcall/media";
import type { AudioDelta, SessionReport } from "@agentcall/realtime";
import type { CallInput } from "./call.ts";
import type { CallFacts } from "./call-facts.ts";
import type { MakeModelSession, ModelSession } from "./call-ports.ts";
import { Downlink } from "./downlink.ts";
import { endCauseOf } from "./provider-cause.ts";
import { Transcript } from "./transcript.ts";
import { Uplink } from "./uplink.ts";

type ConversationOptions = {
  readonly callId: CallId;
  readonly plan: CallPlan;
  readonly codec: G711Codec;
  readonly facts: CallFacts;
  readonly makeModelSession: MakeModelSession;
  readonly clock: Clock;
  readonly log: Log;
  readonly tellTurn: (turn: Turn) => void;
  readonly tellLive: (event: LiveEvent) => void;
  /** What the conversation means for the call. */
  readonly take: (input: CallInput) => void;
};

const settleFrames = 5; // looked at every 100 ms: a turn is told at most so much after its last word

/** The caller and the model: audio both ways, barge-in, and what was said. */
export class Conversation {
  readonly uplink: Uplink;
  readonly downlink: Downlink;
  readonly #options: ConversationOptions;
  readonly #transcript: Transcript;
  readonly #session: ModelSession;
  /** What is to be told of each item at the next look; a newer text takes the older one's place. */
  readonly #partials = new Map<string, SpokenPartial>();
  #liveSequence = 0;
  #framesUntilSettled = settleFrames;
  #open = true;

  constructor(options: ConversationOptions) {
    this.#options = options;
    this.#session = options.makeModelSession(options.plan, options.codec, options.callId, {
      onReport: (report) => {
        if (this.#open) this.#onReport(report);
      },
      onAudio: (delta) => {
        if (this.#open) this.#onAudio(delta);
      },
    });
    this.uplink = new Uplink(silenceByte(options.codec), (piece) => {
      if (this.#open) this.#session.appendAudio(piece, 0, piece.length);
    });
    this.downlink = new Downlink(options.codec, () => {
      options.facts.reach("firstRtpOutMs");
    });
    this.#transcript = new Transcript({
      progressOf: (itemId) => this.downlink.progressOf(itemId),
      tell: options.tellTurn,
    });
  }

  /** Whether the session with the model may still be open. */
  get isOpen(): boolean {
    return this.#open;
  }

  open(): void {
    this.#session.open();
  }

  /** One frame has been played. */
  frameSent(): void {
    this.#framesUntilSettled -= 1;
    if (this.#framesUntilSettled > 0) return;
    this.#framesUntilSettled = settleFrames;
    if (this.#partials.size > 0) this.#tellPartials();
    if (this.#transcript.isWaiting) this.#transcript.heard(this.#options.facts.sinceAnswerMs());
  }

  /** The caller pressed a key. */
  pressed(digit: string): void {
    if (this.#open) this.#session.sendUserText(`[The caller pressed the key ${digit}.]`);
  }

  /** Ends the session and tells what is still to be told. What was queued is not played. May be called twice. */
  close(): void {
    if (!this.#open) return;
    this.#transcript.end(this.#options.facts.sinceAnswerMs());
    this.#open = false;
    this.downlink.interrupt();
    this.#session.close();
  }

  #onAudio(delta: AudioDelta): void {
    const { facts, take } = this.#options;
    if (!this.downlink.play(delta)) return;
    facts.reach("firstDeltaMs");
    take({ kind: "session-audio" });
  }

  #onReport(report: SessionReport): void {
    const { facts, take, log } = this.#options;
    switch (report.kind) {
      case "opened":
        facts.reach("sessionOpenMs");
        return;
      case "ready":
        facts.reach("sessionReadyMs");
        take({ kind: "session-ready" });
        return;
      case "item-audio-done":
        this.downlink.itemDone(report.itemId);
        return;
      case "speech-started":
        this.#bargeIn();
        return;
      case "transcript-partial":
        this.#transcript.partial(report);
        if (this.#options.plan.liveTranscript) this.#partials.set(report.itemId, report);
        return;
      case "turn":
        this.#transcript.final(report);
        return;
      case "usage":
        facts.usedTokens(report);
        return;
      case "tool-call":
        facts.calledTool();
        return;
      case "failed":
        // The provider's own sentence may quote a part of the key: only the reason is logged.
        log.warn({ reason: report.reason }, "the session with the model failed");
        take({ kind: "session-failed", cause: endCauseOf(report.reason) });
        return;
      case "closed":
        // After a failure that was told this changes nothing.
        take({ kind: "session-failed", cause: "session_lost" });
        return;
      case "response-started":
      case "item-started":
      case "response-done":
      case "speech-stopped":
        return;
    }
  }

  /** The caller speaks: what is queued is dropped before the next frame, and the model learns what was heard. */
  #bargeIn(): void {
    const { clock, facts } = this.#options;
    const startedMs = clock.monotonicMs();
    this.#transcript.speechStarted(facts.sinceAnswerMs());
    const heard = this.downlink.interrupt();
    if (heard.length === 0) return;
    for (const item of heard) {
      this.#transcript.interrupted(item.itemId, { ...item, complete: true });
    }
    this.#session.interrupted(heard);
    facts.bargedIn(clock.monotonicMs() - startedMs);
  }

  /** The model's words come in bursts of many a second: who follows live reads them ten times a second. */
  #tellPartials(): void {
    const { callId, tellLive } = this.#options;
    for (const { itemId, speaker, text } of this.#partials.values()) {
      const sequence = this.#liveSequence;
      this.#liveSequence += 1;
      tellLive({ kind: "transcript.partial", callId, itemId, speaker, text, sequence });
    }
    this.#partials.clear();
  }
}

type SpokenPartial = Extract<SessionReport, { kind: "transcript-partial" }>;
