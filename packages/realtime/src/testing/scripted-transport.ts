import { AppendFrame } from "../append-frame.ts";
import type { ClientEvent } from "../client-event.ts";
import { FrameReader } from "../frame-reader.ts";
import type {
  RealtimeTransport,
  TransportHandlers,
  UpgradeRefusal,
} from "../realtime-transport.ts";
import type { WireServerEvent } from "./wire-events.ts";

/**
 * A transport without a network: a test says what the provider does, and sees what was sent.
 * Frames take the same way through the reader as those of a socket.
 */
export class ScriptedTransport implements RealtimeTransport {
  /** Every event that was sent, appends left out. */
  readonly sent: ClientEvent[] = [];
  /** The G.711 that was appended, piece by piece. */
  readonly appended: Buffer[] = [];
  bufferedBytes = 0;
  readonly #handlers: TransportHandlers;
  readonly #reader: FrameReader;
  readonly #append = new AppendFrame();
  #state: "new" | "opening" | "open" | "closed" = "new";
  #closeCode: number | null = null;

  constructor(handlers: TransportHandlers) {
    this.#handlers = handlers;
    this.#reader = new FrameReader(handlers);
  }

  get state(): "new" | "opening" | "open" | "closed" {
    return this.#state;
  }

  /** The code that our side closed with, or null. */
  get closeCode(): number | null {
    return this.#closeCode;
  }

  // ── What the session does ─────────────────────────────────────────────────────────────

  open(): void {
    if (this.#state === "new") this.#state = "opening";
  }

  send(event: ClientEvent): void {
    if (this.#state === "open") this.sent.push(event);
  }

  sendAudio(audio: Uint8Array, offset: number, bytes: number): void {
    if (this.#state !== "open") return;
    const frame = JSON.parse(this.#append.build(audio, offset, bytes).toString("utf8")) as {
      audio: string;
    };
    this.appended.push(Buffer.from(frame.audio, "base64"));
  }

  close(code = 1000): void {
    if (this.#state === "closed") return;
    this.#state = "closed";
    this.#closeCode = code;
  }

  // ── What the provider does ────────────────────────────────────────────────────────────

  /** The upgrade succeeds. */
  accept(): void {
    if (this.#state !== "opening") return;
    this.#state = "open";
    this.#handlers.onOpen();
  }

  /** The provider sends these events, as its types have them. */
  serve(...events: readonly WireServerEvent[]): void {
    for (const event of events) this.serveText(JSON.stringify(event));
  }

  /** The provider sends this frame, whatever it is. */
  serveText(text: string): void {
    if (this.#state === "open") this.#reader.read(Buffer.from(text, "utf8"));
  }

  refuse(refusal: UpgradeRefusal): void {
    if (this.#end()) this.#handlers.onRefused(refusal);
  }

  drop(code: number, reason: string): void {
    if (this.#end()) this.#handlers.onClosed({ code, reason });
  }

  fail(error: Error): void {
    if (this.#end()) this.#handlers.onFailed(error);
  }

  #end(): boolean {
    if (this.#state === "closed") return false;
    this.#state = "closed";
    return true;
  }
}
