import { createSocket, type Socket } from "node:dgram";

const receiveBufferBytes = 131_072; // as much as the gateway asks for: it is part of a call's memory

/** The sockets that a call of the gateway has: two on the RTP port, and the one for RTCP. */
export type BareSockets = {
  /** Connected to the phone: what carries the audio. */
  readonly rtp: Socket;
  readonly rtcp: Socket;
  readonly rtpPort: number;
};

/** Opens the sockets of a call, as the gateway does, and calls `opened` when they are connected. */
export function openSockets(phonePort: number, opened: (sockets: BareSockets) => void): void {
  const forStrangers = aSocket("shared port");
  const rtp = aSocket("shared port");
  const rtcp = aSocket("own port");
  rtcp.bind({ address: "127.0.0.1", exclusive: true }, () => {
    forStrangers.bind({ address: "127.0.0.1", exclusive: true }, () => {
      const { port } = forStrangers.address();
      rtp.bind({ address: "127.0.0.1", port, exclusive: true }, () => {
        rtp.connect(phonePort, "127.0.0.1", () => {
          opened({ rtp, rtcp, rtpPort: port });
        });
      });
    });
  });
}

function aSocket(kind: "own port" | "shared port"): Socket {
  const socket = createSocket({
    type: "udp4",
    reusePort: kind === "shared port",
    recvBufferSize: receiveBufferBytes,
    lookup: (address, _options, callback) => {
      callback(null, address, 4);
    },
  });
  socket.on("error", () => undefined); // ICMP after a hang-up
  return socket;
}
