import type { ClientFrame } from "./session-view.ts";

const framesMax = 2000; // an hour of events other than audio
const appendFramesMax = 50; // two seconds: enough to check their form

/** Keeps what a client sent, up to limits, for tests to read. */
export class SessionRecorder {
  readonly #audioBytesMax: number;
  readonly #pieces: Uint8Array[] = [];
  readonly #frames: ClientFrame[] = [];
  #audioBytes = 0;
  #appendCount = 0;

  constructor(audioBytesMax: number) {
    this.#audioBytesMax = audioBytesMax;
  }

  get appendCount(): number {
    return this.#appendCount;
  }

  get frames(): readonly ClientFrame[] {
    return this.#frames;
  }

  audio(): Uint8Array {
    return Buffer.concat(this.#pieces);
  }

  forgetAudio(): void {
    this.#pieces.length = 0;
    this.#audioBytes = 0;
  }

  event(atMs: number, text: string): void {
    if (this.#frames.length < framesMax) this.#frames.push({ atMs, text });
  }

  append(atMs: number, frame: Buffer, audio: Uint8Array): void {
    this.#appendCount += 1;
    if (this.#audioBytesMax === 0) return;
    if (this.#appendCount <= appendFramesMax) this.event(atMs, frame.toString("latin1"));
    if (this.#audioBytes + audio.length > this.#audioBytesMax) return;
    this.#audioBytes += audio.length;
    this.#pieces.push(Uint8Array.from(audio)); // a Buffer's slice would share its memory
  }
}
