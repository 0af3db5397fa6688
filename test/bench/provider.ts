import { createServer, type Server } from "node:https";
import type { AddressInfo } from "node:net";
import { type Clock, delay } from "@agentcall/base";
import { type WebSocket, WebSocketServer } from "ws";
import { AnswerScript } from "./answer-script.ts";
import { type CallLoad, callOfKey, type LoadMeter } from "./call-load.ts";
import { findStamp, readStamp, type Stamp } from "./stamp.ts";

/**
 * A lean Realtime provider over TLS: it answers what must be answered, plays answers made
 * beforehand, and reads the stamps in what is appended.
 */
export class Provider {
  readonly #clock: Clock;
  readonly #meter: LoadMeter;
  readonly #calls: ReadonlyMap<number, CallLoad>;
  readonly #server: Server;
  readonly #sockets: WebSocketServer;

  constructor(
    tls: { keyPem: string; certificatePem: string },
    calls: ReadonlyMap<number, CallLoad>,
    meter: LoadMeter,
    clock: Clock,
  ) {
    this.#clock = clock;
    this.#meter = meter;
    this.#calls = calls;
    this.#server = createServer({ key: tls.keyPem, cert: tls.certificatePem });
    this.#sockets = new WebSocketServer({
      server: this.#server,
      perMessageDeflate: false,
      skipUTF8Validation: true,
    });
    this.#sockets.on("connection", (peer, request) => {
      const call = this.#calls.get(callOfKey(request.headers.authorization ?? ""));
      if (call === undefined) peer.close(3000, "unknown call");
      else this.#serve(peer, call);
    });
  }

  /** The address for `realtimeUrl`. */
  listen(): Promise<string> {
    return new Promise((resolve) => {
      this.#server.listen(0, "127.0.0.1", () => {
        const { port } = this.#server.address() as AddressInfo;
        resolve(`wss://127.0.0.1:${String(port)}/v1/realtime`);
      });
    });
  }

  close(): void {
    for (const peer of this.#sockets.clients) peer.terminate();
    this.#sockets.close();
    this.#server.close();
  }

  #serve(peer: WebSocket, call: CallLoad): void {
    const script = new AnswerScript(peer, call, this.#clock);
    const uplink = new UplinkReader(this.#meter, this.#clock);
    peer.on("error", () => undefined);
    peer.on("close", () => {
      script.stop();
    });
    peer.on("message", (data: Buffer) => {
      const isAudio = isAppend(data);
      if (this.#meter.isOpen) this.#meter[isAudio ? "appends" : "requests"].add(data.length);
      if (isAudio) uplink.take(data);
      else this.#onEvent(script, data);
    });
    script.greet();
  }

  #onEvent(script: AnswerScript, data: Buffer): void {
    const event = JSON.parse(data.toString("utf8")) as {
      type: string;
      session?: object;
      item_id?: string;
      audio_end_ms?: number;
    };
    if (event.type === "session.update") script.sessionUpdated(event.session ?? {});
    if (event.type === "response.create") {
      // Calls that begin together must not speak together: their answers are spread.
      delay(this.#clock, script.firstAnswerDelayMs).then(
        () => {
          script.begin();
        },
        () => undefined,
      );
    }
    if (event.type === "conversation.item.truncate") {
      script.truncated(event.item_id ?? "", event.audio_end_ms ?? 0);
    }
  }
}

const appendType = Buffer.from('"input_audio_buffer.append"');
const audioKey = Buffer.from('"audio":"');
const headOfAppend = 160;

function isAppend(data: Buffer): boolean {
  return data.subarray(0, headOfAppend).includes(appendType);
}

/** Reads the phone's stamps out of the appended audio: their delay, and which are missing. */
class UplinkReader {
  readonly #meter: LoadMeter;
  readonly #clock: Clock;
  readonly #stamp: Stamp = { call: 0, answer: 0, piece: 0, sentAtMs: 0 };
  #lastPiece = -1;
  #rest: Buffer = Buffer.alloc(0);

  constructor(meter: LoadMeter, clock: Clock) {
    this.#meter = meter;
    this.#clock = clock;
  }

  take(data: Buffer): void {
    const nowMs = this.#clock.monotonicMs();
    const from = data.indexOf(audioKey) + audioKey.length;
    const audio = Buffer.from(data.toString("latin1", from, data.indexOf(0x22, from)), "base64");
    // A stamp may lie across two pieces when silence was put between packets.
    const bytes = this.#rest.length === 0 ? audio : Buffer.concat([this.#rest, audio]);
    let at = findStamp(bytes, 0);
    let readTo = 0;
    for (; at !== -1; at = findStamp(bytes, readTo)) {
      readStamp(bytes, at, this.#stamp);
      this.#heard(nowMs);
      readTo = at + frameBytes;
    }
    const begunAt = bytes.indexOf("ACB1", readTo, "latin1");
    this.#rest = begunAt === -1 ? noBytes : Buffer.from(bytes.subarray(begunAt));
  }

  #heard(nowMs: number): void {
    const missed = this.#lastPiece === -1 ? 0 : this.#stamp.piece - this.#lastPiece - 1;
    this.#lastPiece = this.#stamp.piece;
    if (!this.#meter.isOpen) return;
    this.#meter.uplinkDelayMs.add(nowMs - this.#stamp.sentAtMs);
    if (missed > 0) this.#meter.lostUplink += missed;
  }
}

const frameBytes = 160;
const noBytes = Buffer.alloc(0);
