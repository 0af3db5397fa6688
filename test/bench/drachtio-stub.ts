import { type AddressInfo, createServer, type Server, type Socket } from "node:net";

/** What the stub tells of its calls. */
export type DrachtioHandlers = {
  /** The gateway answered: its audio goes to this port. */
  readonly onAnswered: (call: number, rtpPort: number) => void;
  /** The gateway refused the call, or hung up by itself. */
  readonly onLost: (call: number, what: string) => void;
  /** The gateway confirmed our BYE. */
  readonly onHungUp: (call: number) => void;
};

/** The call whose SIP Call-ID this is, or -1. */
export function callOfSipCallId(sipCallId: string): number {
  const digits = /^bench-(\d+)@/.exec(sipCallId)?.[1];
  return digits === undefined ? -1 : Number(digits);
}

type GatewayMessage = { readonly id: string; readonly transaction: string; readonly sip: string };

/**
 * drachtio's end of the control protocol with the SIP network left out: INVITEs come from
 * nowhere, so that no SIP work of the bench itself stands beside what is measured.
 */
export class DrachtioStub {
  readonly #handlers: DrachtioHandlers;
  readonly #server: Server;
  #socket: Socket | null = null;
  #ids = 0;

  constructor(handlers: DrachtioHandlers) {
    this.#handlers = handlers;
    this.#server = createServer((socket) => {
      this.#accept(socket);
    });
  }

  listen(): Promise<string> {
    return new Promise((resolve) => {
      this.#server.listen(0, "127.0.0.1", () => {
        resolve(`127.0.0.1:${String((this.#server.address() as AddressInfo).port)}`);
      });
    });
  }

  close(): void {
    this.#socket?.destroy();
    this.#server.close();
  }

  invite(call: number, phonePort: number): void {
    const sdp = [
      "v=0",
      `o=- ${String(call)} 1 IN IP4 127.0.0.1`,
      "s=-",
      "c=IN IP4 127.0.0.1",
      "t=0 0",
      // With telephone events, as carriers offer them: without, keys are listened for in the audio.
      `m=audio ${String(phonePort)} RTP/AVP 0 101`,
      "a=rtpmap:0 PCMU/8000",
      "a=rtpmap:101 telephone-event/8000",
      "a=fmtp:101 0-15",
      "a=ptime:20",
      "a=sendrecv",
      "",
    ].join("\r\n");
    this.#fromNetwork(call, "INVITE", `invite-${String(call)}`, "", sdp);
  }

  hangUp(call: number): void {
    this.#fromNetwork(call, "BYE", `bye-${String(call)}`, dialogOf(call), "");
  }

  #accept(socket: Socket): void {
    this.#socket = socket;
    let text = "";
    socket.setNoDelay(true);
    socket.on("error", () => undefined);
    socket.on("data", (data) => {
      text += data.toString("latin1");
      for (let hash = text.indexOf("#"); hash > 0; hash = text.indexOf("#")) {
        const end = hash + 1 + Number(text.slice(0, hash));
        if (text.length < end) return;
        this.#onFrame(text.slice(hash + 1, end));
        text = text.slice(end);
      }
    });
  }

  #onFrame(payload: string): void {
    const lineEnd = payload.indexOf("\r\n");
    const head = lineEnd === -1 ? payload : payload.slice(0, lineEnd);
    const [id = "", verb = "", first = ""] = head.split("|");
    if (verb === "authenticate") {
      this.#respond(id, "OK|udp/127.0.0.1:5060|v0.9.4|udp/127.0.0.1:5060");
    } else if (verb === "sip") {
      const sip = lineEnd === -1 ? "" : payload.slice(lineEnd + 2);
      if (sip.startsWith("SIP/2.0")) this.#onResponse({ id, transaction: first, sip });
      else this.#onRequest({ id, transaction: first, sip });
    } else {
      this.#respond(id, "OK");
    }
  }

  /** The gateway answers one of our requests; it is told what was sent. */
  #onResponse(message: GatewayMessage): void {
    const [method = "", digits = ""] = message.transaction.split("-");
    const call = Number(digits);
    const sent = complete(message.sip, call, method.toUpperCase());
    this.#sent(message.id, message.transaction, call, sent);
    const status = Number(/^SIP\/2\.0 (\d{3})/.exec(sent)?.[1]);
    if (status < 200) return;
    if (method === "bye") {
      this.#handlers.onHungUp(call);
    } else if (status === 200) {
      const rtpPort = Number(/^m=audio (\d+)/m.exec(sent)?.[1]);
      this.#fromNetwork(call, "ACK", message.transaction, dialogOf(call), "");
      this.#handlers.onAnswered(call, rtpPort);
    } else {
      this.#handlers.onLost(call, sent.slice(0, sent.indexOf("\r\n")));
    }
  }

  /** A request of the gateway's own: it has nothing to say but BYE here, and asks whether we live. */
  #onRequest(message: GatewayMessage): void {
    if (message.sip.startsWith("OPTIONS ")) {
      this.#respond(message.id, "NOK|the bench takes no requests"); // any answer is a sign of life
      return;
    }
    const call = callOfSipCallId(/^call-id:\s*(\S+)/im.exec(message.sip)?.[1] ?? "");
    this.#respond(message.id, "NOK|the bench takes no requests");
    this.#handlers.onLost(call, message.sip.slice(0, message.sip.indexOf("\r\n")));
  }

  #fromNetwork(
    call: number,
    method: string,
    transaction: string,
    dialogId: string,
    body: string,
  ): void {
    const sip = [
      `${method} sip:+14155550100@127.0.0.1 SIP/2.0`,
      `Via: SIP/2.0/UDP 127.0.0.1:5098;branch=z9hG4bK-${transaction};rport=5098`,
      ...fixedHeaders(call, dialogId === "" ? "" : ";tag=ours", method),
      "Contact: <sip:caller@127.0.0.1:5098>",
      ...(body === "" ? [] : ["Content-Type: application/sdp"]),
      `Content-Length: ${String(body.length)}`,
      "",
      body,
    ].join("\r\n");
    const facts = `sip|network|${String(sip.length)}|udp|127.0.0.1|5098|03:43:02.1`;
    this.#write(`${this.#nextId()}|${facts}|${transaction}|${dialogId}|\r\n${sip}`);
  }

  #sent(id: string, transaction: string, call: number, sip: string): void {
    const facts = `OK|application|${String(sip.length)}|udp|127.0.0.1|5098|03:43:02.1`;
    this.#respond(id, `${facts}|${transaction}|${dialogOf(call)}||Msg sent:|\r\n${sip}`);
  }

  #respond(id: string, text: string): void {
    this.#write(`${this.#nextId()}|response|${id}|${text}`);
  }

  #write(payload: string): void {
    this.#socket?.write(`${String(Buffer.byteLength(payload))}#${payload}`);
  }

  #nextId(): string {
    this.#ids += 1;
    return `bench-frame-${String(this.#ids)}`;
  }
}

function dialogOf(call: number): string {
  return `bench-${String(call)}@127.0.0.1;from-tag=1`;
}

function fixedHeaders(call: number, toTag: string, method: string): readonly string[] {
  return [
    "From: <sip:+14155550123@127.0.0.1:5098>;tag=1",
    `To: <sip:+14155550100@127.0.0.1>${toTag}`,
    `Call-ID: bench-${String(call)}@127.0.0.1`,
    `CSeq: 1 ${method}`,
  ];
}

/** What the gateway sent, with what drachtio adds to it. */
function complete(sip: string, call: number, method: string): string {
  const bodyAt = sip.indexOf("\r\n\r\n");
  const [startLine = "", ...headers] = sip.slice(0, bodyAt).split("\r\n");
  const added = ["from", "to", "call-id", "cseq", "contact"];
  const kept = headers.filter((line) => !added.includes(line.split(":")[0]?.toLowerCase() ?? ""));
  return [
    startLine,
    ...fixedHeaders(call, ";tag=ours", method),
    "Contact: <sip:127.0.0.1:5060>",
    ...kept,
  ]
    .join("\r\n")
    .concat(sip.slice(bodyAt));
}
