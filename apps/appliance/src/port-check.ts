import { createSocket } from "node:dgram";
import { once } from "node:events";
import { createServer } from "node:net";

/** A port that one of our programs is going to open, and the setting that moves it. */
export type WantedPort = {
  readonly host: string;
  readonly port: number;
  readonly transports: readonly ("udp" | "tcp")[];
  readonly setting: string;
};

/** One sentence about the first port that cannot be had, or null when all can. */
export async function portProblem(wanted: readonly WantedPort[]): Promise<string | null> {
  for (const { host, port, transports, setting } of wanted) {
    if (port === 0) continue;
    for (const transport of transports) {
      const code = await (transport === "udp" ? tryUdp(host, port) : tryTcp(host, port));
      if (code === null) continue;
      return `Port ${String(port)} (${transport.toUpperCase()}) on ${host} ${reasons[code] ?? `cannot be opened (${code})`}: free it, or set ${setting} to another one.`;
    }
  }
  return null;
}

const reasons: Readonly<Record<string, string>> = {
  EADDRINUSE: "is taken by another program",
  EACCES: "may not be opened by this user",
  EADDRNOTAVAIL: "is not on an address of this machine",
};

async function tryTcp(host: string, port: number): Promise<string | null> {
  const server = createServer();
  try {
    server.listen({ host, port, exclusive: true });
    await once(server, "listening");
    return null;
  } catch (error) {
    return codeOf(error);
  } finally {
    server.close();
  }
}

async function tryUdp(host: string, port: number): Promise<string | null> {
  const socket = createSocket(host.includes(":") ? "udp6" : "udp4");
  try {
    socket.bind({ address: host, port, exclusive: true });
    await once(socket, "listening");
    return null;
  } catch (error) {
    return codeOf(error);
  } finally {
    socket.close();
  }
}

function codeOf(error: unknown): string {
  return error instanceof Error && "code" in error ? String(error.code) : "unknown";
}
