import { createServer, type IncomingMessage } from "node:http";
import { createServer as createTlsServer } from "node:https";
import type { Duplex } from "node:stream";
import {
  type Clock,
  Closers,
  type Log,
  type Random,
  silentLog,
  systemClock,
  systemRandom,
} from "@agentcall/base";
import { fastify, type FastifyInstance } from "fastify";
import { type RawData, type WebSocket, WebSocketServer } from "ws";
import type { AudioCodec } from "./audio-format.ts";
import { defaultScenario } from "./default-scenario.ts";
import { ClientSecrets } from "./http/client-secrets.ts";
import { addRestRoutes } from "./http/rest-routes.ts";
import { bearerKey, parsePracticeKey, type PracticeDay } from "./practice-key.ts";
import {
  practiceHeader,
  practiceNotice,
  type ProviderError,
  realtimeRefusal,
  type RealtimeRefusal,
} from "./refusal.ts";
import type { Scenario } from "./scenario.ts";
import { PracticeSession } from "./session/practice-session.ts";
import type { Connection } from "./session/session-options.ts";
import type { PracticeSessionView } from "./session/session-view.ts";
import { AnswerAudio } from "./voice/answer-audio.ts";

/** An HTTP answer instead of the upgrade, for every connection while it is set. */
export type UpgradeRefusal = {
  readonly httpStatus: number;
  readonly retryAfterSecs?: number;
  readonly error?: ProviderError;
};

export type PracticeOptions = {
  /** A loopback address; the default is 127.0.0.1. */
  readonly host?: string;
  /** 0, the default, takes a free one. */
  readonly port?: number;
  readonly scenario?: Scenario;
  readonly clock?: Clock;
  readonly random?: Random;
  readonly log?: Log;
  /** PEM texts: then it serves https and wss. */
  readonly tls?: { readonly key: string; readonly cert: string };
  /** How much appended audio each session keeps for `received`; 0 keeps none, nor append frames. */
  readonly recordAudioBytesMax?: number;
  /** Called with each appended piece. The bytes are only good until it returns. */
  readonly onAppendedAudio?: (sessionId: string, audio: Uint8Array, codec: AudioCodec) => void;
};

/** A running practice provider. */
export type Practice = {
  /** `http://127.0.0.1:PORT` (or https), without `/v1`. */
  readonly http: string;
  readonly port: number;
  /** How many sessions are open now. */
  sessions(): number;
  /** The session that was opened as number `index` since the start, from 0. Throws RangeError where there is none. */
  session(index: number): PracticeSessionView;
  /** How many sessions have been opened since the start. */
  opened(): number;
  /** Resolves with session number `index` as soon as it is open. */
  whenOpened(index: number): Promise<PracticeSessionView>;
  /** The audio that session number `index` received. */
  received(index: number): { readonly codec: AudioCodec; readonly audio: Uint8Array };
  /** Refuses every new Realtime connection so, until it is set to null. */
  refuseConnections(refusal: UpgradeRefusal | null): void;
  /** Every later session follows this scenario. */
  follow(scenario: Scenario): void;
  /** Ends every session and stops listening. May be called twice. */
  close(): Promise<void>;
};

const sessionsKeptMax = 1000; // what tests look back on: beyond that the first are forgotten
const openSessionsMax = 2000; // ten times what one gateway carries
const frameBytesMax = 20 * 1024 * 1024 + 1024; // 15 MiB of audio as base64, and the event around it
const bufferedBytesMax = 8 * 1024 * 1024; // a quarter of an hour of G.711 as base64
const recordAudioBytesUsual = 2_000_000; // four minutes of G.711

/** Starts the practice provider and resolves when it listens. Rejects when the address is taken. */
export async function startPractice(options: PracticeOptions = {}): Promise<Practice> {
  const server = new PracticeServer(options);
  await server.listen(options.host ?? "127.0.0.1", options.port ?? 0);
  return server;
}

type Waiting = {
  readonly index: number;
  readonly resolve: (session: PracticeSessionView) => void;
};

class PracticeServer implements Practice {
  http = "";
  port = 0;
  readonly #options: PracticeOptions;
  readonly #clock: Clock;
  readonly #random: Random;
  readonly #log: Log;
  readonly #app: FastifyInstance;
  readonly #sockets: WebSocketServer;
  readonly #secrets: ClientSecrets;
  readonly #answerAudio = new AnswerAudio();
  readonly #closers = new Closers();
  readonly #sessions = new Map<number, PracticeSession>();
  readonly #waiting = new Set<Waiting>();
  #opened = 0;
  #openNow = 0;
  #scenario: Scenario;
  #refusal: UpgradeRefusal | null = null;

  constructor(options: PracticeOptions) {
    this.#options = options;
    this.#clock = options.clock ?? systemClock();
    this.#random = options.random ?? systemRandom();
    this.#log = options.log ?? silentLog;
    this.#scenario = options.scenario ?? defaultScenario;
    this.#secrets = new ClientSecrets(this.#clock, this.#random);
    this.#sockets = new WebSocketServer({
      noServer: true,
      perMessageDeflate: false,
      skipUTF8Validation: true,
      maxPayload: frameBytesMax,
    });
    this.#sockets.on("headers", (headers) => headers.push(`${practiceHeader}: ${practiceNotice}`));
    const { tls } = options;
    this.#app = fastify({
      forceCloseConnections: true,
      serverFactory: (handle) =>
        tls === undefined ? createServer(handle) : createTlsServer(tls, handle),
    });
    addRestRoutes(this.#app, {
      clock: this.#clock,
      random: this.#random,
      secrets: this.#secrets,
      scenario: () => this.#scenario,
    });
    this.#app.server.on("upgrade", (request: IncomingMessage, socket: Duplex, head: Buffer) => {
      this.#upgrade(request, socket, head);
    });
    this.#closers.add("the HTTP server", () => this.#app.close());
    this.#closers.add("the sessions", () => this.#endSessions());
  }

  async listen(host: string, port: number): Promise<void> {
    const address = new URL(await this.#app.listen({ host, port }));
    this.port = Number(address.port);
    this.http = `${this.#options.tls === undefined ? "http" : "https"}://${address.host}`;
    this.#log.info({ http: this.http, notice: practiceNotice }, "practice provider listens");
  }

  sessions(): number {
    return this.#openNow;
  }

  opened(): number {
    return this.#opened;
  }

  session(index: number): PracticeSessionView {
    const session = this.#sessions.get(index);
    if (session === undefined)
      throw new RangeError(`there is no practice session ${String(index)}`);
    return session;
  }

  whenOpened(index: number): Promise<PracticeSessionView> {
    const session = this.#sessions.get(index);
    if (session !== undefined) return Promise.resolve(session);
    return new Promise((resolve) => {
      this.#waiting.add({ index, resolve });
    });
  }

  received(index: number): ReturnType<PracticeSessionView["received"]> {
    return this.session(index).received();
  }

  refuseConnections(refusal: UpgradeRefusal | null): void {
    this.#refusal = refusal;
  }

  follow(scenario: Scenario): void {
    this.#scenario = scenario;
  }

  close(): Promise<void> {
    return this.#closers.close();
  }

  /** Resolves when every session's socket is gone. */
  #endSessions(): Promise<void> {
    return new Promise((resolve) => {
      this.#sockets.close(() => {
        resolve();
      });
      for (const socket of this.#sockets.clients) socket.terminate();
    });
  }

  #upgrade(request: IncomingMessage, socket: Duplex, head: Buffer): void {
    socket.on("error", () => socket.destroy());
    const url = URL.parse(request.url ?? "/", "http://practice");
    const refusal = this.#refusal ?? this.#tooMany();
    if (url?.pathname !== "/v1/realtime") refuseUpgrade(socket, { httpStatus: 404 });
    else if (refusal !== null) refuseUpgrade(socket, refusal);
    else this.#admit(request, socket, head, url.searchParams.get("model"));
  }

  #admit(request: IncomingMessage, socket: Duplex, head: Buffer, model: string | null): void {
    const key = bearerKey(request.headers.authorization);
    const found = key === null ? null : this.#secrets.find(key);
    const day = found?.secret.day ?? (key === null ? null : parsePracticeKey(key));
    const refusal = realtimeRefusal(key, day, model, request.headers["openai-beta"] !== undefined);
    if (refusal !== null)
      this.#log.info({ shape: refusal.shape, code: refusal.error.code }, "session refused");
    if (refusal?.shape === "upgrade-refused") {
      const { httpStatus, retryAfterSecs, error } = refusal;
      refuseUpgrade(socket, {
        httpStatus,
        error,
        ...(retryAfterSecs === null ? {} : { retryAfterSecs }),
      });
      return;
    }
    this.#sockets.handleUpgrade(request, socket, head, (client) => {
      if (refusal !== null) closeWithError(client, refusal);
      else if (day !== null && model !== null) this.#begin(client, day, model, found);
    });
  }

  #begin(
    client: WebSocket,
    day: PracticeDay,
    model: string,
    found: ReturnType<ClientSecrets["find"]>,
  ): void {
    const { onAppendedAudio, recordAudioBytesMax } = this.#options;
    const index = this.#opened;
    const session = new PracticeSession({
      connection: connectionOf(client),
      day,
      model,
      scenario: this.#scenario,
      clock: this.#clock,
      random: this.#random,
      answerAudio: this.#answerAudio,
      recordAudioBytesMax: recordAudioBytesMax ?? recordAudioBytesUsual,
      tokenExpired: found?.isExpired === true,
      startWith: found?.secret.session ?? null,
      onAppendedAudio: onAppendedAudio ?? ignore,
    });
    this.#opened += 1;
    this.#openNow += 1;
    this.#sessions.set(index, session);
    this.#sessions.delete(index - sessionsKeptMax);
    const { sessionId } = session;
    this.#log.info({ sessionId, model, day: day.kind, notice: practiceNotice }, "session opened");
    client.on("message", (data: RawData, isBinary: boolean) => {
      if (Buffer.isBuffer(data)) session.receive(data, isBinary);
    });
    client.on("error", () => {
      client.terminate();
    });
    client.on("close", (closeCode) => {
      this.#openNow -= 1;
      session.closed();
      this.#log.info({ sessionId, closeCode }, "session closed");
    });
    session.open();
    for (const waiting of this.#waiting) {
      if (waiting.index !== index) continue;
      this.#waiting.delete(waiting);
      waiting.resolve(session);
    }
  }

  #tooMany(): UpgradeRefusal | null {
    return this.#openNow < openSessionsMax ? null : { httpStatus: 503, retryAfterSecs: 1 };
  }
}

function connectionOf(client: WebSocket): Connection {
  return {
    sendText: (text) => {
      client.send(text);
    },
    sendLatin1: (frame) => {
      // A client that does not read would have the whole answer kept here.
      if (client.bufferedAmount > bufferedBytesMax) client.terminate();
      else client.send(frame, { binary: false });
    },
    sendBinary: (bytes) => {
      client.send(bytes, { binary: true });
    },
    close: (code, reason) => {
      client.close(code, reason);
    },
    terminate: () => {
      client.terminate();
    },
    isOpen: () => client.readyState === client.OPEN,
  };
}

/** The real service lets a bad key in, says what is wrong, and closes with `<type>.<code>`. */
function closeWithError(
  client: WebSocket,
  refusal: Extract<RealtimeRefusal, { shape: "closed-after-error" }>,
): void {
  const { error, closeCode } = refusal;
  client.on("error", () => {
    client.terminate();
  });
  client.send(
    JSON.stringify({
      type: "error",
      event_id: "event_practice1",
      error: { ...error, event_id: null },
    }),
  );
  client.close(closeCode, `${error.type}.${error.code}`);
}

const statusTexts: Readonly<Record<number, string>> = {
  401: "Unauthorized",
  403: "Forbidden",
  404: "Not Found",
  429: "Too Many Requests",
  500: "Internal Server Error",
  503: "Service Unavailable",
};

function refuseUpgrade(socket: Duplex, refusal: UpgradeRefusal): void {
  const { httpStatus, retryAfterSecs } = refusal;
  const error = refusal.error ?? {
    type: "server_error",
    code: "practice",
    message: "Refused by the practice provider.",
    param: null,
  };
  const body = JSON.stringify({ error });
  const head = [
    `HTTP/1.1 ${String(httpStatus)} ${statusTexts[httpStatus] ?? "Refused"}`,
    "content-type: application/json",
    `content-length: ${String(Buffer.byteLength(body))}`,
    `${practiceHeader}: ${practiceNotice}`,
    "connection: close",
    ...(retryAfterSecs === undefined ? [] : [`retry-after: ${String(retryAfterSecs)}`]),
  ];
  socket.end(`${head.join("\r\n")}\r\n\r\n${body}`, () => {
    socket.destroy();
  });
}

function ignore(): void {
  // Nobody listens to the appended audio.
}
