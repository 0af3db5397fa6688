import type { Summary } from "./samples.ts";

/** What the load generator is told. */
export type LoadOrder =
  | { readonly kind: "open-calls"; readonly calls: number; readonly by: "sip" | "order" }
  | { readonly kind: "call-opened"; readonly call: number; readonly rtpPort: number }
  | { readonly kind: "begin-window" }
  | { readonly kind: "end-window" }
  | { readonly kind: "hang-up" };

/** What the load generator tells. */
export type LoadReport =
  | {
      readonly kind: "listening";
      readonly realtimeUrl: string;
      readonly controlUrl: string;
      readonly drachtio: string;
      readonly certificatePem: string;
    }
  | ({ readonly kind: "open-call" } & CallOrder)
  | { readonly kind: "calls-open" }
  | { readonly kind: "window"; readonly figures: LoadFigures }
  | { readonly kind: "hung-up"; readonly records: RecordFigures }
  | { readonly kind: "broken"; readonly what: string };

/** What the bare loop is told for each call; the gateway learns the same from SIP and its plan. */
export type CallOrder = {
  readonly call: number;
  readonly phonePort: number;
  readonly realtimeUrl: string;
  readonly apiKey: string;
};

export type LoadFigures = {
  readonly uplinkDelayMs: Summary;
  readonly firstAudioMs: Summary;
  readonly packetIntervalMs: Summary;
  readonly bargeInMs: Summary;
  /** How late the load generator itself gets to what it does: it is part of all that it measures. */
  readonly ownDelayMs: Summary;
  readonly packetsSent: number;
  readonly packetsHeard: number;
  readonly lostUplink: number;
  readonly lostDownlink: number;
  readonly deltasMissed: number;
  readonly callsLost: number;
  readonly appends: TrafficFigures;
  readonly requests: TrafficFigures;
  readonly controlFrames: TrafficFigures;
  readonly loadCpuShare: number;
};

/** What the measured process sent of one kind of message. */
export type TrafficFigures = { readonly frames: number; readonly bytes: number };

/** What the call records say; empty for the bare loop, which keeps none. */
export type RecordFigures = {
  /** How many records there are of each end cause. */
  readonly endCauses: Readonly<Record<string, number>>;
  readonly packetsLost: number;
  readonly underruns: number;
  /** The latest that a packet left after its planned moment. */
  readonly pacingErrorMsMax: number;
};

/** The subject's own account of itself, by the probe that is loaded before its program. */
export type ProbeSample = {
  readonly cpuUs: number;
  readonly atMs: number;
  readonly rssBytes: number;
  readonly heapUsedBytes: number;
  readonly externalBytes: number;
  readonly loopUtilization: number;
};
