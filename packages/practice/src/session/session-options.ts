import type { Clock, Random } from "@agentcall/base";
import type { AudioCodec } from "../audio-format.ts";
import type { PracticeDay } from "../practice-key.ts";
import type { Scenario } from "../scenario.ts";
import type { AnswerAudio } from "../voice/answer-audio.ts";

/** The socket of one session. */
export type Connection = {
  sendText(text: string): void;
  sendLatin1(frame: Buffer): void;
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
