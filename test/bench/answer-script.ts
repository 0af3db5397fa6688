import { type Clock, type Timer } from "@agentcall/base";
import type { WebSocket } from "ws";
import type { CallLoad } from "./call-load.ts";
import { stampBytes, writeStamp } from "./stamp.ts";

const deltaMs = 250;
const deltaBytes = deltaMs * 8;
export const deltasOfAnswer = 8; // 2 s of speech
const deltaStepMs = 100; // in bursts, two and a half times as fast as real time
const cycleMs = 4_000; // so that the agent talks half of the time
const bargeInAfterMs = 1_000; // the middle of what is played
const words = ["We ", "are ", "open ", "from ", "nine ", "to ", "five ", "today."] as const;
const speechByte = 0x2a; // anything that is not silence

const audioAfterStamp = Buffer.alloc(deltaBytes - stampBytes, speechByte).toString("base64");

/** The events of one session, in the order and shape of the real service. */
export class AnswerScript {
  readonly #peer: WebSocket;
  readonly #call: CallLoad;
  readonly #clock: Clock;
  readonly #stamp = Buffer.alloc(stampBytes);
  #timer: Timer | null = null;
  #answer = -1;
  #piece = 0;
  #events = 0;
  #stopped = false;

  constructor(peer: WebSocket, call: CallLoad, clock: Clock) {
    this.#peer = peer;
    this.#call = call;
    this.#clock = clock;
  }

  get firstAnswerDelayMs(): number {
    return this.#answer === -1 ? (this.#call.call * 37) % 250 : 0;
  }

  greet(): void {
    this.#say("session.created", { session: this.#session({}) });
  }

  sessionUpdated(session: object): void {
    this.#say("session.updated", { session: this.#session(session) });
  }

  /** The first answer; the others follow by themselves. */
  begin(): void {
    if (this.#answer === -1 && !this.#stopped) this.#beginAnswer();
  }

  truncated(itemId: string, audioEndMs: number): void {
    this.#say("conversation.item.truncated", {
      item_id: itemId,
      content_index: 0,
      audio_end_ms: audioEndMs,
    });
  }

  stop(): void {
    this.#stopped = true;
    this.#timer?.cancel();
  }

  #beginAnswer(): void {
    this.#answer += 1;
    this.#piece = 0;
    const response = { id: this.#responseId, object: "realtime.response", output: [] };
    this.#say("response.created", { response: { ...response, status: "in_progress" } });
    this.#say("response.output_item.added", {
      response_id: this.#responseId,
      output_index: 0,
      item: this.#item("in_progress"),
    });
    this.#say("response.content_part.added", { ...this.#place, part: { type: "audio" } });
    this.#sendPiece();
  }

  #sendPiece(): void {
    const sentAtMs = this.#clock.monotonicMs();
    const { call } = this.#call;
    writeStamp(this.#stamp, 0, { call, answer: this.#answer, piece: this.#piece, sentAtMs });
    const head = `{"type":"response.output_audio.delta","event_id":"${this.#eventId()}","response_id":"${this.#responseId}","item_id":"${this.#itemId}","output_index":0,"content_index":0,"delta":"`;
    this.#peer.send(`${head}${this.#stamp.toString("base64")}${audioAfterStamp}"}`);
    this.#say("response.output_audio_transcript.delta", {
      ...this.#place,
      delta: words[this.#piece % words.length],
    });
    this.#piece += 1;
    if (this.#piece < deltasOfAnswer) {
      this.#after(deltaStepMs, () => {
        this.#sendPiece();
      });
    } else {
      this.#endAnswer();
    }
  }

  #endAnswer(): void {
    this.#say("response.output_audio.done", this.#place);
    this.#say("response.output_audio_transcript.done", {
      ...this.#place,
      transcript: words.join(""),
    });
    this.#say("response.output_item.done", {
      response_id: this.#responseId,
      output_index: 0,
      item: this.#item("completed"),
    });
    this.#say("response.done", {
      response: {
        id: this.#responseId,
        object: "realtime.response",
        status: "completed",
        output: [this.#item("completed")],
        usage: { total_tokens: 80, input_tokens: 40, output_tokens: 40 },
      },
    });
    const playedMs = (deltasOfAnswer - 1) * deltaStepMs;
    const isBargeIn = this.#answer % 2 === 1;
    const waitMs = isBargeIn ? bargeInAfterMs - playedMs : cycleMs - playedMs;
    this.#after(waitMs, () => {
      if (isBargeIn) this.#bargeIn();
      else this.#beginAnswer();
    });
  }

  #bargeIn(): void {
    this.#call.brokenOffAnswer = this.#answer;
    this.#call.interruptedAtMs = this.#clock.monotonicMs();
    const itemId = `item_caller${String(this.#answer)}`;
    this.#say("input_audio_buffer.speech_started", { audio_start_ms: 0, item_id: itemId });
    this.#after(500, () => {
      this.#say("input_audio_buffer.speech_stopped", { audio_end_ms: 500, item_id: itemId });
      this.#say("input_audio_buffer.committed", { previous_item_id: null, item_id: itemId });
      this.#after(cycleMs - bargeInAfterMs - 500, () => {
        this.#beginAnswer();
      });
    });
  }

  #after(delayMs: number, run: () => void): void {
    if (!this.#stopped) this.#timer = this.#clock.after(delayMs, run);
  }

  #say(type: string, fields: object): void {
    this.#peer.send(JSON.stringify({ type, event_id: this.#eventId(), ...fields }));
  }

  get #responseId(): string {
    return `resp_${String(this.#call.call)}x${String(this.#answer)}`;
  }

  get #itemId(): string {
    return `item_${String(this.#call.call)}x${String(this.#answer)}`;
  }

  get #place(): object {
    return {
      response_id: this.#responseId,
      item_id: this.#itemId,
      output_index: 0,
      content_index: 0,
    };
  }

  #item(status: string): object {
    return {
      id: this.#itemId,
      object: "realtime.item",
      type: "message",
      status,
      role: "assistant",
      content: status === "completed" ? [{ type: "output_audio", transcript: words.join("") }] : [],
    };
  }

  #session(settings: object): object {
    return {
      ...settings,
      type: "realtime",
      object: "realtime.session",
      id: `sess_${String(this.#call.call)}`,
      expires_at: Math.floor(this.#clock.nowMs() / 1_000) + 3_600,
    };
  }

  #eventId(): string {
    this.#events += 1;
    return `event_${String(this.#call.call)}x${String(this.#events)}`;
  }
}
