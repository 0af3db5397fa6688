import { WebSocket } from "ws";

type Frame = Readonly<Record<string, unknown>> & { readonly type: string };

/** A client of the practice provider as a test needs one: it keeps what comes and can wait for it. */
export class PracticeClient {
  readonly frames: Frame[] = [];
  readonly texts: string[] = [];
  closeCode: number | null = null;
  closeReason = "";
  readonly #socket: WebSocket;
  #isOpen = false;
  readonly #waiting = new Set<() => void>();

  constructor(http: string, key: string, query = "?model=gpt-realtime-2.1", headers = {}) {
    const url = `${http.replace(/^http/, "ws")}/v1/realtime${query}`;
    this.#socket = new WebSocket(url, {
      perMessageDeflate: false,
      headers: { authorization: `Bearer ${key}`, ...headers },
    });
    this.#socket.on("message", (data, isBinary) => {
      if (!Buffer.isBuffer(data)) return;
      const text = data.toString("utf8");
      this.texts.push(text);
      if (!isBinary && text.startsWith("{")) this.frames.push(JSON.parse(text) as Frame);
      this.#wake();
    });
    this.#socket.on("open", () => {
      this.#isOpen = true;
      this.#wake();
    });
    this.#socket.on("close", (code, reason) => {
      this.closeCode = code;
      this.closeReason = reason.toString("utf8");
      this.#wake();
    });
    this.#socket.on("error", () => {
      this.#wake();
    });
  }

  send(event: Readonly<Record<string, unknown>>): void {
    this.#socket.send(JSON.stringify(event));
  }

  sendRaw(data: string | Buffer): void {
    this.#socket.send(data);
  }

  append(audio: Uint8Array): void {
    this.send({ type: "input_audio_buffer.append", audio: Buffer.from(audio).toString("base64") });
  }

  of(type: string): readonly Frame[] {
    return this.frames.filter((frame) => frame.type === type);
  }

  /** Resolves with frame number `count` of this type, counted from 1. */
  async next(type: string, count = 1): Promise<Frame> {
    for (;;) {
      const frame = this.of(type)[count - 1];
      if (frame !== undefined) return frame;
      if (this.closeCode !== null) throw new Error(`closed before ${type} came`);
      await this.#change();
    }
  }

  async opened(): Promise<void> {
    while (!this.#isOpen) await this.#change();
  }

  async closed(): Promise<void> {
    while (this.closeCode === null) await this.#change();
  }

  /** Answers only once the server has read everything sent before: it refuses a nonsense event. */
  async settled(): Promise<void> {
    const mark = `mark_${String(this.texts.length)}_${String(this.frames.length)}`;
    this.send({ type: "test.mark", event_id: mark });
    while (!this.frames.some((frame) => errorOf(frame)["event_id"] === mark)) await this.#change();
  }

  close(): void {
    this.#socket.terminate();
  }

  #change(): Promise<void> {
    return new Promise((resolve) => {
      const wake = (): void => {
        this.#waiting.delete(wake);
        resolve();
      };
      this.#waiting.add(wake);
    });
  }

  #wake(): void {
    for (const wake of [...this.#waiting]) wake();
  }
}

/** The `error` of an `error` event, or nothing. */
export function errorOf(frame: Frame | undefined): Readonly<Record<string, unknown>> {
  const error = frame?.["error"];
  return typeof error === "object" && error !== null ? (error as Record<string, unknown>) : {};
}
