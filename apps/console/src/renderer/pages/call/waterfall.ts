import type { CallLatency } from "@agentcall/contract";

/** One step from the INVITE to the agent's first sound. Milliseconds since the INVITE. */
export type WaterfallStep = {
  readonly label: string;
  readonly fromMs: number;
  readonly toMs: number;
};

const labels = {
  ringingMs: "Caller hears it ring",
  sessionOpenMs: "Model reached",
  sessionReadyMs: "Agent set up",
  firstDeltaMs: "Agent's first sound arrives",
  answeredMs: "Call answered",
  firstRtpOutMs: "Agent heard by the caller",
} as const satisfies Partial<Record<keyof CallLatency, string>>;

/** The steps in the order in which they came to be; each begins where the one before it ended. */
export function waterfallOf(latency: CallLatency): readonly WaterfallStep[] {
  const reached = moments
    .flatMap((name) => {
      const atMs = latency[name];
      return atMs === null ? [] : [{ label: labels[name], atMs }];
    })
    .sort((one, other) => one.atMs - other.atMs);
  return reached.map(({ label, atMs }, index) => ({
    label,
    fromMs: reached[index - 1]?.atMs ?? 0,
    toMs: atMs,
  }));
}

const moments = [
  "ringingMs",
  "sessionOpenMs",
  "sessionReadyMs",
  "firstDeltaMs",
  "answeredMs",
  "firstRtpOutMs",
] as const satisfies readonly (keyof typeof labels)[];
