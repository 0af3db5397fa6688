import type { AudioCodec } from "../audio-format.ts";
import type { AnswerStep } from "../scenario.ts";

/** One frame that the client sent, as it came. */
export type ClientFrame = { readonly atMs: number; readonly text: string };

/** What a test, or the log, may see of one session and do with it. */
export type PracticeSessionView = {
  readonly sessionId: string;
  readonly model: string;
  isOpen(): boolean;
  /** The audio appended so far, up to the limit given at start, and the codec it came in. */
  received(): { readonly codec: AudioCodec; readonly audio: Uint8Array };
  /** Milliseconds of audio appended, without a limit. */
  receivedMs(): number;
  /** Every frame but appends (up to 2,000), and the first 50 appends, in the order they came. */
  frames(): readonly ClientFrame[];
  appendCount(): number;
  /** Begins an answer now, as if the caller had finished speaking. */
  answer(steps: readonly AnswerStep[]): void;
  /** Says that speech began (`speech_started`), and interrupts as the session's settings say. */
  interrupt(): void;
  /** Sends this text as a frame, whatever it is. */
  sendText(text: string): void;
  /** Closes with this code, or breaks the connection without a word. */
  drop(closeCode?: number, reason?: string): void;
};
