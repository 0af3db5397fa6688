import { Samples } from "./samples.ts";

/** What the provider and the phone of one call know together: they live in one process. */
export type CallLoad = {
  readonly call: number;
  /** The last answer that was broken off, or -1: its missing pieces are no loss. */
  brokenOffAnswer: number;
  /** When `speech_started` was sent, until the phone has heard the old answer end. */
  interruptedAtMs: number | null;
  /** Set when the call ended before it was told to. */
  isLost: boolean;
};

/** Everything that is measured of a window. */
export class LoadMeter {
  readonly uplinkDelayMs = new Samples();
  readonly firstAudioMs = new Samples();
  readonly packetIntervalMs = new Samples();
  readonly bargeInMs = new Samples();
  /** How late the load generator gets to its own work. */
  readonly ownDelayMs = new Samples();
  isOpen = false;
  packetsSent = 0;
  packetsHeard = 0;
  lostUplink = 0;
  lostDownlink = 0;
  deltasMissed = 0;
  /** Appends of audio that the provider was sent. */
  readonly appends = new Traffic();
  /** Every other frame that the provider was sent. */
  readonly requests = new Traffic();
  /** Frames on the control link, from the measured process. */
  readonly controlFrames = new Traffic();

  begin(): void {
    for (const samples of this.#all()) samples.clear();
    this.packetsSent = 0;
    this.packetsHeard = 0;
    this.lostUplink = 0;
    this.lostDownlink = 0;
    this.deltasMissed = 0;
    for (const traffic of [this.appends, this.requests, this.controlFrames]) traffic.clear();
    this.isOpen = true;
  }

  #all(): readonly Samples[] {
    return [
      this.uplinkDelayMs,
      this.firstAudioMs,
      this.packetIntervalMs,
      this.bargeInMs,
      this.ownDelayMs,
    ];
  }
}

/** How many messages there were of a kind, and how large they were together. */
class Traffic {
  frames = 0;
  bytes = 0;

  add(bytes: number): void {
    this.frames += 1;
    this.bytes += bytes;
  }

  clear(): void {
    this.frames = 0;
    this.bytes = 0;
  }
}

/** The number of a call in its key: how the provider knows whom it talks to. */
export function keyOfCall(call: number): string {
  return `sk-proj-practice-bench-${String(call).padStart(4, "0")}`;
}

/** The call of an Authorization header, or -1. */
export function callOfKey(authorization: string): number {
  const digits = /bench-(\d{4})$/.exec(authorization)?.[1];
  return digits === undefined ? -1 : Number(digits);
}
