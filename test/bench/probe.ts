import { performance } from "node:perf_hooks";
import { systemClock } from "@agentcall/base";
import type { ProbeSample } from "./messages.ts";

// Loaded before the measured program (`node --import`), so that the product needs no code for
// being measured: it answers over IPC what the process has used so far.

const clock = systemClock();

process.on("message", (message: unknown) => {
  if (typeof message !== "object" || message === null || !("probe" in message)) return;
  const cpu = process.cpuUsage();
  const loopUtilization = performance.eventLoopUtilization();
  // After the figures: a collection is not the measured program's own work.
  if (message.probe === "after-gc") globalThis.gc?.();
  const memory = process.memoryUsage();
  const sample: ProbeSample = {
    cpuUs: cpu.user + cpu.system,
    atMs: clock.monotonicMs(),
    rssBytes: memory.rss,
    heapUsedBytes: memory.heapUsed,
    externalBytes: memory.external,
    loopUtilization: loopUtilization.utilization,
  };
  process.send?.({ probed: sample });
});
