import { once } from "node:events";
import { type AddressInfo, createServer, type Server, type Socket } from "node:net";

/** A frame of the gateway: a SIP message with what stands before it. */
type DrachtioFrame = {
  readonly id: string;
  readonly verb: string;
  readonly tokens: readonly string[];
  readonly sip: string;
};

/** drachtio's end of the control protocol, as far as one inbound call needs it (written from captures). */
export class FakeDrachtio {
  readonly #server: Server = createServer((socket) => {
    this.#accept(socket);
  });
  readonly #sipFrames: DrachtioFrame[] = [];
  readonly #waiting: ((frame: DrachtioFrame) => void)[] = [];
  readonly routed = new Set<string>();
  socket: Socket | null = null;
  connections = 0;
  /** How often it was to send OPTIONS to itself. */
  asked = 0;
  /** It reads what comes, and does nothing. */
  isDead = false;
  #ids = 0;

  async listen(): Promise<number> {
    this.#server.listen(0, "127.0.0.1");
    await once(this.#server, "listening");
    return (this.#server.address() as AddressInfo).port;
  }

  async close(): Promise<void> {
    this.socket?.destroy();
    this.#server.close();
    await once(this.#server, "close");
  }

  /** The next SIP message that the gateway sends. */
  next(): Promise<DrachtioFrame> {
    const frame = this.#sipFrames.shift();
    return frame === undefined
      ? new Promise((resolve) => this.#waiting.push(resolve))
      : Promise.resolve(frame);
  }

  push(
    method: string,
    more: {
      readonly source?: string;
      readonly headers?: readonly string[];
      readonly body?: string;
      readonly dialog?: boolean;
    } = {},
  ): void {
    const body = more.body ?? "";
    const sip = [
      `${method} sip:+14155550100@127.0.0.1 SIP/2.0`,
      "Via: SIP/2.0/UDP 127.0.0.1:5098;branch=z9hG4bK-1;rport=5098",
      'From: "Ada" <sip:+1-415-555-0123@127.0.0.1:5098>;tag=1',
      `To: <sip:+14155550100@127.0.0.1>${more.dialog === true ? ";tag=ours" : ""}`,
      "Call-ID: abc@127.0.0.1",
      `CSeq: 1 ${method}`,
      "Contact: <sip:caller@127.0.0.1:5098>",
      ...(more.headers ?? []),
      `Content-Length: ${String(body.length)}`,
      "",
      body,
    ].join("\r\n");
    const txns: Readonly<Record<string, string>> = { CANCEL: "txn-INVITE", ACK: "txn-INVITE" };
    const txn = more.source === "application" ? "unsolicited" : (txns[method] ?? `txn-${method}`);
    const dialogId = more.dialog === true ? "abc@127.0.0.1;from-tag=1" : "";
    const head = [
      "sip",
      more.source ?? "network",
      String(sip.length),
      "udp",
      "127.0.0.1",
      "5098",
      "03:43:02.1",
      txn,
      dialogId,
      "",
    ];
    this.#write(`${this.#id()}|${head.join("|")}\r\n${sip}`);
  }

  #accept(socket: Socket): void {
    this.socket = socket;
    this.connections += 1;
    let text = "";
    socket.on("error", () => undefined);
    socket.on("data", (data) => {
      text += data.toString("utf8");
      for (let hash = text.indexOf("#"); hash > 0; hash = text.indexOf("#")) {
        const end = hash + 1 + Number(text.slice(0, hash));
        if (text.length < end) return;
        this.#onFrame(text.slice(hash + 1, end));
        text = text.slice(end);
      }
    });
  }

  #onFrame(payload: string): void {
    if (this.isDead) return;
    const lineEnd = payload.indexOf("\r\n");
    const [id = "", verb = "", ...tokens] = (
      lineEnd === -1 ? payload : payload.slice(0, lineEnd)
    ).split("|");
    const frame = { id, verb, tokens, sip: lineEnd === -1 ? "" : payload.slice(lineEnd + 2) };
    if (verb === "authenticate") {
      const isOurs = tokens[0] === "practice-secret";
      this.#answer(
        id,
        isOurs ? "OK|udp/127.0.0.1:5060|v0.9.4|udp/127.0.0.1:5060" : "NO|incorrect secret",
      );
    } else if (verb === "route") {
      this.routed.add(tokens[0] ?? "");
      this.#answer(id, "OK");
    } else if (frame.sip.startsWith("OPTIONS sip:127.0.0.1:5060 ")) {
      this.asked += 1;
      this.#answer(id, "NOK|can not send request to myself");
    } else {
      this.#echo(frame);
      const waiting = this.#waiting.shift();
      if (waiting === undefined) this.#sipFrames.push(frame);
      else waiting(frame);
    }
  }

  /** What was sent, completed as drachtio completes it. */
  #echo(frame: DrachtioFrame): void {
    const isResponse = frame.sip.startsWith("SIP/2.0");
    const sip = isResponse
      ? frame.sip
          .replace(/^to: <([^>]*)>$/im, "To: <$1>;tag=ours")
          .replace("\r\n\r\n", "\r\nContact: <sip:127.0.0.1:5060>\r\n\r\n")
      : frame.sip.replace(
          "\r\n",
          "\r\nFrom: <sip:a@b>;tag=ours\r\nTo: <sip:c@d>;tag=1\r\nCall-ID: abc@127.0.0.1\r\nCSeq: 2 BYE\r\n",
        );
    const txn = isResponse ? (frame.tokens[0] ?? "") : "txn-ours";
    const dialogId = "abc@127.0.0.1;from-tag=1";
    this.#answer(
      frame.id,
      `OK|application|${String(sip.length)}|udp|127.0.0.1|5098|03:43:02.1|${txn}|${dialogId}||Msg sent:|\r\n${sip}`,
    );
    if (!isResponse) {
      const response =
        "SIP/2.0 200 OK\r\nFrom: <sip:a@b>;tag=ours\r\nTo: <sip:c@d>;tag=1\r\nCall-ID: abc@127.0.0.1\r\nCSeq: 2 BYE\r\nContent-Length: 0\r\n\r\n";
      this.#write(
        `${this.#id()}|sip|network|${String(response.length)}|udp|127.0.0.1|5098|03:43:02.1|txn-ours|${dialogId}|\r\n${response}`,
      );
    }
  }

  #answer(id: string, text: string): void {
    this.#write(`${this.#id()}|response|${id}|${text}`);
  }

  #write(payload: string): void {
    this.socket?.write(`${String(Buffer.byteLength(payload))}#${payload}`);
  }

  #id(): string {
    this.#ids += 1;
    return `frame-${String(this.#ids)}`;
  }
}
