import type { GatewayFrame } from "@agentcall/contract";
import { WebSocket } from "ws";

/** The bare loop's control link: what the gateway says on it, as text that is made once. */
export class BareControl {
  readonly #peer: WebSocket;

  constructor(url: string) {
    this.#peer = new WebSocket(url, { perMessageDeflate: false });
    this.#peer.on("open", () => {
      this.#peer.send(hello);
    });
    this.#peer.on("message", () => undefined); // the welcome, and what is acknowledged
  }

  /** A word of an answer has come. */
  word(): void {
    this.#peer.send(live);
  }

  /** An answer was heard, or broken off. */
  turn(): void {
    this.#peer.send(turn);
  }
}

const callId = "call_00000000000000000000000000";
const itemId = "item_100x10";

const hello = frame({
  kind: "hello",
  version: 1,
  gatewayId: "bare",
  bootId: "boot_bare",
  token: "practice-secret",
  liveCallIds: [],
});

const live = frame({
  kind: "live",
  event: {
    kind: "transcript.partial",
    callId,
    itemId,
    speaker: "ai",
    text: "We are open from ni", // as long as the words so far are in the mean
    sequence: 100,
  },
});

const turn = frame({
  kind: "events",
  events: [
    {
      eventId: "evt_00000000000000000000000000",
      callId,
      atMs: 1_764_000_000_000,
      kind: "call.turn",
      turn: {
        itemId,
        previousItemId: null,
        speaker: "ai",
        text: "We are open from nine to five today.",
        startedAtMs: 10_000,
        heardMs: 2_000,
        interrupted: false,
      },
      sequence: 0,
    },
  ],
});

/** Ids here are texts of the right length, and nobody's. */
type Loose<Value> = Value extends string ? string : { [Key in keyof Value]: Loose<Value[Key]> };

function frame(value: Loose<GatewayFrame>): string {
  return JSON.stringify(value);
}
