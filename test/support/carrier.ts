import { createHash } from "node:crypto";
import { createSocket, type Socket } from "node:dgram";
import { once } from "node:events";
import { createServer, type Server, type TLSSocket } from "node:tls";
import {
  emptyBody,
  headerValue,
  parseSipMessage,
  type SipMessage,
  type SipRequest,
  type SipResponse,
  SipStreamReader,
  writeSipMessage,
} from "@agentcall/sip-engine";
import type { CertifiedKey } from "./certificate.ts";

/** What a carrier answers; null leaves a request without an answer. */
export type CarrierAnswer = {
  readonly status: number;
  readonly headers?: Readonly<Record<string, string>>;
} | null;

type Answering = (request: SipRequest) => CarrierAnswer;

/** OPTIONS with 200, and everything else with 404. */
const kindly: Answering = ({ method }) => ({ status: method === "OPTIONS" ? 200 : 404 });

const nonce = "a nonce of the carrier";
const realm = "carrier, practice"; // with a comma: some have one

/** A carrier's SIP server over UDP on loopback, which answers as the test says and remembers. */
export class Carrier {
  readonly received: SipRequest[] = [];
  readonly #socket: Socket = createSocket("udp4");
  #invites = 0;
  readonly #waiting: ((response: SipResponse) => void)[] = [];
  /** How a request is answered; OPTIONS with 200 and everything else with 404 unless told otherwise. */
  answer: Answering = kindly;

  static async open(): Promise<Carrier> {
    const carrier = new Carrier();
    carrier.#socket.on("message", (bytes, from) => {
      const message = parseSipMessage(bytes);
      if (message.kind === "response") carrier.#waiting.shift()?.(message);
      if (message.kind === "request") {
        carrier.received.push(message);
        const response = answerTo(message, carrier.answer);
        if (response !== null) carrier.#send(response, from.port);
      }
    });
    carrier.#socket.bind(0, "127.0.0.1");
    await once(carrier.#socket, "listening");
    return carrier;
  }

  get port(): number {
    return this.#socket.address().port;
  }

  /** The requests of this method that came so far. */
  of(method: string): readonly SipRequest[] {
    return this.received.filter((request) => request.method === method);
  }

  /** Sends an INVITE and resolves with its final answer, which it acknowledges. */
  async invite(sip: string, number: string, authorization?: string): Promise<SipResponse> {
    const port = Number(sip.split(":").at(-1));
    const uri = `sip:${number}@${sip}`;
    const request = this.#inviteTo(uri, authorization);
    this.#send(request, port);
    for (;;) {
      const response = await new Promise<SipResponse>((resolve) => this.#waiting.push(resolve));
      if (response.status < 200) continue;
      const to = { name: "To", value: headerValue(response, "To") ?? "" };
      const others = request.headers.filter(({ name }) => name !== "To" && name !== "CSeq");
      const cseq = { name: "CSeq", value: "1 ACK" };
      this.#send({ ...request, method: "ACK", headers: [...others, to, cseq] }, port);
      return response;
    }
  }

  /** The answer to a challenge of the appliance, for `invite`. */
  answerTo(response: SipResponse, uri: string, password: string): string {
    const text = headerValue(response, "WWW-Authenticate") ?? "";
    const param = (name: string): string => new RegExp(`${name}="([^"]*)"`).exec(text)?.[1] ?? "";
    const [ownRealm, ownNonce] = [param("realm"), param("nonce")];
    const secret = md5(`carrier:${ownRealm}:${password}`);
    const value = md5(`${secret}:${ownNonce}:00000001:c:auth:${md5(`INVITE:${uri}`)}`);
    return `Digest username="carrier", realm="${ownRealm}", nonce="${ownNonce}", uri="${uri}", response="${value}", qop=auth, nc=00000001, cnonce="c"`;
  }

  async close(): Promise<void> {
    const closed = once(this.#socket, "close");
    this.#socket.close();
    await closed;
  }

  #inviteTo(uri: string, authorization: string | undefined): SipRequest {
    const ours = `127.0.0.1:${String(this.port)}`;
    this.#invites += 1;
    const branch = `z9hG4bK-${String(this.port)}-${String(this.#invites)}`;
    const header = (name: string, value: string): { name: string; value: string } => ({
      name,
      value,
    });
    const headers = [
      header("Via", `SIP/2.0/UDP ${ours};branch=${branch};rport`),
      header("Max-Forwards", "70"),
      header("From", `<sip:+14155550177@${ours}>;tag=carrier`),
      header("To", `<${uri}>`),
      header("Call-ID", `${branch}@carrier`),
      header("CSeq", "1 INVITE"),
      header("Contact", `<sip:carrier@${ours}>`),
      ...(authorization === undefined ? [] : [header("Authorization", authorization)]),
    ];
    return { kind: "request", method: "INVITE", uri, headers, body: Buffer.from(offer) };
  }

  #send(message: SipMessage, port: number): void {
    this.#socket.send(writeSipMessage(message), port, "127.0.0.1");
  }
}

/** A carrier's SIP server over TLS on loopback, with this certificate. */
export class TlsCarrier {
  readonly received: SipRequest[] = [];
  readonly #server: Server;
  readonly #sockets = new Set<TLSSocket>();
  answer: Answering = kindly;

  private constructor(server: Server) {
    this.#server = server;
  }

  static async open({ keyPem, certificatePem }: CertifiedKey): Promise<TlsCarrier> {
    const server = createServer({ key: keyPem, cert: certificatePem });
    const carrier = new TlsCarrier(server);
    server.on("secureConnection", (socket) => {
      carrier.#take(socket);
    });
    server.listen(0, "127.0.0.1");
    await once(server, "listening");
    return carrier;
  }

  get port(): number {
    const address = this.#server.address();
    return typeof address === "object" && address !== null ? address.port : 0;
  }

  async close(): Promise<void> {
    for (const socket of this.#sockets) socket.destroy();
    const closed = once(this.#server, "close");
    this.#server.close();
    await closed;
  }

  #take(socket: TLSSocket): void {
    this.#sockets.add(socket);
    const reader = new SipStreamReader();
    socket.on("error", () => undefined); // the other side has gone
    socket.on("data", (bytes: Buffer) => {
      for (const item of reader.push(bytes)) {
        if (item.kind !== "request") continue;
        this.received.push(item);
        const response = answerTo(item, this.answer);
        if (response !== null) socket.write(writeSipMessage(response));
      }
    });
  }
}

function answerTo(request: SipRequest, answering: Answering): SipResponse | null {
  const answer = answering(request);
  if (answer === null) return null;
  const copied = request.headers.filter(({ name }) =>
    ["Via", "From", "To", "Call-ID", "CSeq"].includes(name),
  );
  const more = Object.entries(answer.headers ?? {}).map(([name, value]) => ({ name, value }));
  return {
    kind: "response",
    status: answer.status,
    reason: "Said",
    headers: [...copied, ...more],
    body: emptyBody,
  };
}

const offer =
  "v=0\r\no=- 1 1 IN IP4 127.0.0.1\r\ns=-\r\nc=IN IP4 127.0.0.1\r\nt=0 0\r\nm=audio 6000 RTP/AVP 0\r\n";

/**
 * A registrar that asks for `alice` with this password by digest, then grants so many seconds. It
 * checks the answer with MD5 or SHA-256, whichever it was given.
 */
export function registrar(password: string, grantedSecs: number): Carrier["answer"] {
  return (request) => {
    if (request.method !== "REGISTER") return { status: 200 };
    const authorization = headerValue(request, "Authorization");
    if (authorization === null) {
      const challenge = `Digest realm="${realm}", nonce="${nonce}", qop="auth", algorithm=SHA-256`;
      return { status: 401, headers: { "WWW-Authenticate": challenge } };
    }
    if (!isRight(authorization, password)) return { status: 403 };
    const contact = headerValue(request, "Contact") ?? "";
    const granted = contact.replace(/;expires=\d+/, `;expires=${String(grantedSecs)}`);
    return { status: 200, headers: { Contact: granted } };
  };
}

function isRight(authorization: string, password: string): boolean {
  const param = (name: string): string =>
    new RegExp(`${name}="?([^",]*)"?`).exec(authorization)?.[1] ?? "";
  const hash = (text: string): string => createHash("sha256").update(text).digest("hex");
  const secret = hash(`alice:${realm}:${password}`);
  const request = hash(`REGISTER:${param("[^n]uri")}`);
  const counted = `${nonce}:${param("nc")}:${param("cnonce")}:auth`;
  return param("response") === hash(`${secret}:${counted}:${request}`);
}

function md5(text: string): string {
  return createHash("md5").update(text).digest("hex");
}
