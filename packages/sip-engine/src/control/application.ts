import { type Log, type Random } from "@agentcall/base";
import type { Socket } from "node:net";
import { newUuid } from "../message/sip-ids.ts";
import type { Protocol } from "../transport/flow.ts";
import type { SipMessage } from "../message/sip-message.ts";
import { writeSipMessage } from "../message/write-message.ts";
import { writeFrame } from "./frame-reader.ts";

/** Where a message came from or went to, as the protocol tells it. */
export type MessageMeta = {
  /** `network`, or `application` for what this server sent on its own. */
  readonly source: "network" | "application";
  /** Empty where the real server leaves it empty: on an ACK, and on what never was on the wire. */
  readonly protocol: Protocol | "";
  readonly address: string;
  readonly port: number;
  readonly transactionId: string;
  readonly dialogId: string;
  /** Ours, on a new request outside of a dialog. */
  readonly local: { readonly address: string; readonly port: number } | null;
};

const unsentBytesMax = 8_388_608; // an application that does not read for so long is dead

/** One connected application: a drachtio-srf. Frames go out in the order of the calls. */
export class Application {
  readonly #socket: Socket;
  readonly #random: Random;
  readonly #nowMs: () => number;
  readonly #log: Log;
  isAuthenticated = false;

  constructor(socket: Socket, random: Random, nowMs: () => number, log: Log) {
    this.#socket = socket;
    this.#random = random;
    this.#nowMs = nowMs;
    this.#log = log;
  }

  get isOpen(): boolean {
    return this.#socket.writable;
  }

  /** Passes a SIP message on (section 3 of the protocol notes). */
  push(message: SipMessage, meta: MessageMeta): void {
    const { source, protocol, address, port, transactionId, dialogId, local } = meta;
    const sip = writeSipMessage(message);
    const ours = local === null ? "" : `${local.address}|${String(local.port)}|`;
    const head = `${newUuid(this.#random)}|sip|${source}|${String(sip.length)}|${protocol}|${address}|${String(port)}|${this.#timeText()}|${transactionId}|${dialogId}|${ours}\r\n`;
    this.#write(Buffer.concat([Buffer.from(head, "utf8"), sip]));
  }

  /** Answers a control message that is no SIP: `OK`, `OK|…` or `NO|reason`. */
  answer(messageId: string, text: string): void {
    this.#write(Buffer.from(`${newUuid(this.#random)}|response|${messageId}|${text}`, "utf8"));
  }

  /** Tells that a SIP message could not be sent, and why. */
  refuse(messageId: string, reason: string): void {
    this.answer(messageId, `NOK|${reason}`);
  }

  /** Tells what was sent for a request of the application: it builds its own state from this. */
  echoRequest(messageId: string, message: SipMessage, meta: MessageMeta): void {
    this.#echo(messageId, message, meta, `${meta.transactionId}|Msg sent:|`);
  }

  /** The same for a response, where one token more stands in the line. */
  echoResponse(messageId: string, message: SipMessage, meta: MessageMeta): void {
    this.#echo(messageId, message, meta, `${meta.transactionId}|${meta.dialogId}||Msg sent:|`);
  }

  close(): void {
    this.#socket.end();
  }

  destroy(): void {
    this.#socket.destroy();
  }

  #echo(messageId: string, message: SipMessage, meta: MessageMeta, tail: string): void {
    const sip = writeSipMessage(message);
    const { protocol, address, port } = meta;
    const head = `${newUuid(this.#random)}|response|${messageId}|OK|application|${String(sip.length)}|${protocol}|${address}|${String(port)}|${this.#timeText()}|${tail}\r\n`;
    this.#write(Buffer.concat([Buffer.from(head, "utf8"), sip]));
  }

  #write(payload: Buffer): void {
    if (!this.isOpen) return;
    if (this.#socket.writableLength > unsentBytesMax) {
      this.#log.error({ unsentBytes: this.#socket.writableLength }, "application does not read");
      this.#socket.destroy();
      return;
    }
    this.#socket.write(writeFrame(payload));
  }

  /** `HH:MM:SS.uuuuuu` in UTC. */
  #timeText(): string {
    return `${new Date(this.#nowMs()).toISOString().slice(11, 23)}000`;
  }
}
