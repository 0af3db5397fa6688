import { once } from "node:events";
import net, { type AddressInfo, type Socket } from "node:net";

const rejections: Readonly<Record<string, string>> = {
  login: "535 5.7.8 no",
  recipient: "550 5.1.1 nobody of this name",
  message: "554 5.6.0 no",
};

/** A mail server on loopback: as much of RFC 5321 as a client needs, without TLS. */
export class SmtpReceiver {
  /** The messages it has taken, as they came. */
  readonly taken: string[] = [];
  readonly logins: string[] = [];
  /** What it refuses from now on. */
  refuses: "nothing" | "login" | "recipient" | "message" = "nothing";
  readonly #server: net.Server;
  readonly #sockets = new Set<Socket>();

  private constructor() {
    this.#server = net.createServer((socket) => {
      this.#serve(socket);
    });
  }

  static async open(): Promise<SmtpReceiver> {
    const receiver = new SmtpReceiver();
    receiver.#server.listen(0, "127.0.0.1");
    await once(receiver.#server, "listening");
    return receiver;
  }

  get port(): number {
    return (this.#server.address() as AddressInfo).port;
  }

  async close(): Promise<void> {
    for (const socket of this.#sockets) socket.destroy();
    this.#server.close();
    await once(this.#server, "close");
  }

  #serve(socket: Socket): void {
    this.#sockets.add(socket);
    socket.on("close", () => this.#sockets.delete(socket));
    socket.on("error", () => undefined); // the client hung up
    socket.write("220 loopback ESMTP\r\n");
    let received = "";
    let inMessage = false;
    socket.on("data", (chunk: Buffer) => {
      received += chunk.toString();
      for (;;) {
        const end = received.indexOf(inMessage ? "\r\n.\r\n" : "\r\n");
        if (end === -1) return;
        const part = received.slice(0, end);
        received = received.slice(end + (inMessage ? 5 : 2));
        if (inMessage) {
          inMessage = false;
          if (this.refuses !== "message") this.taken.push(part);
          socket.write(
            this.refuses === "message"
              ? `${rejections["message"] ?? ""}\r\n`
              : "250 2.0.0 taken\r\n",
          );
          continue;
        }
        inMessage = part === "DATA";
        socket.write(`${this.#answer(part)}\r\n`);
      }
    });
  }

  #answer(line: string): string {
    const [verb = ""] = line.split(" ");
    switch (verb.toUpperCase()) {
      case "EHLO":
        return "250-loopback\r\n250 AUTH PLAIN";
      case "AUTH":
        this.logins.push(Buffer.from(line.split(" ")[2] ?? "", "base64").toString());
        return this.refuses === "login" ? (rejections["login"] ?? "") : "235 2.7.0 welcome";
      case "RCPT":
        return this.refuses === "recipient" ? (rejections["recipient"] ?? "") : "250 2.1.5 ok";
      case "DATA":
        return "354 go on";
      case "QUIT":
        return "221 bye";
      default:
        return "250 ok";
    }
  }
}
