import type { Clock, Log, Timer } from "@agentcall/base";
import { type ControlFrame, type GatewayFrame, gatewayFrameSchema } from "@agentcall/contract";
import type { WebSocket } from "ws";
import type { Teller } from "../calls/call-store.ts";
import type { TrunkGateway } from "../trunks/trunk-desk.ts";

const helloMsMax = 5_000; // a stranger that connects and says nothing
const protocolErrorCode = 1008; // RFC 6455 section 7.4.1: policy violation
const supersededCode = 4000;

/** One gateway's socket: frames in and out, and who it is once it has said so. */
export class GatewayConnection {
  readonly #socket: WebSocket;
  readonly #helloTimer: Timer;
  isTokenRight: (given: string) => boolean = () => false;
  teller: Teller | null = null;
  /** What it keeps unacknowledged, by its own word; null before the first. */
  pendingEvents: number | null = null;
  readonly connectedAtMs: number;
  isDraining = false;
  /** Once it was welcomed. */
  gateway: TrunkGateway | null = null;

  constructor(socket: WebSocket, clock: Clock, onFrame: (frame: GatewayFrame) => void, log: Log) {
    this.#socket = socket;
    this.connectedAtMs = clock.nowMs();
    this.#helloTimer = clock.after(helloMsMax, () => {
      this.refuse("no hello came");
    });
    socket.on("message", (data: Buffer) => {
      const frame = gatewayFrameSchema.safeParse(parseJson(data));
      if (frame.success) onFrame(frame.data);
      else {
        log.warn({ problems: frame.error.issues.length }, "a frame was not of the contract");
        this.refuse("not a frame of this contract");
      }
    });
    socket.on("error", (error) => {
      log.debug({ err: error }, "control link error"); // 'close' follows
    });
  }

  greeted(teller: Teller): void {
    this.#helloTimer.cancel();
    this.teller = teller;
  }

  welcomed({ gatewayId }: Teller): TrunkGateway {
    this.gateway = {
      gatewayId,
      send: (frame) => {
        this.send(frame);
      },
    };
    return this.gateway;
  }

  get isOpen(): boolean {
    return this.#socket.readyState === this.#socket.OPEN;
  }

  send(frame: ControlFrame): void {
    if (this.isOpen) {
      this.#socket.send(Buffer.from(JSON.stringify(frame)), { binary: false });
    }
  }

  refuse(reason: string): void {
    this.#socket.close(protocolErrorCode, reason);
  }

  /** The same gateway came again while this connection still seemed alive. */
  supersede(): void {
    this.#socket.close(supersededCode, "another connection of this gateway took over");
  }

  close(): void {
    this.#helloTimer.cancel();
  }
}

function parseJson(data: Buffer): unknown {
  try {
    return JSON.parse(data.toString("utf8"));
  } catch {
    return null; // refused by the schema
  }
}
