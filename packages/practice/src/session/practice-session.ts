import { base32, type Timer, unreachable } from "@agentcall/base";
import { type AudioCodec, bytesPerMs } from "../audio-format.ts";
import type { AnswerStep } from "../scenario.ts";
import { type DetectorSettings, SpeechDetector, type SpeechEdge } from "../speech-detector.ts";
import type { Frame } from "./answer.ts";
import { decodeAudio, readAppendFrame } from "./append-frame.ts";
import { type ClientEvent, type EventRefusal, parseClientEvent } from "./client-event.ts";
import { Conversation, type StoredItem } from "./conversation.ts";
import { garbageFrames } from "./garbage.ts";
import { decideItemEvent, type ItemEvent } from "./item-events.ts";
import type { PracticeSessionOptions } from "./session-options.ts";
import { SessionAnswers } from "./session-answers.ts";
import {
  binaryFrame,
  bufferTooSmall,
  notBase64,
  onlyOtherTransports,
  sessionExpired,
  tokenExpired,
} from "./session-refusals.ts";
import { SessionRecorder } from "./session-recorder.ts";
import { freshSettings, type SessionSettings, updatedSettings } from "./session-settings.ts";
import type { ClientFrame, PracticeSessionView } from "./session-view.ts";
import { TokenUsage } from "./token-usage.ts";

const sessionMsMax = 3_600_000; // as the real service: 60 minutes
const commitMsMin = 100; // as the real service: less is no turn
const scratch = Buffer.alloc(65_536); // one append's audio; frames are read one at a time
const appendBytesMax = 15 * 1024 * 1024; // as the real service's documentation says

/** One Realtime session: what the real service would do with each event, and the scenario's answers. */
export class PracticeSession implements PracticeSessionView {
  readonly sessionId: string;
  readonly model: string;
  readonly #options: PracticeSessionOptions;
  readonly #idBase: string;
  readonly #recorder: SessionRecorder;
  readonly #conversation = new Conversation();
  readonly #usage = new TokenUsage();
  readonly #answers: SessionAnswers;
  readonly #timers = new Set<Timer>();
  #settings: SessionSettings;
  #detector: SpeechDetector;
  #inputItemId: string | null = null;
  #uncommittedMs = 0;
  #idCount = 0;
  #closed = false;

  constructor(options: PracticeSessionOptions) {
    this.#options = options;
    this.#idBase = base32(options.random.bytes(10));
    this.sessionId = this.#id("sess");
    this.model = options.model;
    this.#recorder = new SessionRecorder(options.recordAudioBytesMax);
    const expiresAtSecs = Math.floor((options.clock.nowMs() + sessionMsMax) / 1000);
    const fresh = freshSettings(options.model, this.sessionId, expiresAtSecs);
    const { startWith } = options;
    const started = startWith === null ? fresh : updatedSettings(fresh, startWith, false);
    this.#settings = "code" in started ? fresh : started;
    this.#detector = this.#newDetector(0);
    this.#answers = this.#newAnswers();
  }

  /** Says `session.created` and starts what the day brings. */
  open(): void {
    const { day, connection } = this.#options;
    this.#later(day.kind === "expires" ? day.afterMs : sessionMsMax, () => {
      this.#refuse(sessionExpired, null);
      connection.close(1001, sessionExpired.message);
    });
    if (day.kind === "drops") {
      this.#later(day.afterMs, () => {
        connection.terminate();
      });
    }
    if (day.kind !== "slow") this.#sayCreated();
    else {
      this.#later(day.delayMs, () => {
        this.#sayCreated();
      });
    }
  }

  /** Takes one frame of the client. Never throws for anything in it. */
  receive(frame: Buffer, isBinary: boolean): void {
    if (this.#closed) return;
    const atMs = this.#options.clock.monotonicMs();
    if (isBinary) {
      this.#refuse(binaryFrame, null);
      return;
    }
    const audioBytes = readAppendFrame(frame, scratch);
    if (audioBytes >= 0 && !this.#options.tokenExpired) {
      this.#append(frame, scratch.subarray(0, audioBytes));
      return;
    }
    const frameText = frame.toString("utf8");
    const parsed = parseClientEvent(frameText);
    if ("refusal" in parsed || parsed.event.type !== "input_audio_buffer.append")
      this.#recorder.event(atMs, frameText);
    if ("refusal" in parsed) this.#refuse(parsed.refusal, parsed.eventId);
    else if (this.#options.tokenExpired) this.#refuse(tokenExpired, parsed.event.event_id ?? null);
    else this.#handle(parsed.event, frame);
  }

  /** The connection is gone: nothing is left running. */
  closed(): void {
    this.#closed = true;
    for (const timer of this.#timers) timer.cancel();
    this.#timers.clear();
    this.#answers.close();
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

  frames(): readonly ClientFrame[] {
    return this.#recorder.frames;
  }

  appendCount(): number {
    return this.#recorder.appendCount;
  }

  answer(steps: readonly AnswerStep[]): void {
    this.#answers.say(steps);
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
        this.#refuseIf(this.#answers.request(event.response ?? {}), eventId);
        return;
      case "response.cancel":
        this.#refuseIf(this.#answers.cancel(event.response_id ?? null), eventId);
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
    const next = updatedSettings(this.#settings, session, this.#answers.agentHasSpoken);
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

  #append(frame: Buffer, audio: Uint8Array): void {
    const { inputCodec } = this.#settings;
    this.#recorder.append(this.#options.clock.monotonicMs(), frame, audio);
    this.#options.onAppendedAudio(this.sessionId, audio, inputCodec);
    this.#uncommittedMs += audio.length / bytesPerMs(inputCodec);
    this.#detector.push(audio);
  }

  #appendSlowly(base64: string, frame: Buffer, eventId: string | null): void {
    const fits = base64.length <= scratch.length;
    const room = fits ? scratch : Buffer.alloc(Math.min(base64.length, appendBytesMax));
    const bytes = decodeAudio(base64, room);
    if (bytes < 0) this.#refuse(notBase64, eventId);
    else this.#append(frame, room.subarray(0, bytes));
  }

  #speechEdge(edge: SpeechEdge): void {
    const detection = this.#settings.turnDetection;
    if (detection === null) return;
    const itemId = (this.#inputItemId ??= this.#id("item"));
    if (edge.kind === "started") {
      const started = { audio_start_ms: edge.audioStartMs, item_id: itemId };
      this.#emit({ type: "input_audio_buffer.speech_started", ...started });
      if (detection.interruptResponse) this.#answers.interrupt();
      return;
    }
    const stopped = { audio_end_ms: edge.audioEndMs, item_id: itemId };
    this.#emit({ type: "input_audio_buffer.speech_stopped", ...stopped });
    this.#commit();
    if (detection.createResponse) this.#answers.answerTurn();
  }

  #commitByHand(eventId: string | null): void {
    if (this.#uncommittedMs < commitMsMin) {
      this.#refuse(bufferTooSmall(this.#uncommittedMs), eventId);
      return;
    }
    this.#commit();
  }

  /** The caller's turn is over: it becomes an item, and the scenario says what was said. */
  #commit(): void {
    const id = this.#inputItemId ?? this.#id("item");
    const audioMs = this.#uncommittedMs;
    const previous = this.#conversation.lastId;
    const wire = userAudio(id, null);
    const item: StoredItem = { id, wire, isAgentAudio: false, sentMs: 0 };
    this.#usage.heard(audioMs);
    this.#forgetInput();
    this.#emit({ type: "input_audio_buffer.committed", previous_item_id: previous, item_id: id });
    this.#addWhole(item, null);
    const { caller } = this.#answers.callerTurn();
    if (!this.#settings.transcribes) return;
    this.#later(this.#options.scenario.transcriptAfterMs, () => {
      this.#transcribed(item, caller, audioMs);
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
    item.wire = userAudio(item.id, transcript);
    this.#emit({ type: `${head}.completed`, ...place, transcript, usage });
  }

  #forgetInput(): void {
    this.#inputItemId = null;
    this.#uncommittedMs = 0;
    this.#detector.reset();
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
    const place = { previous_item_id: this.#conversation.insert(item, afterId), item: item.wire };
    this.#emit({ type: "conversation.item.added", ...place });
    this.#emit({ type: "conversation.item.done", ...place });
  }

  #newAnswers(): SessionAnswers {
    const { day, scenario, clock, answerAudio, connection } = this.#options;
    return new SessionAnswers({
      day,
      scenario,
      clock,
      answerAudio,
      conversation: this.#conversation,
      usage: this.#usage,
      settings: () => this.#settings,
      newId: (kind) => this.#id(kind),
      emit: (frame) => {
        this.#emit(frame);
      },
      sendLatin1: (frame) => {
        connection.sendLatin1(frame);
      },
    });
  }

  #newDetector(startMs: number): SpeechDetector {
    const onEdge = (edge: SpeechEdge): void => {
      this.#speechEdge(edge);
    };
    const settings = detectorSettings(this.#settings);
    return new SpeechDetector(this.#settings.inputCodec, settings, onEdge, startMs);
  }

  #refuseIf(refusal: EventRefusal | null, eventId: string | null): void {
    if (refusal !== null) this.#refuse(refusal, eventId);
  }

  #refuse(refusal: EventRefusal, eventId: string | null): void {
    const error = { type: "invalid_request_error", ...refusal, event_id: eventId };
    this.#emit({ type: "error", error });
  }

  #emit(frame: Frame): void {
    if (this.#closed) return;
    const { type, ...rest } = frame;
    this.sendText(JSON.stringify({ type, event_id: this.#id("event"), ...rest }));
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

const withoutDetection: DetectorSettings = {
  threshold: 0.5,
  prefixPaddingMs: 0,
  silenceDurationMs: 500,
};

function detectorSettings(settings: SessionSettings): DetectorSettings {
  return settings.turnDetection ?? withoutDetection;
}

function userAudio(id: string, transcript: string | null): Readonly<Record<string, unknown>> {
  const content = [{ type: "input_audio", transcript }];
  return {
    id,
    object: "realtime.item",
    type: "message",
    status: "completed",
    role: "user",
    content,
  };
}
