import { base32, type Clock, type Random, type Timer, unreachable } from "@agentcall/base";
import { type AudioCodec, bytesPerMs } from "../audio-format.ts";
import type { PracticeDay } from "../practice-key.ts";
import { insufficientQuota } from "../refusal.ts";
import type { AnswerStep, Scenario } from "../scenario.ts";
import { SpeechDetector, type SpeechEdge } from "../speech-detector.ts";
import type { AnswerAudio } from "../voice/answer-audio.ts";
import { Answer, type AnswerHost, type AnswerPlan, type Frame } from "./answer.ts";
import { decodeAudio, readAppendFrame } from "./append-frame.ts";
import {
  type ClientEvent,
  type EventRefusal,
  parseClientEvent,
  type ResponseRequest,
} from "./client-event.ts";
import { Conversation, type StoredItem } from "./conversation.ts";
import { garbageFrames } from "./garbage.ts";
import { decideItemEvent, type ItemEvent } from "./item-events.ts";
import { Script } from "./script.ts";
import { SessionRecorder } from "./session-recorder.ts";
import { freshSettings, type SessionSettings, updatedSettings } from "./session-settings.ts";
import type { PracticeSessionView } from "./session-view.ts";
import { TokenUsage } from "./token-usage.ts";

/** The socket of one session. */
export type Connection = {
  sendText(text: string): void;
  sendBytes(latin1: Buffer): void;
  sendBinary(bytes: Buffer): void;
  close(code: number, reason: string): void;
  terminate(): void;
  isOpen(): boolean;
};

export type PracticeSessionOptions = {
  readonly connection: Connection;
  readonly day: PracticeDay;
  readonly model: string;
  readonly scenario: Scenario;
  readonly clock: Clock;
  readonly random: Random;
  readonly answerAudio: AnswerAudio;
  readonly recordAudioBytesMax: number;
  readonly tokenExpired: boolean;
  /** The session of a client secret, to begin with. */
  readonly startWith: Readonly<Record<string, unknown>> | null;
  readonly onAppendedAudio: (sessionId: string, audio: Uint8Array, codec: AudioCodec) => void;
};

const sessionMsMax = 3_600_000; // as the real service: 60 minutes
const scratch = Buffer.alloc(65_536); // one append's audio; frames are read one at a time
const appendBytesMax = 15 * 1024 * 1024; // as the real service's documentation says
const tokensPerMinute = 40_000; // shown in rate_limits.updated; nothing is limited by it

/** One Realtime session: what the real service would do with each event, and the scenario's answers. */
export class PracticeSession implements PracticeSessionView {
  readonly sessionId: string;
  readonly model: string;
  readonly #options: PracticeSessionOptions;
  readonly #idBase: string;
  readonly #recorder: SessionRecorder;
  readonly #conversation = new Conversation();
  readonly #usage = new TokenUsage();
  readonly #script: Script;
  readonly #timers = new Set<Timer>();
  readonly #answers = new Set<Answer>();
  #settings: SessionSettings;
  #detector: SpeechDetector;
  #inputItemId: string | null = null;
  #uncommittedMs = 0;
  #answer: Answer | null = null;
  #answerOwed: readonly AnswerStep[] | null = null;
  #turnDelayMs = 0;
  #idCount = 0;
  #agentHasSpoken = false;
  #callerHasTurn = false;
  #closed = false;

  constructor(options: PracticeSessionOptions) {
    this.#options = options;
    this.#idBase = base32(options.random.bytes(10));
    this.sessionId = this.#id("sess");
    this.model = options.model;
    this.#recorder = new SessionRecorder(options.recordAudioBytesMax);
    this.#script = new Script(options.scenario);
    const expiresAtSecs = Math.floor((options.clock.nowMs() + sessionMsMax) / 1000);
    const fresh = freshSettings(options.model, this.sessionId, expiresAtSecs);
    const started =
      options.startWith === null ? fresh : updatedSettings(fresh, options.startWith, false);
    this.#settings = "code" in started ? fresh : started;
    this.#detector = this.#newDetector(0);
  }

  /** Says `session.created` and starts what the day brings. */
  open(): void {
    const { day, connection } = this.#options;
    this.#later(sessionMsMax, () => {
      const message = "Your session hit the maximum duration of 60 minutes.";
      this.#refuse({ code: "session_expired", message, param: null }, null);
      connection.close(1001, message);
    });
    if (day.kind === "drops")
      this.#later(day.afterMs, () => {
        connection.terminate();
      });
    if (day.kind === "slow")
      this.#later(day.delayMs, () => {
        this.#sayCreated();
      });
    else this.#sayCreated();
  }

  /** Takes one frame of the client. Never throws for anything in it. */
  receive(frame: Buffer, isBinary: boolean): void {
    if (this.#closed) return;
    const atMs = this.#options.clock.monotonicMs();
    if (isBinary) {
      this.#refuse(
        { code: "invalid_event", message: "Expected a text WebSocket message.", param: null },
        null,
      );
      return;
    }
    const audioBytes = readAppendFrame(frame, scratch);
    if (audioBytes >= 0) {
      const audio = scratch.subarray(0, audioBytes);
      this.#recorder.append(atMs, frame, audio);
      this.#append(audio);
      return;
    }
    const frameText = frame.toString("utf8");
    const parsed = parseClientEvent(frameText);
    this.#recorder.event(atMs, frameText);
    if ("refusal" in parsed) this.#refuse(parsed.refusal, parsed.eventId);
    else if (this.#options.tokenExpired) this.#refuse(expiredToken, parsed.event.event_id ?? null);
    else this.#handle(parsed.event, frame);
  }

  /** The connection is gone: nothing is left running. */
  closed(): void {
    this.#closed = true;
    for (const timer of this.#timers) timer.cancel();
    for (const answer of this.#answers) answer.close();
    this.#timers.clear();
    this.#answers.clear();
  }

  isOpen(): boolean {
    return !this.#closed && this.#options.connection.isOpen();
  }

  received(): { readonly codec: AudioCodec; readonly audio: Uint8Array } {
    return { codec: this.#settings.inputCodec, audio: this.#recorder.audio() };
  }

  receivedMs(): number {
    return this.#detector.receivedMs;
  }

  frames(): ReturnType<PracticeSessionView["frames"]> {
    return this.#recorder.frames;
  }

  appendCount(): number {
    return this.#recorder.appendCount;
  }

  answer(steps: readonly AnswerStep[]): void {
    this.#beginAnswer(steps, {}, 0);
  }

  interrupt(): void {
    this.#speechEdge({ kind: "started", audioStartMs: Math.round(this.receivedMs()) });
  }

  sendText(text: string): void {
    this.#options.connection.sendText(text);
  }

  drop(closeCode?: number, reason = ""): void {
    if (closeCode === undefined) this.#options.connection.terminate();
    else this.#options.connection.close(closeCode, reason);
  }

  #sayCreated(): void {
    this.#emit({ type: "session.created", session: this.#settings.wire });
    if (this.#options.day.kind !== "garbage") return;
    for (const garbage of garbageFrames) {
      if (typeof garbage === "string") this.sendText(garbage);
      else this.#options.connection.sendBinary(garbage);
    }
  }

  #handle(event: ClientEvent, frame: Buffer): void {
    const eventId = event.event_id ?? null;
    switch (event.type) {
      case "session.update":
        this.#update(event.session, eventId);
        return;
      case "input_audio_buffer.append":
        this.#appendSlowly(event.audio, frame, eventId);
        return;
      case "input_audio_buffer.commit":
        this.#commitByHand(eventId);
        return;
      case "input_audio_buffer.clear":
        this.#forgetInput();
        this.#emit({ type: "input_audio_buffer.cleared" });
        return;
      case "output_audio_buffer.clear":
        this.#refuse(onlyOtherTransports, eventId);
        return;
      case "response.create":
        this.#requestAnswer(event.response ?? {}, eventId);
        return;
      case "response.cancel":
        this.#cancel(event.response_id ?? null, eventId);
        return;
      case "conversation.item.create":
      case "conversation.item.retrieve":
      case "conversation.item.delete":
      case "conversation.item.truncate":
        this.#itemEvent(event, eventId);
        return;
      default:
        unreachable(event);
    }
  }

  #update(session: Readonly<Record<string, unknown>>, eventId: string | null): void {
    const next = updatedSettings(this.#settings, session, this.#agentHasSpoken);
    if ("code" in next) {
      this.#refuse(next, eventId);
      return;
    }
    const codecChanged = next.inputCodec !== this.#settings.inputCodec;
    this.#settings = next;
    if (codecChanged) {
      this.#recorder.forgetAudio();
      this.#detector = this.#newDetector(this.#detector.receivedMs);
    } else {
      this.#detector.configure(detectorSettings(next));
    }
    this.#emit({ type: "session.updated", session: next.wire });
  }

  #append(audio: Uint8Array): void {
    const { inputCodec } = this.#settings;
    this.#options.onAppendedAudio(this.sessionId, audio, inputCodec);
    this.#uncommittedMs += audio.length / bytesPerMs(inputCodec);
    this.#detector.push(audio);
  }

  #appendSlowly(base64: string, frame: Buffer, eventId: string | null): void {
    const room =
      base64.length > scratch.length
        ? Buffer.alloc(Math.min(base64.length, appendBytesMax))
        : scratch;
    const bytes = decodeAudio(base64, room);
    if (bytes < 0) {
      const message = "Invalid 'audio'. Expected base64-encoded audio bytes.";
      this.#refuse({ code: "invalid_value", message, param: "audio" }, eventId);
      return;
    }
    this.#recorder.append(this.#options.clock.monotonicMs(), frame, room.subarray(0, bytes));
    this.#append(room.subarray(0, bytes));
  }

  #speechEdge(edge: SpeechEdge): void {
    const detection = this.#settings.turnDetection;
    if (detection === null) return;
    const itemId = (this.#inputItemId ??= this.#id("item"));
    if (edge.kind === "started") {
      this.#emit({
        type: "input_audio_buffer.speech_started",
        audio_start_ms: edge.audioStartMs,
        item_id: itemId,
      });
      if (detection.interruptResponse) this.#interruptAnswers();
      return;
    }
    this.#emit({
      type: "input_audio_buffer.speech_stopped",
      audio_end_ms: edge.audioEndMs,
      item_id: itemId,
    });
    this.#commit();
    if (detection.createResponse) this.#requestAnswer({}, null);
  }

  #interruptAnswers(): void {
    this.#answerOwed = null;
    this.#answer?.cancel("turn_detected");
  }

  #commitByHand(eventId: string | null): void {
    if (this.#uncommittedMs < 100) {
      const got = this.#uncommittedMs.toFixed(2);
      const message = `Error committing input audio buffer: buffer too small. Expected at least 100ms of audio, but buffer only has ${got}ms of audio.`;
      this.#refuse({ code: "input_audio_buffer_commit_empty", message, param: null }, eventId);
      return;
    }
    this.#detector.reset();
    this.#commit();
  }

  /** The caller's turn is over: it becomes an item, and the scenario says what was said. */
  #commit(): void {
    const id = this.#inputItemId ?? this.#id("item");
    const turn = this.#script.nextTurn();
    const audioMs = this.#uncommittedMs;
    const content = [{ type: "input_audio", transcript: null }];
    const item: StoredItem = { id, wire: userMessage(id, content), isAgentAudio: false, sentMs: 0 };
    this.#usage.heard(audioMs);
    this.#forgetInput();
    this.#emit({
      type: "input_audio_buffer.committed",
      previous_item_id: this.#conversation.lastId,
      item_id: id,
    });
    this.#addWhole(item, null);
    this.#callerHasTurn = true;
    this.#answerOwed = turn.agent;
    this.#turnDelayMs = turn.delayMs;
    if (!this.#settings.transcribes) return;
    this.#later(this.#options.scenario.transcriptAfterMs, () => {
      this.#transcribed(item, turn.caller, audioMs);
    });
  }

  #transcribed(item: StoredItem, transcript: string, audioMs: number): void {
    const place = { item_id: item.id, content_index: 0 };
    const head = "conversation.item.input_audio_transcription";
    const middle = transcript.indexOf(" ", transcript.length / 2);
    const cutAt = middle === -1 ? transcript.length : middle;
    for (const delta of [transcript.slice(0, cutAt), transcript.slice(cutAt)])
      if (delta !== "") this.#emit({ type: `${head}.delta`, ...place, delta });
    const usage = { type: "duration", seconds: Math.ceil(audioMs / 1000) };
    item.wire = userMessage(item.id, [{ type: "input_audio", transcript }]);
    this.#emit({ type: `${head}.completed`, ...place, transcript, usage });
  }

  #forgetInput(): void {
    this.#inputItemId = null;
    this.#uncommittedMs = 0;
    this.#detector.reset();
  }

  #requestAnswer(request: ResponseRequest, eventId: string | null): void {
    if (this.#answer !== null && request.conversation !== "none") {
      if (this.#answerOwed !== null && eventId === null) return; // begins when the present one ends
      this.#refuse(activeResponse(this.#answer.plan.responseId), eventId);
      return;
    }
    this.#beginAnswer(this.#stepsNow(request), request, this.#turnDelayMs);
  }

  #stepsNow(request: ResponseRequest): readonly AnswerStep[] {
    if (request.conversation === "none") return this.#script.greeting(request.instructions ?? "");
    const owed = this.#answerOwed;
    this.#answerOwed = null;
    if (owed !== null) return owed;
    const last = this.#conversation.last?.wire;
    if (last?.["type"] === "function_call_output") return this.#script.afterTools();
    if (last?.["role"] === "user" || this.#callerHasTurn) {
      if (request.instructions !== undefined && last?.["role"] !== "user")
        return this.#script.greeting(request.instructions);
      const turn = this.#script.nextTurn();
      this.#turnDelayMs = turn.delayMs;
      return turn.agent;
    }
    return this.#script.greeting(request.instructions ?? this.#settings.instructions);
  }

  #beginAnswer(steps: readonly AnswerStep[], request: ResponseRequest, delayMs: number): void {
    const { day, scenario, clock, answerAudio } = this.#options;
    const voice = request.audio?.output?.voice;
    const slowMs = day.kind === "slow" ? day.delayMs : 0;
    const plan: AnswerPlan = {
      responseId: this.#id("resp"),
      steps,
      speaks: request.output_modalities?.includes("audio") ?? this.#settings.speaks,
      voice: typeof voice === "string" ? voice : (voice?.id ?? this.#settings.voice),
      codec: this.#settings.outputCodec,
      metadata: request.metadata ?? {},
      outOfBand: request.conversation === "none",
      createdAfterMs: scenario.createdAfterMs,
      firstAudioAfterMs: scenario.firstAudioAfterMs + delayMs + slowMs,
      deltaEveryMs: scenario.deltaEveryMs,
      fate: fateOf(day),
    };
    this.#turnDelayMs = 0;
    if (request.instructions !== undefined) this.#usage.read(request.instructions);
    const answer = new Answer(plan, clock, answerAudio, this.#host);
    this.#answers.add(answer);
    if (!plan.outOfBand) this.#answer = answer;
  }

  #cancel(responseId: string | null, eventId: string | null): void {
    const found = [...this.#answers].find((answer) =>
      responseId === null ? answer === this.#answer : answer.plan.responseId === responseId,
    );
    if (found === undefined) {
      const message = "Cancellation failed: no active response found";
      this.#refuse({ code: "response_cancel_not_active", message, param: null }, eventId);
    } else found.cancel("client_cancelled");
  }

  #itemEvent(event: ItemEvent, eventId: string | null): void {
    const decided = decideItemEvent(event, this.#conversation, () => this.#id("item"));
    switch (decided.kind) {
      case "refused":
        this.#refuse(decided.refusal, eventId);
        return;
      case "answered":
        this.#emit(decided.frame);
        return;
      case "created":
        this.#usage.read(JSON.stringify(decided.item.wire));
        this.#addWhole(decided.item, decided.afterId);
        return;
      default:
        unreachable(decided);
    }
  }

  #addWhole(item: StoredItem, afterId: string | null): void {
    const previous = this.#conversation.insert(item, afterId);
    this.#emit({ type: "conversation.item.added", previous_item_id: previous, item: item.wire });
    this.#emit({ type: "conversation.item.done", previous_item_id: previous, item: item.wire });
  }

  readonly #host: AnswerHost = {
    emit: (frame) => {
      this.#emit(frame);
    },
    emitAudio: (responseId, itemId, outputIndex, base64) => {
      this.#agentHasSpoken = true;
      // The real service's order of keys, with nothing after the audio.
      const head = `{"type":"response.output_audio.delta","event_id":"${this.#id("event")}","response_id":"${responseId}"`;
      const place = `,"item_id":"${itemId}","output_index":${String(outputIndex)},"content_index":0,"delta":"`;
      this.#options.connection.sendBytes(Buffer.from(`${head}${place}${base64}"}`, "latin1"));
    },
    newItemId: () => this.#id("item"),
    newCallId: () => this.#id("call"),
    addItem: (item) => {
      const previous = this.#conversation.insert(item, null);
      this.#emit({ type: "conversation.item.added", previous_item_id: previous, item: item.wire });
    },
    itemDone: (item) => {
      this.#emit({
        type: "conversation.item.done",
        previous_item_id: this.#idBefore(item),
        item: item.wire,
      });
    },
    usage: (spokenMs, spokenText) => this.#usage.ofResponse(spokenMs, spokenText),
    ended: (answer) => {
      this.#ended(answer);
    },
  };

  #idBefore(item: StoredItem): string | null {
    return this.#conversation.idBefore(item.id);
  }

  #ended(answer: Answer): void {
    this.#answers.delete(answer);
    this.#emit({
      type: "rate_limits.updated",
      rate_limits: [
        {
          name: "tokens",
          limit: tokensPerMinute,
          remaining: tokensPerMinute - 1000,
          reset_seconds: 1.5,
        },
      ],
    });
    if (this.#answer !== answer) return;
    this.#answer = null;
    if (this.#answerOwed !== null && this.#settings.turnDetection?.createResponse === true)
      this.#requestAnswer({}, null);
  }

  #newDetector(startMs: number): SpeechDetector {
    const { inputCodec } = this.#settings;
    return new SpeechDetector(
      inputCodec,
      detectorSettings(this.#settings),
      (edge) => {
        this.#speechEdge(edge);
      },
      startMs,
    );
  }

  #refuse(refusal: EventRefusal, eventId: string | null): void {
    this.#emit({
      type: "error",
      error: { type: "invalid_request_error", ...refusal, event_id: eventId },
    });
  }

  #emit(frame: Frame): void {
    if (this.#closed) return;
    const { type, ...rest } = frame;
    this.#options.connection.sendText(
      JSON.stringify({ type, event_id: this.#id("event"), ...rest }),
    );
  }

  #id(kind: string): string {
    this.#idCount += 1;
    return `${kind}_${this.#idBase}${String(this.#idCount)}`;
  }

  #later(delayMs: number, run: () => void): void {
    const timer = this.#options.clock.after(delayMs, () => {
      this.#timers.delete(timer);
      run();
    });
    this.#timers.add(timer);
  }
}

const expiredToken: EventRefusal = {
  code: "invalid_api_key",
  message: "Ephemeral token expired",
  param: null,
};

const onlyOtherTransports: EventRefusal = {
  code: "invalid_value",
  message: "output_audio_buffer.clear is only for WebRTC and SIP connections.",
  param: "type",
};

function activeResponse(responseId: string): EventRefusal {
  const message = `Conversation already has an active response in progress: ${responseId}. Wait until the response is finished before creating a new one.`;
  return { code: "conversation_already_has_active_response", message, param: null };
}

function fateOf(day: PracticeDay): AnswerPlan["fate"] {
  if (day.kind === "noquota") return { kind: "fails", error: insufficientQuota };
  return { kind: day.kind === "mute" ? "mute" : "spoken" };
}

function detectorSettings(settings: SessionSettings): {
  threshold: number;
  prefixPaddingMs: number;
  silenceDurationMs: number;
} {
  return settings.turnDetection ?? { threshold: 0.5, prefixPaddingMs: 300, silenceDurationMs: 500 };
}

function userMessage(id: string, content: readonly unknown[]): Readonly<Record<string, unknown>> {
  return {
    id,
    object: "realtime.item",
    type: "message",
    status: "completed",
    role: "user",
    content,
  };
}
