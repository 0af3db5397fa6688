import type { CallView } from "@agentcall/contract";
import type { CallTimes } from "./phone-call.ts";

const barChars = 40;

/**
 * When things happened, in milliseconds after the INVITE: the phone's own times, and between
 * them what the appliance noted (its clock starts when the INVITE reaches it).
 */
export function waterfall(
  times: CallTimes,
  firstRtpMs: number | null,
  latency: CallView["latency"],
): string {
  const own = (ms: number | null): number | null => (ms === null ? null : ms - times.inviteMs);
  const rows: readonly (readonly [string, number | null])[] = [
    ["INVITE", 0],
    ["180", own(times.ringingMs)],
    ["session open", latency?.sessionOpenMs ?? null],
    ["first delta", latency?.firstDeltaMs ?? null],
    ["200", own(times.answeredMs)],
    ["first RTP heard", own(firstRtpMs)],
    ["BYE", own(times.byeMs)],
  ];
  const longestMs = Math.max(1, ...rows.map(([, ms]) => ms ?? 0));
  const lines = rows.map(([name, ms]) => row(name, ms, longestMs));
  const stops = latency?.bargeInStopMs ?? [];
  const stopsText = stops.length === 0 ? "none" : stops.map((ms) => ms.toFixed(1)).join(", ");
  return [...lines, `  ${"barge-in stop".padEnd(16)} ${stopsText.padStart(9)}`].join("\n");
}

function row(name: string, ms: number | null, longestMs: number): string {
  const bar = ms === null ? "" : "·".repeat(Math.round((barChars * ms) / longestMs)) + "|";
  const text = ms === null ? "–" : `${String(Math.round(ms))} ms`;
  return `  ${name.padEnd(16)} ${text.padStart(9)}  ${bar}`.trimEnd();
}
