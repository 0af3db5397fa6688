import type { AddressInfo } from "node:net";
import {
  defaultRateCard,
  type CallPlan,
  type CallRecord,
  type ControlFrame,
  controlLinkVersion,
  type GatewayFrame,
  type NumberId,
  trunkCreationSchema,
  trunkIdSchema,
  type TrunkPlan,
} from "@agentcall/contract";
import { type WebSocket, WebSocketServer } from "ws";
import { keyOfCall, type LoadMeter } from "./call-load.ts";
import { callOfSipCallId } from "./drachtio-stub.ts";
import type { RecordFigures } from "./messages.ts";

const hourMs = 3_600_000;
const benchDataKey = Buffer.alloc(32, 1).toString("base64");
const answerDeadlineMs = 10_000;

const thisMachine: TrunkPlan = {
  ...trunkCreationSchema.parse({ name: "This machine", keepAlive: null }),
  trunkId: trunkIdSchema.parse("trunk_1"),
  credentials: null,
  inbound: { addresses: ["127.0.0.0/8"], fromServers: false, digest: null },
};

/** The control plane's end of the link: it lets every call through, and acknowledges everything. */
export class ControlStub {
  readonly #server = new WebSocketServer({ host: "127.0.0.1", port: 0 });
  readonly #realtimeUrl: string;
  readonly #isRecorded: boolean;
  readonly #endCauses: Record<string, number> = {};
  #packetsLost = 0;
  #underruns = 0;
  #pacingErrorMsMax = 0;

  constructor(realtimeUrl: string, meter: LoadMeter, isRecorded: boolean) {
    this.#realtimeUrl = realtimeUrl;
    this.#isRecorded = isRecorded;
    this.#server.on("connection", (peer) => {
      peer.on("message", (data: Buffer) => {
        if (meter.isOpen) meter.controlFrames.add(data.length);
        this.#onFrame(peer, JSON.parse(data.toString("utf8")) as GatewayFrame);
      });
    });
  }

  /** What the records of the calls that ended say. */
  get records(): RecordFigures {
    return {
      endCauses: this.#endCauses,
      packetsLost: this.#packetsLost,
      underruns: this.#underruns,
      pacingErrorMsMax: this.#pacingErrorMsMax,
    };
  }

  listen(): Promise<string> {
    return new Promise((resolve) => {
      const tell = (): void => {
        const { port } = this.#server.address() as AddressInfo;
        resolve(`ws://127.0.0.1:${String(port)}`);
      };
      if (this.#server.address() === null) this.#server.once("listening", tell);
      else tell();
    });
  }

  close(): void {
    for (const peer of this.#server.clients) peer.terminate();
    this.#server.close();
  }

  #onFrame(peer: WebSocket, frame: GatewayFrame): void {
    switch (frame.kind) {
      case "hello":
        say(peer, { kind: "welcome", version: controlLinkVersion });
        say(peer, { kind: "trunks", trunks: [thisMachine], leads: false, nonceKey: "" });
        return;
      case "call.offer": {
        const plan = this.#planFor(callOfSipCallId(frame.sipCallId));
        say(peer, { kind: "call.plan", callId: frame.callId, outcome: { kind: "accept", plan } });
        return;
      }
      case "events":
        for (const event of frame.events) {
          if (event.kind === "call.ended") this.#keep(event.record);
        }
        say(peer, { kind: "events.ack", eventIds: frame.events.map((event) => event.eventId) });
        return;
      case "recording.offer": {
        const { callId } = frame.offer;
        say(peer, { kind: "recording.progress", callId, progress: { kind: "done" } });
        return;
      }
      case "recording.piece":
      case "live":
      case "draining":
      case "call.key":
      case "trunk.tested":
      case "tool.call":
        return;
    }
  }

  #keep(record: CallRecord): void {
    const { endCause, mediaStats } = record;
    this.#endCauses[endCause] = (this.#endCauses[endCause] ?? 0) + 1;
    if (mediaStats === null) return;
    this.#packetsLost += mediaStats.packetsLost;
    this.#underruns += mediaStats.underruns;
    this.#pacingErrorMsMax = Math.max(this.#pacingErrorMsMax, mediaStats.pacingErrorMsMax);
  }

  #planFor(call: number): CallPlan {
    return {
      numberId: "num_bench" as NumberId,
      voiceMode: "managed",
      usageTerms: {
        epoch: 1,
        voiceMode: "managed",
        rateCard: defaultRateCard,
        keyFingerprint: null,
        trunkId: null,
        recorded: this.#isRecorded,
      },
      agent: {
        instructions: "Answer briefly.",
        voice: "marin",
        language: "en",
        firstMessage: "Hello.",
        model: "bench",
      },
      provider: { realtimeUrl: this.#realtimeUrl, apiKey: keyOfCall(call) },
      answerDeadlineMs,
      maxDurationMs: hourMs,
      liveTranscript: true,
      forward: null,
      ladder: { managedKey: null, forwardTo: null, announcement: null, rejectWith: 503 },
      tools: [],
      recording: this.#isRecorded ? { dataKey: benchDataKey, pauseMs: 5_000 } : null,
      outbound: null,
    };
  }
}

function say(peer: WebSocket, frame: ControlFrame): void {
  peer.send(JSON.stringify(frame));
}
