import { once } from "node:events";
import { createServer, type Server } from "node:http";
import { type AddressInfo, createServer as createTcpServer, type Socket } from "node:net";
import { Secret, silentLog } from "@agentcall/base";
import { afterEach, describe, expect, test } from "vitest";
import { type WebSocket, WebSocketServer } from "ws";
import { classifyRefusal, type RefusalEvidence } from "./classify-refusal.ts";
import type { ServerEvent } from "./server-event.ts";
import { wire } from "./testing/wire-samples.ts";
import { WsTransport } from "./ws-transport.ts";

type End =
  | {
      readonly kind: "refused";
      readonly httpStatus: number;
      readonly body: string;
      readonly retryAfterSecs: number | null;
    }
  | { readonly kind: "closed"; readonly code: number; readonly reason: string }
  | { readonly kind: "failed"; readonly error: Error };

const closers: (() => Promise<void>)[] = [];

afterEach(async () => {
  for (const close of closers.splice(0)) await close();
});

/** A provider on loopback, and every socket it was asked for. */
async function listen(server: Server): Promise<string> {
  const sockets: Socket[] = [];
  server.on("connection", (socket) => sockets.push(socket));
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  closers.push(async () => {
    for (const socket of sockets) socket.destroy();
    server.close();
    await once(server, "close");
  });
  return `ws://127.0.0.1:${String((server.address() as AddressInfo).port)}/v1/realtime?model=m`;
}

async function provider(
  onSocket: (socket: WebSocket, headers: NodeJS.Dict<string | string[]>) => void,
): Promise<string> {
  const server = createServer();
  const sockets = new WebSocketServer({ server, perMessageDeflate: true });
  sockets.on("connection", (socket, request) => {
    onSocket(socket, request.headers);
  });
  closers.push(() => {
    for (const socket of sockets.clients) socket.terminate();
    return Promise.resolve();
  });
  return await listen(server);
}

class Client {
  readonly events: ServerEvent[] = [];
  readonly audio: Buffer[] = [];
  readonly ends: End[] = [];
  readonly transport: WsTransport;
  readonly opened: Promise<void>;
  readonly ended: Promise<End>;
  #heard: (() => void) | null = null;

  constructor(url: string, more: { key?: string; handshakeTimeoutMs?: number } = {}) {
    const opened = Promise.withResolvers<undefined>();
    const ended = Promise.withResolvers<End>();
    const end = (what: End): void => {
      this.ends.push(what);
      ended.resolve(what);
    };
    this.opened = opened.promise;
    this.ended = ended.promise;
    this.transport = new WsTransport(
      {
        url,
        apiKey: new Secret(more.key ?? "sk-proj-practice-good-evaluation"),
        headers: { "OpenAI-Safety-Identifier": "caller" },
        handshakeTimeoutMs: more.handshakeTimeoutMs ?? 5_000,
        log: silentLog,
      },
      {
        onOpen: () => {
          opened.resolve(undefined);
        },
        onEvent: (event) => {
          this.events.push(event);
          this.#heard?.();
        },
        onAudio: (delta) => {
          const audio = Buffer.alloc(delta.bytes);
          delta.writeInto(audio, 0);
          this.audio.push(audio);
          this.#heard?.();
        },
        onRefused: ({ httpStatus, body, retryAfterSecs }) => {
          end({ kind: "refused", httpStatus, body, retryAfterSecs });
        },
        onClosed: (close) => {
          end({ kind: "closed", ...close });
        },
        onFailed: (error) => {
          end({ kind: "failed", error });
        },
      },
    );
    closers.push(() => {
      this.transport.close();
      return Promise.resolve();
    });
  }

  /** Resolves when so many frames have been read. */
  async heard(frames: number): Promise<void> {
    const heard = Promise.withResolvers<undefined>();
    const look = (): void => {
      if (this.events.length + this.audio.length >= frames) heard.resolve(undefined);
    };
    this.#heard = look;
    look();
    await heard.promise;
  }
}

function reasonOf(end: End): string {
  const evidence: RefusalEvidence =
    end.kind === "refused"
      ? { ...end, kind: "upgrade" }
      : end.kind === "closed"
        ? { ...end, kind: "close", lastFault: null, wasReady: false }
        : { kind: "broken", error: end.error, wasReady: false };
  return classifyRefusal(evidence).reason;
}

describe("WsTransport, open", () => {
  test("opens with the key in its header, sends events and audio as text, and offers no compression", async () => {
    const requests: NodeJS.Dict<string | string[]>[] = [];
    const frames = Promise.withResolvers<{ text: string; isBinary: boolean }[]>();
    const url = await provider((socket, headers) => {
      requests.push(headers);
      const got: { text: string; isBinary: boolean }[] = [];
      socket.on("message", (data: Buffer, isBinary) => {
        got.push({ text: data.toString("utf8"), isBinary });
        if (got.length === 3) frames.resolve(got);
      });
    });
    const client = new Client(url);

    client.transport.open();
    await client.opened;
    client.transport.send({ type: "input_audio_buffer.clear" });
    client.transport.sendAudio(Uint8Array.of(9, 1, 2, 3), 1, 3);
    client.transport.sendAudio(Uint8Array.of(4, 5, 6), 0, 3); // before the first has left

    const append = '{"type":"input_audio_buffer.append","audio":';
    expect(await frames.promise).toEqual([
      { text: '{"type":"input_audio_buffer.clear"}', isBinary: false },
      { text: `${append}"AQID"}`, isBinary: false },
      { text: `${append}"BAUG"}`, isBinary: false },
    ]);
    expect(requests[0]).toMatchObject({
      authorization: "Bearer sk-proj-practice-good-evaluation",
      "openai-safety-identifier": "caller",
    });
    expect(requests[0]?.["sec-websocket-extensions"]).toBeUndefined();
    expect(requests[0]?.["openai-beta"]).toBeUndefined();
  });

  test("hears events, audio, and frames that are not the protocol", async () => {
    const url = await provider((socket) => {
      socket.send(JSON.stringify(wire.updated()));
      socket.send(JSON.stringify(wire.audio("resp_1", "item_1", Uint8Array.of(1, 2, 3))));
      socket.send("not json");
      socket.send(Buffer.of(1, 2, 3), { binary: true });
    });
    const client = new Client(url);

    client.transport.open();
    await client.heard(4);

    expect(client.audio).toEqual([Buffer.of(1, 2, 3)]);
    expect(client.events).toEqual([
      { type: "session.updated" },
      { type: "malformed", detail: "not an object" },
      { type: "malformed", detail: "a binary frame" },
    ]);
  });

  test("closes with a code, once, and sends nothing after", async () => {
    const closes: number[] = [];
    const messages: unknown[] = [];
    const url = await provider((socket) => {
      socket.on("message", (data) => messages.push(data));
      socket.on("close", (code) => closes.push(code));
    });
    const client = new Client(url);
    client.transport.open();
    await client.opened;

    client.transport.close(1000);
    client.transport.close(1011);
    client.transport.send({ type: "input_audio_buffer.clear" });
    client.transport.sendAudio(Uint8Array.of(1), 0, 1);
    const end = await client.ended;

    expect(end).toEqual({ kind: "closed", code: 1000, reason: "" });
    expect(closes).toEqual([1000]);
    expect(messages).toEqual([]);
    expect(client.ends).toHaveLength(1);
  });

  test("a provider that does not answer the closing handshake is left after a second", async () => {
    const url = await provider((socket) => {
      socket.pause(); // its side of the closing handshake never comes
    });
    const client = new Client(url);
    client.transport.open();
    await client.opened;

    client.transport.close();

    expect(await client.ended).toMatchObject({ kind: "closed", code: 1006 });
  });
});

describe("WsTransport, refused", () => {
  test.each([
    [401, '{"error":{"code":"invalid_api_key"}}', null, "invalid_api_key"],
    [403, "<html>no</html>", null, "permission_denied"],
    [404, '{"error":{"code":"model_not_found"}}', null, "model_not_found"],
    [429, '{"error":{"code":"rate_limit_exceeded"}}', "7", "rate_limited"],
    [503, "", "soon", "provider_error"],
  ] as const)(
    "tells an upgrade refused with %i, its body %s and Retry-After %s: %s",
    async (httpStatus, body, retryAfter, reason) => {
      const server = createServer();
      server.on("upgrade", (_, socket) => {
        const header = retryAfter === null ? "" : `Retry-After: ${retryAfter}\r\n`;
        socket.end(
          `HTTP/1.1 ${String(httpStatus)} No\r\nContent-Length: ${String(body.length)}\r\n${header}\r\n${body}`,
        );
      });
      const client = new Client(await listen(server));

      client.transport.open();
      const end = await client.ended;

      const retryAfterSecs = retryAfter === "7" ? 7 : null;
      expect(end).toEqual({ kind: "refused", httpStatus, body, retryAfterSecs });
      expect(reasonOf(end)).toBe(reason);
      expect(client.ends).toHaveLength(1);
    },
  );

  test("reads no more than the beginning of a body that does not end", async () => {
    const server = createServer();
    server.on("upgrade", (_, socket) => {
      socket.on("error", () => undefined); // the client hangs up in the middle
      socket.write("HTTP/1.1 500 No\r\nTransfer-Encoding: chunked\r\n\r\n");
      const more = (): void => {
        while (!socket.destroyed && socket.write(`1000\r\n${"x".repeat(4096)}\r\n`));
      };
      socket.on("drain", more);
      more();
    });
    const client = new Client(await listen(server));

    client.transport.open();

    expect(await client.ended).toMatchObject({ kind: "refused", body: "x".repeat(16_384) });
  });

  test("tells a refusal whose body stalls, when the time for the handshake is over", async () => {
    const server = createServer();
    server.on("upgrade", (_, socket) => {
      socket.on("error", () => undefined);
      socket.write("HTTP/1.1 401 No\r\nContent-Length: 100\r\n\r\nhalf");
    });
    const client = new Client(await listen(server), { handshakeTimeoutMs: 100 });

    client.transport.open();

    expect(await client.ended).toMatchObject({ kind: "refused", httpStatus: 401, body: "half" });
  });

  test.each([
    [3000, "invalid_request_error.invalid_api_key", "invalid_api_key"],
    [4004, "invalid_request_error.model_not_found", "model_not_found"],
    [1001, "Your session hit the maximum duration of 60 minutes.", "session_expired"],
    [1011, "", "provider_error"],
  ] as const)("tells the close %i %s: %s", async (code, reason, expected) => {
    const url = await provider((socket) => {
      socket.close(code, reason);
    });
    const client = new Client(url);

    client.transport.open();
    const end = await client.ended;

    expect(end).toEqual({ kind: "closed", code, reason });
    expect(reasonOf(end)).toBe(expected);
  });
});

describe("WsTransport, broken", () => {
  test("a frame beyond the limit ends it", async () => {
    const url = await provider((socket) => {
      socket.send("x".repeat(4 * 1024 * 1024 + 1));
    });
    const client = new Client(url);

    client.transport.open();

    expect(reasonOf(await client.ended)).toBe("provider_error");
    expect(client.events).toEqual([]);
  });

  test("bytes that are not WebSocket end it", async () => {
    const url = await provider((socket) => {
      // RFC 6455 §5.2: no such opcode, and reserved bits set.
      (socket as unknown as { _socket: { write(bytes: Buffer): void } })._socket.write(
        Buffer.of(0xff, 0xff, 0x00),
      );
    });
    const client = new Client(url);

    client.transport.open();

    expect(reasonOf(await client.ended)).toBe("provider_error");
  });

  test("nobody at the address is an unreachable provider", async () => {
    const free = createTcpServer().listen(0, "127.0.0.1");
    await once(free, "listening");
    const { port } = free.address() as AddressInfo;
    free.close();
    await once(free, "close");
    const client = new Client(`ws://127.0.0.1:${String(port)}/`);

    client.transport.open();

    expect(reasonOf(await client.ended)).toBe("provider_unreachable");
  });

  test("a provider that does not answer the upgrade in time is a time-out", async () => {
    const server = createServer();
    server.on("upgrade", (_, socket) => {
      socket.on("error", () => undefined); // kept, and never answered
    });
    const client = new Client(await listen(server), { handshakeTimeoutMs: 50 });

    client.transport.open();

    expect(reasonOf(await client.ended)).toBe("timeout");
  });

  test.each([["sk-bad\r\nX-Evil: 1"], [""], ["sk-ключ-key"]])(
    "the key %j is never sent",
    async (key) => {
      const client = new Client("ws://127.0.0.1:9/", { key });

      client.transport.open();
      const end = await client.ended;

      expect(reasonOf(end)).toBe("malformed_key");
      expect(JSON.stringify(end)).not.toContain("Evil");
    },
  );

  test("an address that is none is told, not thrown", async () => {
    const client = new Client("not an address");

    client.transport.open();

    expect(await client.ended).toMatchObject({ kind: "failed" });
  });

  test("can be closed before it is opened, and while it opens", async () => {
    const url = await provider(() => undefined);
    const never = new Client(url);
    never.transport.close();
    never.transport.open();
    const early = new Client(url);
    early.transport.open();

    early.transport.close();

    expect(await early.ended).toMatchObject({ kind: "closed" });
    expect(never.ends).toEqual([]);
    expect(never.transport.bufferedBytes).toBe(0);
  });
});
