import type { ClientRequest, IncomingMessage } from "node:http";
import { AppError, type Log, type Secret } from "@agentcall/base";
import { type ClientOptions, WebSocket } from "ws";
import { AppendFrame } from "./append-frame.ts";
import { handshakeTimeoutCode, malformedKeyCode, protocolBrokenCode } from "./classify-refusal.ts";
import type { ClientEvent } from "./client-event.ts";
import { FrameReader } from "./frame-reader.ts";
import type { RealtimeTransport, TransportHandlers } from "./realtime-transport.ts";
import { BoundedBody, retryAfterSecsOf } from "./upgrade-refusal.ts";

export type WsTransportOptions = {
  /** With the model in its query, `wss:` or, on loopback, `ws:`. */
  readonly url: string;
  readonly apiKey: Secret;
  readonly headers?: Readonly<Record<string, string>>;
  readonly handshakeTimeoutMs: number;
  /** Certificates to trust instead of the usual ones, in PEM. */
  readonly ca?: string | Buffer;
  readonly log: Log;
};

const frameBytesMax = 4 * 1024 * 1024; // instructions and a long answer come back whole; audio has 3 kB
const bufferedBytesMax = 256 * 1024; // 22 s of audio that nobody takes: the connection is dead in all but name
const keyCharsMax = 512; // the longest seen has 200
const closeTimeoutMs = 1_000; // what the provider may take for its side of the closing handshake
const normalClosure = 1000; // RFC 6455 §7.4.1

type Ending =
  | {
      readonly kind: "refused";
      readonly httpStatus: number;
      readonly retryAfterSecs: number | null;
      readonly body: BoundedBody;
    }
  | { readonly kind: "failed"; readonly error: Error };

/**
 * One WebSocket to the provider, on `ws`. Not the provider's own client: that one hides the
 * status and the body of a refused upgrade, insists on TLS, and parses each delta twice over.
 */
export class WsTransport implements RealtimeTransport {
  readonly #options: Omit<WsTransportOptions, "apiKey">;
  /** Let go of as soon as the upgrade is written. */
  #apiKey: Secret | null;
  readonly #handlers: TransportHandlers;
  readonly #reader: FrameReader;
  #socket: WebSocket | null = null;
  /** What ends the transport, once its socket is closed. */
  #ending: Ending | null = null;
  #isClosing = false;
  #isOver = false;

  constructor({ apiKey, ...options }: WsTransportOptions, handlers: TransportHandlers) {
    this.#apiKey = apiKey;
    this.#options = options;
    this.#handlers = handlers;
    this.#reader = new FrameReader(handlers);
  }

  get bufferedBytes(): number {
    return this.#socket?.bufferedAmount ?? 0;
  }

  open(): void {
    if (this.#socket !== null || this.#isOver) return;
    const { url, headers, handshakeTimeoutMs, ca } = this.#options;
    if (!isHeaderText(this.#apiKey?.reveal() ?? "")) {
      this.#apiKey = null;
      this.#failNow(new AppError(malformedKeyCode, "the key cannot stand in a header"));
      return;
    }
    // `closeTimeout` is younger than the types of `ws`.
    const options: ClientOptions & { readonly closeTimeout: number } = {
      ...(headers === undefined ? {} : { headers }),
      // Not among `headers`: those stay with the socket, for TLS as long as it lives.
      finishRequest: (request) => {
        this.#finish(request);
      },
      handshakeTimeout: handshakeTimeoutMs,
      perMessageDeflate: false, // it doubles the CPU of a call
      skipUTF8Validation: true, // JSON.parse reads it anyway, and audio is ASCII
      maxPayload: frameBytesMax,
      closeTimeout: closeTimeoutMs,
      followRedirects: false, // the key goes to no other place than the one it was meant for
      ...(ca === undefined ? {} : { ca }),
    };
    try {
      this.#socket = new WebSocket(url, options);
    } catch (error) {
      // The one thing that throws here is an address that is none.
      this.#failNow(new AppError("malformed_address", "not a WebSocket address", { cause: error }));
      return;
    }
    this.#listen(this.#socket);
  }

  send(event: ClientEvent): void {
    if (!this.#canSend()) return;
    this.#socket?.send(JSON.stringify(event), ignoreResult);
  }

  sendAudio(audio: Uint8Array, offset: number, bytes: number): void {
    const socket = this.#socket;
    if (socket === null || !this.#canSend()) return;
    if (socket.bufferedAmount > bufferedBytesMax) {
      this.#break(new AppError("connection_stalled", "the provider takes no more audio"));
      return;
    }
    // `ws` masks into a buffer of its own before it returns, so that ours is free again.
    // No callback: it would cost a tick for each append, and a failed send is told by `error` and `close`.
    socket.send(append.build(audio, offset, bytes), textFrame);
  }

  close(code = normalClosure): void {
    if (this.#isClosing) return;
    this.#isClosing = true;
    if (this.#socket === null) {
      this.#isOver = true;
      return;
    }
    if (this.#ending === null) this.#socket.close(code);
    else this.#socket.terminate();
  }

  /** Writes the upgrade with the key in it, which from here on only the request holds, until it is answered. */
  #finish(request: ClientRequest): void {
    request.setHeader("Authorization", `Bearer ${this.#apiKey?.reveal() ?? ""}`);
    this.#apiKey = null;
    request.end();
  }

  #canSend(): boolean {
    return !this.#isClosing && this.#socket?.readyState === WebSocket.OPEN;
  }

  #listen(socket: WebSocket): void {
    socket.on("open", () => {
      if (!this.#isClosing) this.#handlers.onOpen();
    });
    socket.on("message", (data: Buffer, isBinary: boolean) => {
      if (this.#isClosing || this.#ending !== null) return;
      if (isBinary) this.#handlers.onEvent({ type: "malformed", detail: "a binary frame" });
      else this.#reader.read(data);
    });
    socket.on("unexpected-response", (_, response: IncomingMessage) => {
      this.#refused(socket, response);
    });
    socket.on("error", (error) => {
      this.#ending ??= { kind: "failed", error: wordsOf(error) };
    });
    socket.on("close", (code, reason) => {
      this.#over(code, reason.toString("utf8"));
    });
  }

  /**
   * The upgrade was answered with another status: its body says why, and may say it slowly or
   * for ever. The time-out of the handshake ends one that stalls.
   */
  #refused(socket: WebSocket, response: IncomingMessage): void {
    const body = new BoundedBody(response, () => {
      socket.terminate(); // it never was open: this gives it back and lets it say `close`
    });
    const httpStatus = response.statusCode ?? 0;
    const retryAfterSecs = retryAfterSecsOf(response.headers["retry-after"]);
    this.#ending = { kind: "refused", httpStatus, retryAfterSecs, body };
  }

  #break(error: Error): void {
    this.#ending ??= { kind: "failed", error };
    this.#socket?.terminate();
  }

  #over(code: number, reason: string): void {
    if (this.#isOver) return;
    this.#isOver = true;
    const ending = this.#ending;
    if (ending === null || this.#isClosing) this.#handlers.onClosed({ code, reason });
    else if (ending.kind === "failed") this.#handlers.onFailed(ending.error);
    else {
      const { httpStatus, retryAfterSecs, body } = ending;
      this.#handlers.onRefused({ httpStatus, retryAfterSecs, body: body.text });
    }
  }

  #failNow(error: Error): void {
    this.#isOver = true;
    this.#handlers.onFailed(error);
  }
}

const textFrame = { binary: false } as const;

/** One for all sockets of the process: `ws` is done with it when `send` returns, and it stays in the cache. */
const append = new AppendFrame();

/** A failed send is told by `error` and `close`. */
function ignoreResult(): void {
  // Told elsewhere.
}

/** Visible ASCII (RFC 9110 §5.5): anything else would throw inside the HTTP client, with the key in the error. */
function isHeaderText(text: string): boolean {
  // No pattern: V8 keeps the text that a pattern matched last.
  if (text.length < 1 || text.length > keyCharsMax) return false;
  for (let index = 0; index < text.length; index += 1) {
    const code = text.charCodeAt(index);
    if (code < 0x21 || code > 0x7e) return false;
  }
  return true;
}

/** `ws` has one kind of error for everything, and tells them apart by its code or only by its words. */
function wordsOf(error: Error & { readonly code?: unknown }): Error {
  if (error.message === "Opening handshake has timed out") {
    return new AppError(handshakeTimeoutCode, "no answer to the upgrade", { cause: error });
  }
  return typeof error.code === "string" && error.code.startsWith("WS_ERR_")
    ? new AppError(protocolBrokenCode, "the peer broke the rules of WebSocket", { cause: error })
    : error;
}
