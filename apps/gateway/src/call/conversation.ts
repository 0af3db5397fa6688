import type { Clock, Log } from "@agentcall/base";
import type {
  AgentToolCall,
  CallId,
  CallPlan,
  EndCause,
  CallKey,
  LiveEvent,
  ToolOutcome,
  Turn,
} from "@agentcall/contract";
import { type G711Codec, silenceByte } from "@agentcall/media";
import type { AudioDelta, SessionReport } from "@agentcall/realtime";
import type { ToolCall } from "../control/control-link.ts";
import { Announcer } from "./announcer.ts";
import type { CallFacts } from "./call-facts.ts";
import type { CallTiming, MakeModelSession, ModelHandlers, ModelSession } from "./call-ports.ts";
import type { CallInput } from "./call-state.ts";
import { ConversationMemory } from "./conversation-memory.ts";
import { Downlink } from "./downlink.ts";
import { Farewell } from "./farewell.ts";
import { LivePartials } from "./live-partials.ts";
import type { Phrases } from "./phrases.ts";
import { endCauseOf } from "./provider-cause.ts";
import { SessionStandby } from "./session-standby.ts";
import { SilenceWatch } from "./silence-watch.ts";
import { ToolRunner } from "./tool-runner.ts";
import { Transcript } from "./transcript.ts";
import { Uplink } from "./uplink.ts";

type ConversationOptions = {
  readonly callId: CallId;
  readonly plan: CallPlan;
  readonly codec: G711Codec;
  readonly facts: CallFacts;
  readonly makeModelSession: MakeModelSession;
  readonly phrases: Phrases;
  readonly timing: CallTiming;
  readonly clock: Clock;
  readonly log: Log;
  readonly callTool: (call: ToolCall) => Promise<ToolOutcome>;
  /** Presses keys at the caller's end. */
  readonly sendDigits: (digits: string) => void;
  /** `sequence` is the turn's place among what is told live. */
  readonly tellTurn: (turn: Turn, sequence: number) => void;
  readonly tellTool: (toolCall: AgentToolCall) => void;
  readonly tellLive: (event: LiveEvent) => void;
  /** What the conversation means for the call. */
  readonly take: (input: CallInput) => void;
};

const settleFrames = 5; // looked at every 100 ms: a turn is told at most so much after its last word
const protectedFramesMax = 100; // 2 s: an agent that says nothing at first is not protected for ever

/** The caller and the model: audio both ways, barge-in, tools, and what was said. */
export class Conversation {
  readonly uplink: Uplink;
  readonly downlink: Downlink;
  readonly #options: ConversationOptions;
  readonly #transcript: Transcript;
  readonly #memory = new ConversationMemory();
  readonly #partials: LivePartials;
  readonly #watch: SilenceWatch;
  readonly #farewell: Farewell;
  readonly #tools: ToolRunner;
  readonly #standby: SessionStandby;
  #session: ModelSession | null = null;
  #announcer: Announcer | null = null;
  /** With the ticket of the key that carries the call now. */
  #plan: CallPlan;
  /** The session is ready to be told what was said before. */
  #isReplacement = false;
  #isResting = false;
  #callerSpeaks = false;
  #isAnswering = false;
  #frames = 0;

  constructor(options: ConversationOptions) {
    const { codec, facts, clock, timing, log, take } = options;
    this.#options = options;
    this.#plan = options.plan;
    this.uplink = new Uplink(silenceByte(codec), (piece) => {
      this.#session?.appendAudio(piece, 0, piece.length);
    });
    this.uplink.deafen(timing.greetingProtectedMs > 0);
    this.downlink = new Downlink(codec, () => {
      facts.reach("firstRtpOutMs");
    });
    this.#transcript = new Transcript({
      progressOf: (itemId) => this.downlink.progressOf(itemId),
      tell: (turn) => {
        this.#memory.add(turn);
        options.tellTurn(turn, this.#partials.finished(turn.itemId));
      },
    });
    this.#partials = new LivePartials(options.callId, options.tellLive);
    this.#watch = new SilenceWatch(clock, timing.muteAfterMs, () => {
      take({ kind: "model-mute" });
    });
    this.#farewell = new Farewell(clock);
    this.#tools = this.#makeTools(log);
    this.#standby = new SessionStandby({
      clock,
      replaceAfterMs: timing.replaceSessionAfterMs,
      make: () => this.#makeSession(false),
    });
  }

  /** Whether a session with the model may still be open. */
  get isOpen(): boolean {
    return this.#session !== null || this.#announcer !== null;
  }

  /** Opens the session of a call, and greets. */
  open(key: CallKey): void {
    this.#use(key);
    this.#begin(true);
  }

  /** Opens another session in the place of the one that failed; what was said is told to it. */
  replace(key: "same" | "managed"): void {
    if (key === "managed") this.#use(key);
    this.#begin(this.#lines().length === 0);
  }

  /** One frame has been played. */
  frameSent(): void {
    this.#frames += 1;
    this.#announcer?.frameSent();
    if (this.#farewell.isPending) this.#farewell.frameSent(this.downlink.isIdle);
    if (this.#frames % settleFrames !== 0) return;
    this.#protectGreeting();
    this.#partials.tell();
    if (this.#transcript.isWaiting) this.#transcript.heard(this.#options.facts.sinceAnswerMs());
    if (this.#session !== null) this.#relieve();
  }

  /** Says one of the standard phrases, behind what is queued. */
  say(phrase: "one-moment" | "connecting"): void {
    const { phrases, codec } = this.#options;
    this.downlink.playPhrase(phrases.of(phrase, codec));
  }

  /** The caller pressed a key. */
  pressed(digit: string): void {
    this.tell(`[The caller pressed the key ${digit}.]`);
  }

  /** Says something to the model that the caller did not say, and has it answer. */
  tell(note: string): void {
    if (this.#isResting) return;
    this.#session?.sendUserText(note);
  }

  /** The caller is being handed over: the model neither hears nor speaks. */
  rest(): void {
    this.#isResting = true;
    this.uplink.deafen(true);
    this.downlink.interrupt();
    this.#watch.rest();
  }

  /** Nobody took the caller: the model goes on, and knows it. */
  wake(): void {
    this.downlink.interrupt();
    this.#isResting = false;
    this.uplink.deafen(false);
    if (this.#tools.transferFailed()) return;
    this.tell("[The caller could not be handed over: nobody took the call. Tell them, and go on.]");
    this.#watch.expect();
  }

  /** Says the last words of the call. `text` is said through the model where it can still speak. */
  announce(why: EndCause, text: string | null): void {
    const { phrases, codec, clock, take } = this.#options;
    this.downlink.interrupt();
    const speaks = text !== null && canStillSpeak.has(why);
    this.#announcer = new Announcer({
      downlink: this.downlink,
      phrase: phrases.of("apology", codec),
      speak: speaks ? (handlers) => this.#makeSpeaker(text, handlers) : null,
      clock,
      onDone: () => {
        take({ kind: "announced" });
      },
    });
    this.#announcer.begin();
  }

  /** Ends the session and tells what is still to be told. What was queued is not played. May be called twice. */
  close(): void {
    this.#announcer?.close();
    this.#announcer = null;
    this.#transcript.end(this.#options.facts.sinceAnswerMs());
    this.#standby.close();
    this.downlink.interrupt();
    this.#leaveSession();
  }

  #leaveSession(): void {
    this.#watch.rest();
    const former = this.#session;
    this.#session = null; // before it is closed, so that its last words are nobody's loss
    former?.close();
  }

  #use(key: CallKey): void {
    const { provider, ladder } = this.#options.plan;
    const ticket = key === "own" ? provider.apiKey : (ladder.managedKey ?? provider.apiKey);
    this.#plan = { ...this.#plan, provider: { ...provider, apiKey: ticket } };
  }

  #begin(greets: boolean): void {
    this.#leaveSession();
    this.#standby.restart();
    this.#isReplacement = !greets;
    this.#isAnswering = false;
    this.#session = this.#makeSession(greets);
    this.#session.open();
  }

  #makeSession(greets: boolean): ModelSession {
    const { makeModelSession, codec, callId } = this.#options;
    const session: ModelSession = makeModelSession(
      { plan: this.#plan, codec, callId, greets },
      {
        onReport: (report) => {
          if (this.#session === session) this.#onReport(report);
          else this.#standby.hears(session, report);
        },
        onAudio: (delta) => {
          if (this.#session === session) this.#onAudio(delta);
        },
      },
    );
    return session;
  }

  #makeSpeaker(text: string, handlers: ModelHandlers): ModelSession {
    const { makeModelSession, codec, callId } = this.#options;
    const agent = { ...this.#plan.agent, firstMessage: text };
    const plan = { ...this.#plan, agent, tools: [] };
    return makeModelSession({ plan, codec, callId, greets: true }, handlers);
  }

  #makeTools(log: Log): ToolRunner {
    const { plan, facts, take, callTool, tellTool, sendDigits } = this.#options;
    return new ToolRunner({
      plan,
      sinceAnswerMs: () => facts.sinceAnswerMs(),
      tell: tellTool,
      farewell: this.#farewell,
      callTool,
      sendDigits,
      answer: (toolCallId, output) => {
        this.#session?.sendToolOutput(toolCallId, output);
        if (this.#session !== null) this.#watch.expect();
      },
      take,
      log,
    });
  }

  /** What a new session is to know: what was said, and what is being heard at this moment. */
  #lines(): ReturnType<ConversationMemory["lines"]> {
    return this.#memory.lines(this.#transcript.unfinished());
  }

  /** Until the agent's first words are out, the model hears no caller that it could be interrupted by. */
  #protectGreeting(): void {
    if (this.#isResting) return;
    const { greetingProtectedMs } = this.#options.timing;
    const isOver =
      this.downlink.spokenMs >= greetingProtectedMs || this.#frames >= protectedFramesMax;
    if (isOver) this.uplink.deafen(false);
  }

  /** In a quiet moment of a long call the session that stands ready takes over. */
  #relieve(): void {
    const isQuiet =
      !this.#callerSpeaks && !this.#isAnswering && !this.#isResting && this.downlink.isIdle;
    const relief = this.#standby.take(isQuiet && !this.#farewell.isPending);
    if (relief === null) return;
    this.#options.log.info({}, "another session took over before the provider's limit");
    const former = this.#session;
    this.#session = relief;
    former?.close();
    relief.recall(this.#lines(), false);
  }

  #onAudio(delta: AudioDelta): void {
    if (this.#isResting) return;
    const { facts, take } = this.#options;
    if (this.downlink.play(delta) !== "audible") return;
    this.#watch.rest();
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
        if (this.#isReplacement) this.#session?.recall(this.#lines(), true);
        take({ kind: "session-ready" });
        return;
      case "item-audio-done":
        this.downlink.itemDone(report.itemId);
        return;
      case "speech-started":
        this.#callerSpeaks = true;
        this.#watch.rest();
        this.#bargeIn(report.itemId);
        return;
      case "speech-stopped":
        this.#callerSpeaks = false;
        this.#watch.expect();
        return;
      case "response-started":
        this.#isAnswering = true;
        return;
      case "response-done":
        this.#isAnswering = false;
        this.#farewell.responseDone();
        return;
      case "transcript-partial":
        this.#transcript.partial(report);
        if (this.#plan.liveTranscript) this.#partials.grown(report);
        return;
      case "turn":
        this.#transcript.final(report);
        return;
      case "usage":
        facts.usedTokens(report);
        return;
      case "tool-call":
        facts.calledTool();
        this.#watch.rest();
        this.#tools.run(report);
        return;
      case "failed":
        // The provider's own sentence may quote a part of the key: only the reason is logged.
        log.warn({ reason: report.reason }, "the session with the model failed");
        this.#lost(endCauseOf(report.reason));
        return;
      case "closed":
        // After a failure that was told this changes nothing.
        this.#lost("session_lost");
        return;
      case "item-started":
        return;
    }
  }

  #lost(cause: EndCause): void {
    this.#session = null;
    this.#watch.rest();
    this.#callerSpeaks = false;
    this.#options.take({ kind: "session-failed", cause });
  }

  /** The caller speaks: what is queued is dropped before the next frame, and the model learns what was heard. */
  #bargeIn(itemId: string | null): void {
    const { clock, facts } = this.#options;
    const startedMs = clock.monotonicMs();
    this.#farewell.callerSpeaks();
    this.#transcript.speechStarted(facts.sinceAnswerMs(), itemId);
    const heard = this.downlink.interrupt();
    if (heard.length === 0) return;
    for (const item of heard) {
      this.#transcript.interrupted(item.itemId, { ...item, complete: true });
    }
    this.#session?.interrupted(heard);
    facts.bargedIn(clock.monotonicMs() - startedMs);
  }
}

/** The provider took the key a moment ago, and says no more than that the session is over. */
const canStillSpeak: ReadonlySet<EndCause> = new Set<EndCause>(["session_lost", "session_expired"]);
