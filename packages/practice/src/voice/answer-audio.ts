import { type AudioCodec, bytesPerMs, encodeAudio, sampleRateHz } from "../audio-format.ts";
import type { AnswerStep } from "../scenario.ts";
import { renderSpeech } from "./render-speech.ts";
import { renderTone } from "./render-tone.ts";

/** What one audio delta carries. */
export type AudioPiece = { readonly base64: string; readonly ms: number };

export type AudibleStep = Extract<AnswerStep, { kind: "say" | "tone" }>;

const pieceMs = 250; // what the real service's deltas carry on average
const keptMax = 64; // answers of a scenario: two hundred sessions say the same

/** The audio of answers, cut into deltas. What has been rendered once is kept, up to a limit. */
export class AnswerAudio {
  readonly #kept = new Map<string, readonly AudioPiece[]>();

  pieces(step: AudibleStep, voice: string, codec: AudioCodec): readonly AudioPiece[] {
    const key = `${codec} ${voice} ${JSON.stringify(step)}`;
    const kept = this.#kept.get(key);
    if (kept !== undefined) return kept;
    const made = cut(encodeAudio(codec, render(step, voice, sampleRateHz(codec))), codec);
    if (this.#kept.size >= keptMax) this.#kept.delete(this.#kept.keys().next().value ?? "");
    this.#kept.set(key, made);
    return made;
  }
}

function render(step: AudibleStep, voice: string, rateHz: number): Int16Array {
  return step.kind === "tone"
    ? renderTone(step.frequencyHz, step.ms, rateHz)
    : renderSpeech(step.text, { sampleRateHz: rateHz, voice });
}

function cut(audio: Uint8Array, codec: AudioCodec): readonly AudioPiece[] {
  const pieces: AudioPiece[] = [];
  const pieceBytes = pieceMs * bytesPerMs(codec);
  for (let at = 0; at < audio.length; at += pieceBytes) {
    const part = Buffer.from(audio.subarray(at, at + pieceBytes));
    pieces.push({ base64: part.toString("base64"), ms: part.length / bytesPerMs(codec) });
  }
  return pieces;
}
