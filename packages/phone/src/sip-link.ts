import { createSocket, type Socket as UdpSocket } from "node:dgram";
import { once } from "node:events";
import { connect, type Socket as TcpSocket } from "node:net";
import { connect as connectTls } from "node:tls";
import { AppError, unreachable } from "@agentcall/base";
import {
  parseSipMessage,
  type SipMessage,
  SipStreamReader,
  writeSipMessage,
} from "@agentcall/sip-engine";

export type SipTransport = "udp" | "tcp" | "tls";
export type SipAddress = { readonly host: string; readonly port: number };

/** The phone's way to its SIP server. */
export type SipLink = {
  readonly transport: SipTransport;
  /** Where the server reaches the phone. */
  readonly local: SipAddress;
  send(message: SipMessage): void;
  /** May be called twice. */
  close(): Promise<void>;
};

/**
 * Opens a socket to the server. Rejects with `sip-unreachable` when a connection is refused, or the
 * server's certificate comes from no authority in `trusted` (PEM; Node's own where it is left out).
 * UDP tells nothing until the first answer stays away.
 */
export async function openSipLink(
  transport: SipTransport,
  server: SipAddress,
  onMessage: (message: SipMessage) => void,
  trusted?: string,
): Promise<SipLink> {
  switch (transport) {
    case "udp":
      return openUdp(server, onMessage);
    case "tcp":
      return openStream("tcp", connect(server.port, server.host), onMessage);
    case "tls": {
      const ca = trusted === undefined ? {} : { ca: trusted };
      return openStream("tls", connectTls({ ...server, ...ca }), onMessage);
    }
    default:
      return unreachable(transport);
  }
}

async function openUdp(
  server: SipAddress,
  onMessage: (message: SipMessage) => void,
): Promise<SipLink> {
  const socket = createSocket("udp4");
  socket.on("message", (bytes) => {
    const message = parseSipMessage(bytes);
    if (message.kind !== "refusal") onMessage(message);
  });
  // Nobody listens there: the transaction's own time-out tells it.
  socket.on("error", () => undefined);
  socket.bind(0, "127.0.0.1");
  await once(socket, "listening");
  const { address, port } = socket.address();
  return {
    transport: "udp",
    local: { host: address, port },
    send: (message) => {
      socket.send(writeSipMessage(message), server.port, server.host);
    },
    close: closingOnce(() => closeUdp(socket)),
  };
}

async function openStream(
  transport: "tcp" | "tls",
  socket: TcpSocket,
  onMessage: (message: SipMessage) => void,
): Promise<SipLink> {
  try {
    await once(socket, transport === "tls" ? "secureConnect" : "connect");
  } catch (error) {
    throw new AppError("sip-unreachable", "the SIP server takes no connection", { cause: error });
  }
  const reader = new SipStreamReader();
  socket.on("data", (bytes: Buffer) => {
    for (const item of reader.push(bytes)) {
      if (item.kind === "request" || item.kind === "response") onMessage(item);
    }
  });
  socket.on("error", () => undefined); // 'close' follows
  return {
    transport,
    local: { host: socket.localAddress ?? "127.0.0.1", port: socket.localPort ?? 0 },
    send: (message) => {
      if (socket.writable) socket.write(writeSipMessage(message));
    },
    close: closingOnce(() => closeTcp(socket)),
  };
}

function closingOnce(close: () => Promise<void>): () => Promise<void> {
  let closing: Promise<void> | null = null;
  return () => (closing ??= close());
}

async function closeUdp(socket: UdpSocket): Promise<void> {
  const closed = once(socket, "close");
  socket.close();
  await closed;
}

async function closeTcp(socket: TcpSocket): Promise<void> {
  if (socket.closed) return;
  const closed = once(socket, "close");
  socket.end();
  socket.destroySoon();
  await closed;
}
