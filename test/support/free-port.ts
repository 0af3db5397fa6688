import { createSocket } from "node:dgram";
import { once } from "node:events";
import { createServer } from "node:net";

/** Ports that this process gave to programs of others: several are started at one moment. */
const handedOut = new Set<number>();

/** A port of loopback that is free over TCP and over UDP. */
export async function freePort(): Promise<number> {
  const server = createServer().listen(0, "127.0.0.1");
  await once(server, "listening");
  const address = server.address();
  const port = typeof address === "object" && address !== null ? address.port : 0;
  const socket = createSocket("udp4");
  try {
    socket.bind({ address: "127.0.0.1", port, exclusive: true });
    await once(socket, "listening");
    if (handedOut.has(port)) return await freePort();
    handedOut.add(port);
    return port;
  } catch {
    return await freePort(); // taken over UDP: the next one
  } finally {
    socket.close();
    server.close();
    await once(server, "close");
  }
}
