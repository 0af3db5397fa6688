import { createSocket, type Socket as UdpSocket } from "node:dgram";
import { once } from "node:events";
import { connect, type Socket } from "node:net";
import { Secret, seededRandom, silentLog } from "@agentcall/base";
import { TestClock } from "@agentcall/base/testing";
import { FrameReader, writeFrame } from "../control/frame-reader.ts";
import { type SipEngine, startSipEngine } from "../engine/sip-engine.ts";
import { parseSipMessage } from "../message/parse-message.ts";
import { headerValue, type SipMessage } from "../message/sip-message.ts";

export const benchSecret = "practice-secret";

/** An engine on real sockets whose timers stand still until a test moves them. */
export class EngineBench {
  readonly clock: TestClock;
  readonly engine: SipEngine;
  readonly #open: { close(): void }[] = [];

  private constructor(clock: TestClock, engine: SipEngine) {
    this.clock = clock;
    this.engine = engine;
  }

  static async open(): Promise<EngineBench> {
    const clock = new TestClock();
    const engine = await startSipEngine({
      sipHost: "127.0.0.1",
      sipPort: 0,
      drachtioHost: "127.0.0.1",
      drachtioPort: 0,
      secret: new Secret(benchSecret),
      clock,
      random: seededRandom(1),
      log: silentLog,
    });
    return new EngineBench(clock, engine);
  }

  get sipPort(): number {
    return Number(this.engine.sip.split(":")[1]);
  }

  /** A caller or callee over UDP, on a free port where none is named. */
  async peer(port = 0): Promise<Peer> {
    const peer = await Peer.open(this.sipPort, port);
    this.#open.push(peer);
    return peer;
  }

  /** An application that takes these methods. */
  async app(...methods: readonly string[]): Promise<App> {
    const app = await this.stranger();
    await app.ask(`authenticate|${benchSecret}|`);
    for (const method of methods) await app.ask(`route|${method}`);
    return app;
  }

  /** A connection to the control port that has said nothing yet. */
  async stranger(): Promise<App> {
    const app = await App.open(Number(this.engine.drachtio.split(":")[1]));
    this.#open.push(app);
    return app;
  }

  async close(): Promise<void> {
    for (const each of this.#open) each.close();
    await this.engine.close();
  }
}

/** Things in the order they come, each waited for. */
class Inbox<Item> {
  readonly #items: Item[] = [];
  readonly #waiting: ((item: Item) => void)[] = [];

  push(item: Item): void {
    const waiting = this.#waiting.shift();
    if (waiting === undefined) this.#items.push(item);
    else waiting(item);
  }

  next(): Promise<Item> {
    const item = this.#items.shift();
    if (item !== undefined) return Promise.resolve(item);
    return new Promise((resolve) => this.#waiting.push(resolve));
  }

  get count(): number {
    return this.#items.length;
  }
}

/** The other side of SIP, as bytes. */
export class Peer {
  readonly #socket: UdpSocket;
  readonly #target: number;
  readonly #inbox = new Inbox<SipMessage>();
  readonly port: number;
  #lastSenderPort = 0;
  #isOpen = true;

  private constructor(socket: UdpSocket, target: number) {
    this.#socket = socket;
    this.#target = target;
    this.port = socket.address().port;
    socket.on("message", (bytes, from) => {
      this.#lastSenderPort = from.port;
      const message = parseSipMessage(bytes);
      if (message.kind !== "refusal") this.#inbox.push(message);
    });
  }

  static async open(target: number, port: number): Promise<Peer> {
    const socket = createSocket("udp4");
    socket.bind(port, "127.0.0.1");
    await once(socket, "listening");
    return new Peer(socket, target);
  }

  /** Where the last datagram came from. */
  get lastSenderPort(): number {
    return this.#lastSenderPort;
  }
  /** Messages that came and were not looked at. */
  get unread(): number {
    return this.#inbox.count;
  }

  send(text: string | Uint8Array): void {
    this.#socket.send(text, this.#target, "127.0.0.1");
  }

  next(): Promise<SipMessage> {
    return this.#inbox.next();
  }

  /** The next response's status. */
  async status(): Promise<number> {
    const message = await this.next();
    if (message.kind === "request") throw new Error(`a ${message.method} came, no response`);
    return message.status;
  }

  /** The next request, which must be of this method. */
  async request(method: string): Promise<SipMessage> {
    const message = await this.next();
    if (message.kind !== "request" || message.method !== method) {
      throw new Error(`no ${method} came`);
    }
    return message;
  }

  /** A request as a plain phone writes it. */
  write(method: string, more: RequestParts = {}): string {
    const { branch = "z9hG4bK-1", cseq = 1, callId = "call-1@127.0.0.1", body = "" } = more;
    const toTag = more.toTag === undefined ? "" : `;tag=${more.toTag}`;
    return [
      `${method} sip:+14155550100@127.0.0.1 SIP/2.0`,
      `Via: SIP/2.0/UDP 127.0.0.1:${String(this.port)};branch=${branch}`,
      "Max-Forwards: 70",
      `From: <sip:+14155550199@127.0.0.1:${String(this.port)}>;tag=theirs`,
      `To: <sip:+14155550100@127.0.0.1>${toTag}`,
      `Call-ID: ${callId}`,
      `CSeq: ${String(cseq)} ${more.cseqMethod ?? method}`,
      `Contact: <sip:caller@127.0.0.1:${String(this.port)}>`,
      ...(more.headers ?? []),
      `Content-Length: ${String(body.length)}`,
      "",
      body,
    ].join("\r\n");
  }

  /** A response to a request of the engine's. */
  answer(request: SipMessage, status: number, headers: readonly string[] = []): void {
    const kept = ["Via", "From", "To", "Call-ID", "CSeq"].map((name) => {
      const value = headerValue(request, name) ?? "";
      const tag = name === "To" && status > 100 && !value.includes(";tag=") ? ";tag=callee" : "";
      return `${name}: ${value}${tag}`;
    });
    this.send(
      [`SIP/2.0 ${String(status)} Test`, ...kept, ...headers, "Content-Length: 0", "", ""].join(
        "\r\n",
      ),
    );
  }

  /** May be called twice. */
  close(): void {
    if (this.#isOpen) this.#socket.close();
    this.#isOpen = false;
  }
}

type RequestParts = {
  readonly branch?: string;
  readonly cseq?: number;
  readonly cseqMethod?: string;
  readonly callId?: string;
  readonly toTag?: string;
  readonly headers?: readonly string[];
  readonly body?: string;
};

/** One frame from the engine: the tokens of its line, and the SIP behind it. */
export type Frame = { readonly tokens: readonly string[]; readonly sip: string };

/** An application at the control port, as bytes. */
export class App {
  readonly #socket: Socket;
  readonly #inbox = new Inbox<Frame>();
  /** Resolves also when the connection was reset. */
  readonly closed: Promise<void>;
  #ids = 0;

  private constructor(socket: Socket) {
    this.#socket = socket;
    this.closed = new Promise((resolve) => {
      socket.once("close", () => {
        resolve();
      });
    });
    socket.on("error", () => undefined); // 'close' follows
    const reader = new FrameReader();
    socket.on("data", (bytes: Buffer) => {
      for (const payload of reader.push(bytes)) {
        const text = payload.toString();
        const end = text.indexOf("\r\n");
        const line = end < 0 ? text : text.slice(0, end);
        this.#inbox.push({ tokens: line.split("|"), sip: end < 0 ? "" : text.slice(end + 2) });
      }
    });
  }

  static async open(port: number): Promise<App> {
    const socket = connect(port, "127.0.0.1");
    await once(socket, "connect");
    return new App(socket);
  }

  get unread(): number {
    return this.#inbox.count;
  }

  sendBytes(bytes: Uint8Array): void {
    this.#socket.write(bytes);
  }

  /** Sends a payload behind a fresh id. */
  tell(text: string): void {
    this.#ids += 1;
    this.sendBytes(writeFrame(`message-${String(this.#ids)}|${text}`));
  }

  next(): Promise<Frame> {
    return this.#inbox.next();
  }

  /** Sends, and answers the tokens of what comes back: from `OK`, `NO` or `NOK` on. */
  async ask(text: string): Promise<readonly string[]> {
    this.tell(text);
    const { tokens } = await this.next();
    if (tokens[1] !== "response") throw new Error(`no answer came, but ${tokens.join("|")}`);
    return tokens.slice(3);
  }

  /** The next SIP message that is passed on. */
  async passedOn(): Promise<Passed> {
    const { tokens, sip } = await this.next();
    if (tokens[1] !== "sip") throw new Error(`no message came, but ${tokens.join("|")}`);
    const [, , source = "", , protocol = "", address = "", port = "", , id = "", dialogId = ""] =
      tokens;
    return { source, protocol, address, port, transactionId: id, dialogId, sip };
  }

  /** Answers a request that was passed on. */
  respond(
    request: Passed,
    status: number,
    headers: readonly string[] = [],
    body = "",
  ): Promise<readonly string[]> {
    const length = `Content-Length: ${String(body.length)}`;
    const lines = [`SIP/2.0 ${String(status)} Test`, ...headers, length, "", body];
    return this.ask(`sip|${request.transactionId}|\r\n${lines.join("\r\n")}`);
  }

  close(): void {
    this.#socket.destroy();
  }
}

/** A SIP message with what the protocol tells of it. */
export type Passed = {
  readonly source: string;
  readonly protocol: string;
  readonly address: string;
  readonly port: string;
  readonly transactionId: string;
  readonly dialogId: string;
  readonly sip: string;
};
