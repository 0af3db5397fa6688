import { createHash, timingSafeEqual } from "node:crypto";
import { once } from "node:events";
import { createServer, type Server, type Socket } from "node:net";
import {
  AppError,
  type Clock,
  type Log,
  type Random,
  type Secret,
  type Timer,
} from "@agentcall/base";
import { Application } from "./application.ts";
import { type ControlMessage, parseControlMessage } from "./control-message.ts";
import { FrameReader } from "./frame-reader.ts";

export type ControlHandlers = {
  onSip(app: Application, message: Extract<ControlMessage, { verb: "sip" }>): void;
  onGone(app: Application): void;
};

export type ControlServerOptions = {
  readonly host: string;
  readonly port: number;
  readonly secret: Secret;
  /** Where SIP is listened for, such as `udp/127.0.0.1:5060,tcp/127.0.0.1:5060`. */
  readonly hostPorts: string;
  readonly clock: Clock;
  readonly random: Random;
  readonly log: Log;
  readonly handlers: ControlHandlers;
};

/** What drachtio-srf compares: it wants v0.8.2 or newer. The engine speaks as this version does. */
const protocolVersion = "v0.9.4";
const applicationsMax = 64; // as many gateways as `npm start` takes
const authenticateMsMax = 5_000; // a stranger that connects and says nothing
const closeMsMax = 2_000; // an answer on loopback is read at once
const routesMax = 32; // methods there are, and as many again

/** The control port, to which applications connect (drachtio's `admin` port). */
export class ControlServer {
  readonly #options: ControlServerOptions;
  readonly #server: Server;
  /** Each with the timer that ends it when it does not say who it is. */
  readonly #applications = new Map<Application, Timer>();
  /** By method: who takes new requests, in turn. */
  readonly #routes = new Map<string, Application[]>();

  private constructor(options: ControlServerOptions) {
    this.#options = options;
    this.#server = createServer({ noDelay: true }, (socket) => {
      this.#accept(socket);
    });
  }

  /** Throws `port-taken`. */
  static async open(options: ControlServerOptions): Promise<ControlServer> {
    const control = new ControlServer(options);
    control.#server.listen(options.port, options.host);
    try {
      await once(control.#server, "listening");
    } catch (error) {
      throw new AppError(
        "port-taken",
        `Port ${String(options.port)} of ${options.host} cannot be had for drachtio's control protocol: end what uses it, or set AGENTCALL_DRACHTIO_LISTEN.`,
        { cause: error },
      );
    }
    return control;
  }

  get port(): number {
    const address = this.#server.address();
    return typeof address === "object" && address !== null ? address.port : 0;
  }

  get applicationCount(): number {
    return this.#applications.size;
  }

  /** The next application that takes new requests of this method, each in its turn. */
  next(method: string): Application | null {
    const apps = this.#routes.get(method) ?? [];
    const at = apps.findIndex(({ isOpen }) => isOpen);
    const [app] = at < 0 ? [] : apps.splice(at, 1);
    if (app === undefined) return null;
    apps.push(app);
    return app;
  }

  /** May be called twice. */
  async close(): Promise<void> {
    for (const [app, timer] of this.#applications) {
      timer.cancel();
      app.destroy();
    }
    if (!this.#server.listening) return;
    const closed = once(this.#server, "close");
    this.#server.close();
    await closed;
  }

  #accept(socket: Socket): void {
    const { clock, random, log, handlers } = this.#options;
    socket.on("error", () => {
      socket.destroy(); // 'close' follows
    });
    if (this.#applications.size >= applicationsMax) {
      log.warn({ applications: this.#applications.size }, "too many applications");
      socket.destroy();
      return;
    }
    const app = new Application(socket, random, () => clock.nowMs(), log);
    const timer = clock.after(authenticateMsMax, () => {
      socket.destroy();
    });
    this.#applications.set(app, timer);
    const reader = new FrameReader();
    socket.on("data", (bytes: Buffer) => {
      for (const payload of reader.push(bytes)) {
        if (payload === "broken") this.#expel(app, null, "malformed frame");
        else this.#receive(app, payload);
      }
    });
    socket.on("close", () => {
      this.#applications.get(app)?.cancel();
      this.#applications.delete(app);
      this.#removeRoutes(app);
      if (app.isAuthenticated) log.warn({}, "application left");
      handlers.onGone(app);
    });
  }

  #receive(app: Application, payload: Buffer): void {
    if (!app.isOpen) return; // expelled by a frame before this one
    const message = parseControlMessage(payload);
    if (message.verb === "fault") {
      // A message that is no SIP, from one that may speak, is its own mistake, and answered.
      if (app.isAuthenticated && message.id !== null && message.reason.startsWith("invalid SIP")) {
        app.refuse(message.id, message.reason);
      } else this.#expel(app, message.id, message.reason);
      return;
    }
    if (message.verb === "authenticate") {
      this.#authenticate(app, message.id, message.secret);
      return;
    }
    if (!app.isAuthenticated) {
      this.#expel(app, message.id, "not authenticated");
      return;
    }
    this.#serve(app, message);
  }

  #serve(app: Application, message: Exclude<ControlMessage, { verb: "authenticate" }>): void {
    switch (message.verb) {
      case "route":
        this.#addRoute(app, message.id, message.method);
        return;
      case "remove_route":
        this.#removeRoute(app, message.method);
        app.answer(message.id, "OK");
        return;
      case "ping":
        app.answer(message.id, "OK|pong");
        return;
      case "sip":
        this.#options.handlers.onSip(app, message);
        return;
    }
  }

  #authenticate(app: Application, messageId: string, secret: string): void {
    const { hostPorts, log } = this.#options;
    if (!isSameText(secret, this.#options.secret.reveal())) {
      this.#expel(app, messageId, "incorrect secret");
      return;
    }
    app.isAuthenticated = true;
    this.#applications.get(app)?.cancel();
    app.answer(messageId, `OK|${hostPorts}|${protocolVersion}|${hostPorts}`);
    log.info({ applications: this.#applications.size }, "application joined");
  }

  #addRoute(app: Application, messageId: string, method: string): void {
    const isFull = this.#routes.size >= routesMax && !this.#routes.has(method);
    if (!/^[A-Z]{1,32}$/.test(method) || isFull) {
      app.answer(messageId, "NO|invalid method");
      return;
    }
    const apps = this.#routes.get(method) ?? [];
    if (!apps.includes(app)) apps.push(app);
    this.#routes.set(method, apps);
    app.answer(messageId, "OK");
  }

  #removeRoute(app: Application, method: string): void {
    const apps = (this.#routes.get(method) ?? []).filter((each) => each !== app);
    if (apps.length === 0) this.#routes.delete(method);
    else this.#routes.set(method, apps);
  }

  #removeRoutes(app: Application): void {
    for (const method of [...this.#routes.keys()]) this.#removeRoute(app, method);
  }

  /** Says why, and closes: by force when the other side does not close too. */
  #expel(app: Application, messageId: string | null, reason: string): void {
    const { clock, log } = this.#options;
    log.warn({ reason }, "application refused");
    if (messageId !== null) app.answer(messageId, `NO|${reason}`);
    this.#removeRoutes(app);
    app.close();
    if (!this.#applications.has(app)) return;
    this.#applications.get(app)?.cancel();
    const timer = clock.after(closeMsMax, () => {
      app.destroy();
    });
    this.#applications.set(app, timer);
  }
}

/** Equal lengths are made by hashing, so that the time tells nothing. */
function isSameText(one: string, other: string): boolean {
  const hash = (text: string): Buffer => createHash("sha256").update(text).digest();
  return timingSafeEqual(hash(one), hash(other));
}
