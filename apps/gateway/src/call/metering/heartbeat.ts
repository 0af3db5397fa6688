import { type Clock, every, type Timer } from "@agentcall/base";
import type { CallUsage } from "@agentcall/contract";
import type { CallMeter } from "./call-meter.ts";

const heartbeatMs = 10_000; // a crash under-bills by at most this
const stretchMs = 300_000; // what a lost disk would cost; a day's call is 288 rows

type HeartbeatOptions = {
  readonly clock: Clock;
  readonly meter: CallMeter;
  /** A stretch is told for good. */
  readonly tellUsage: (usage: CallUsage) => void;
  /** Keeps what is to be told should this process die. */
  readonly keepDraft: () => void;
};

/** The pulse of an answered call: keeps its draft at once and every ten seconds, and tells stretches. */
export function startHeartbeat({ clock, meter, tellUsage, keepDraft }: HeartbeatOptions): Timer {
  let nextStretchMs = stretchMs;
  keepDraft();
  return every(clock, heartbeatMs, () => {
    if (meter.talkMs >= nextStretchMs) {
      nextStretchMs += stretchMs;
      const usage = meter.takeStretch();
      if (usage !== null) tellUsage(usage);
    }
    keepDraft();
  });
}
