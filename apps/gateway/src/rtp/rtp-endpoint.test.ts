import { randomInt } from "node:crypto";
import { createSocket, type Socket } from "node:dgram";
import { once } from "node:events";
import { silentLog } from "@agentcall/base";
import { afterEach, describe, expect, test } from "vitest";
import { PortRange } from "./port-range.ts";
import { type RtpEndpoint, RtpEndpoints } from "./rtp-endpoint.ts";

const closers: (() => void)[] = [];

afterEach(() => {
  for (const close of closers.splice(0)) close();
});

const nothing = { onRtp: () => undefined, onRtcp: () => undefined };

async function aPeer(): Promise<Socket> {
  const peer = createSocket("udp4");
  peer.bind(0, "127.0.0.1");
  await once(peer, "listening");
  closers.push(() => peer.close());
  return peer;
}

/** An even port that is free together with the one above it, and the pairs after it, at this moment. */
async function freePair(): Promise<number> {
  for (;;) {
    const port = 2 * randomInt(5_000, 16_000); // below the ports that the system gives to others
    if (await areFree([port, port + 1, port + 2, port + 3])) return port;
  }
}

async function areFree(ports: readonly number[]): Promise<boolean> {
  const sockets = ports.map(() => createSocket("udp4"));
  try {
    await Promise.all(
      sockets.map((socket, index) => {
        socket.bind(ports[index], "127.0.0.1");
        return once(socket, "listening");
      }),
    );
    return true;
  } catch {
    return false;
  } finally {
    for (const socket of sockets) socket.close();
  }
}

describe("RtpEndpoints", () => {
  test("carries RTP on the even port and RTCP on the odd one, both ways", async () => {
    const port = await freePair();
    const endpoints = new RtpEndpoints("127.0.0.1", new PortRange(port, port + 8), silentLog);
    const heard: string[] = [];
    const peer = createSocket("udp4");
    peer.bind(0, "127.0.0.1");
    await once(peer, "listening");
    closers.push(() => peer.close());
    const arrived = Promise.withResolvers<undefined>();
    const endpoint = await endpoints.open({
      onRtp: (packet, address, from) =>
        heard.push(`rtp ${String(packet[0])} ${address} ${String(from === peer.address().port)}`),
      onRtcp: (packet) => {
        heard.push(`rtcp ${String(packet[0])}`);
        arrived.resolve(undefined);
      },
    });
    closers.push(() => {
      endpoint.close();
    });

    peer.send(Uint8Array.of(1), endpoint.port, "127.0.0.1");
    peer.send(Uint8Array.of(2), endpoint.port + 1, "127.0.0.1");
    await arrived.promise;
    const sent = Uint8Array.of(7);
    endpoint.sendRtp(sent, "127.0.0.1", peer.address().port);
    sent[0] = 8; // the buffer is ours again as soon as sendRtp has returned
    const [received] = (await once(peer, "message")) as [Buffer];

    expect(heard).toEqual(["rtp 1 127.0.0.1 true", "rtcp 2"]);
    expect(received[0]).toBe(7);
    expect([endpoints.socketCount, endpoints.portCount]).toEqual([2, 1]);
  });

  test("passes over a port that someone else has, and gives everything back", async () => {
    const port = await freePair();
    const other = createSocket("udp4");
    other.bind(port, "127.0.0.1");
    await once(other, "listening");
    closers.push(() => other.close());
    const endpoints = new RtpEndpoints("127.0.0.1", new PortRange(port, port + 5), silentLog);

    const endpoint: RtpEndpoint = await endpoints.open(nothing);
    const taken = endpoint.port;
    endpoint.close();
    endpoint.close();

    expect(taken).toBeGreaterThan(port);
    expect([endpoints.socketCount, endpoints.portCount]).toEqual([0, 0]);
  });

  test("settled on a peer, sends to it and still hears strangers, each told apart", async () => {
    const port = await freePair();
    const endpoints = new RtpEndpoints("127.0.0.1", new PortRange(port, port + 8), silentLog);
    const [peer, stranger] = [await aPeer(), await aPeer()];
    const heard: [number | undefined, number][] = [];
    const endpoint = await endpoints.open({
      onRtp: (packet, _, from) => heard.push([packet[0], from]),
      onRtcp: () => undefined,
    });
    closers.push(() => {
      endpoint.close();
    });

    endpoint.settle("127.0.0.1", peer.address().port);
    endpoint.settle("127.0.0.1", peer.address().port);
    for (let round = 1; round <= 3; round += 1) {
      const received = once(peer, "message") as Promise<[Buffer, { port: number }]>;
      endpoint.sendRtp(Uint8Array.of(round), "127.0.0.1", peer.address().port);
      const [packet, from] = await received;
      expect([packet[0], from.port]).toEqual([round, endpoint.port]);
      peer.send(Uint8Array.of(10 + round), endpoint.port, "127.0.0.1");
      stranger.send(Uint8Array.of(20 + round), endpoint.port, "127.0.0.1");
      while (heard.length < 2 * round) await new Promise((resolve) => setImmediate(resolve));
    }
    const elsewhere = once(stranger, "message") as Promise<[Buffer]>;
    endpoint.sendRtp(Uint8Array.of(9), "127.0.0.1", stranger.address().port);

    expect((await elsewhere)[0][0]).toBe(9);
    expect(endpoints.socketCount).toBe(3);
    for (const [byte = 0, from] of heard) {
      expect(from).toBe((byte < 20 ? peer : stranger).address().port);
    }
    endpoint.settle("127.0.0.1", stranger.address().port);
    expect(endpoints.socketCount).toBe(3);
    endpoint.close();
    expect(endpoints.socketCount).toBe(0);
  });

  test("two gateways never share a pair of ports", async () => {
    const port = await freePair();
    const one = new RtpEndpoints("127.0.0.1", new PortRange(port, port + 1), silentLog);
    const other = new RtpEndpoints("127.0.0.1", new PortRange(port, port + 1), silentLog);
    const taken = await one.open(nothing);
    closers.push(() => {
      taken.close();
    });

    await expect(other.open(nothing)).rejects.toThrow("no free port");
  });

  test("says so when there is no port left", async () => {
    const port = await freePair();
    const endpoints = new RtpEndpoints("127.0.0.1", new PortRange(port, port + 1), silentLog);
    const only = await endpoints.open(nothing);
    closers.push(() => {
      only.close();
    });

    await expect(endpoints.open(nothing)).rejects.toThrow("no free port");
  });
});
