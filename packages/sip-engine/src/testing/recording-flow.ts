import type { Flow, Protocol } from "../transport/flow.ts";

/** A way to a peer that keeps what is sent: the first line of each message. */
export class RecordingFlow implements Flow {
  readonly protocol: Protocol;
  readonly address = "127.0.0.1";
  readonly port = 5060;
  readonly isOpen = true;
  #sent: string[] = [];

  constructor(protocol: Protocol) {
    this.protocol = protocol;
  }

  send(bytes: Buffer): void {
    this.#sent.push(bytes.toString("utf8", 0, bytes.indexOf("\r\n")));
  }

  /** What was sent since the last time. */
  take(): readonly string[] {
    const sent = this.#sent;
    this.#sent = [];
    return sent;
  }
}
