import { parseContentLength, parseSipMessage, refusal } from "./parse-message.ts";
import { bodyBytesMax, headerBytesMax, startLineBytesMax } from "./sip-limits.ts";
import type { SipMessage, SipRefusal } from "./sip-message.ts";

/** What a piece of stream turned out to hold. A `keep-alive` wants a CRLF back (RFC 5626 §3.5.1). */
export type StreamItem = SipMessage | SipRefusal | { readonly kind: "keep-alive" };

/** Start line, headers, and the two line breaks behind them. */
const headBytesMax = startLineBytesMax + headerBytesMax + 6;
const headEnd = Buffer.from("\r\n\r\n", "latin1");

/**
 * Cuts a TCP stream into SIP messages by their Content-Length (RFC 3261 §18.3). After a refusal
 * nobody knows where the next message begins: the reader takes nothing more, and the connection
 * is to be closed. Holds at most one message's limits in memory.
 */
export class SipStreamReader {
  #pending: Buffer = Buffer.alloc(0);
  /** Where the search for the end of the headers goes on: no byte is looked at twice. */
  #searchedTo = 0;
  #refused = false;

  /** Takes the next bytes of the stream and answers what they complete, in order. */
  push(bytes: Uint8Array): readonly StreamItem[] {
    if (this.#refused) return [];
    const added = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
    this.#pending = this.#pending.length === 0 ? added : Buffer.concat([this.#pending, added]);
    const items: StreamItem[] = [];
    for (let item = this.#next(); item !== null; item = this.#next()) {
      items.push(item);
      if (item.kind === "refusal") {
        this.#refused = true;
        this.#pending = Buffer.alloc(0);
        break;
      }
    }
    // A piece that waits is copied out, so that it does not keep the socket's whole buffer alive.
    if (this.#pending.length > 0 && this.#pending.buffer === added.buffer) {
      this.#pending = Buffer.from(this.#pending);
    }
    return items;
  }

  #next(): StreamItem | null {
    const keepAlive = this.#takeLineBreaks();
    if (keepAlive !== null) return keepAlive;
    const end = this.#pending.indexOf(headEnd, Math.max(0, this.#searchedTo - headEnd.length));
    if (end < 0) {
      this.#searchedTo = this.#pending.length;
      return this.#pending.length > headBytesMax ? refusal("headers-too-long") : null;
    }
    if (end > headBytesMax) return refusal("headers-too-long");

    const bodyFrom = end + headEnd.length;
    const head = parseSipMessage(this.#pending.subarray(0, bodyFrom), "rest");
    if (head.kind === "refusal") return head;
    const bodyBytes = parseContentLength(head.headers);
    if (bodyBytes === null) return refusal("content-length-missing");
    if (bodyBytes === "malformed") return refusal("content-length-malformed");
    if (bodyBytes > bodyBytesMax) return refusal("body-too-long");
    if (this.#pending.length < bodyFrom + bodyBytes) {
      this.#searchedTo = end; // found again at once when the body has arrived
      return null;
    }
    // The body is copied: the message may outlive the buffer that the stream arrived in.
    const body = Buffer.from(this.#pending.subarray(bodyFrom, bodyFrom + bodyBytes));
    this.#drop(bodyFrom + bodyBytes);
    return { ...head, body };
  }

  /** A double line break between messages asks for one back; a single one is only skipped. */
  #takeLineBreaks(): StreamItem | null {
    let at = 0;
    while (this.#pending[at] === 0x0d || this.#pending[at] === 0x0a) {
      at += 1;
      if (at === 4) break;
    }
    if (at === 4) {
      const isKeepAlive = this.#pending.subarray(0, 4).equals(headEnd);
      this.#drop(4);
      return isKeepAlive ? { kind: "keep-alive" } : refusal("malformed-start-line");
    }
    // A lone CRLF before a start line: only once more than line breaks is there.
    if (at > 0 && at < this.#pending.length) this.#drop(at);
    return null;
  }

  #drop(byteCount: number): void {
    this.#pending = this.#pending.subarray(byteCount);
    this.#searchedTo = 0;
  }
}
