import type { TrafficFigures } from "./messages.ts";
import type { SubjectName } from "./options.ts";
import type { RunResult } from "./run.ts";
import { median } from "./samples.ts";

// What the product promises on loopback. A figure over its limit is marked, and nothing more:
// on a machine that does other work beside it says little.
const limits = {
  uplinkDelayMsMedian: 40, // one piece that is appended
  firstAudioMsP95: 20,
  intervalMsP99AtOneCall: 22,
  intervalMsP99AtFiftyCalls: 25,
  bargeInMs: 20,
  cpuRatio: 1.3,
  mebibytesPerCall: 0.5,
} as const;
const callsOfRatio = 200; // where the cost is promised
const callsOfInterval = 50;

const columns = [
  ["subject", 8],
  ["calls", 6],
  ["µs/call·s", 11],
  ["CPU", 6],
  ["MB/call", 9],
  ["RTP in→append p50", 19],
  ["delta→RTP p95", 15],
  ["RTP gap p99", 13],
  ["barge-in max", 14],
  ["lost up/down/deltas", 20],
  ["load CPU", 9],
] as const;

/** The heading of the table. */
export function heading(): string {
  return line(columns.map(([name]) => name));
}

/** One run as a row. `!` stands behind what is over its limit. */
export function row(result: RunResult): string {
  const { load } = result;
  return line([
    result.subject,
    String(result.calls),
    result.cpuUsPerCallSecond.toFixed(0),
    `${(result.cpuShare * 100).toFixed(0)}%`,
    marked(result.mebibytesPerCall, limits.mebibytesPerCall, 2, result),
    marked(load.uplinkDelayMs.p50, limits.uplinkDelayMsMedian, 1, result),
    marked(load.firstAudioMs.p95, limits.firstAudioMsP95, 1, result),
    marked(load.packetIntervalMs.p99, intervalLimitMs(result.calls), 1, result),
    marked(load.bargeInMs.max, limits.bargeInMs, 1, result),
    `${String(load.lostUplink)}/${String(load.lostDownlink)}/${String(load.deltasMissed)}`,
    `${(load.loadCpuShare * 100).toFixed(0)}%`,
  ]);
}

/** The comparison with the bare loop: the medians of all rounds with so many calls. */
export function ratio(calls: number, results: readonly RunResult[]): string {
  const value = medianCost("gateway", results) / medianCost("bare", results);
  if (Number.isNaN(value)) return "";
  const isOver = calls >= callsOfRatio && value > limits.cpuRatio;
  const mark = isOver ? `, over the limit of ${String(limits.cpuRatio)}` : "";
  return `  at ${String(calls)} calls the gateway costs ${value.toFixed(2)} times the bare loop${mark}\n`;
}

/** What was sent in a run, and what the gateway's own call records say of it. */
export function accountOf(result: RunResult): string {
  const own = result.load.ownDelayMs;
  const delays = `p50 ${own.p50.toFixed(1)}, p95 ${own.p95.toFixed(1)}, p99 ${own.p99.toFixed(1)} ms`;
  const sent = `  it sent per call and second: ${trafficOf(result)}\n  the load generator's own delay: ${delays}\n`;
  if (result.subject === "bare") return sent;
  const { endCauses, packetsLost, underruns, pacingErrorMsMax } = result.records;
  const ends = Object.entries(endCauses).map(([cause, count]) => `${String(count)} ${cause}`);
  const lost = `${String(packetsLost)} packets lost, ${String(underruns)} underruns`;
  return `${sent}  its call records: ${ends.join(", ")}; ${lost}, latest packet ${String(pacingErrorMsMax)} ms after its plan\n`;
}

/** The same for both subjects, or the comparison says nothing. */
function trafficOf({ load, calls, windowSecs }: RunResult): string {
  const told = (what: string, { frames, bytes }: TrafficFigures): string => {
    const rate = (frames / calls / windowSecs).toFixed(2);
    return `${rate} ${what} of ${(bytes / Math.max(1, frames)).toFixed(0)} bytes`;
  };
  return [
    told("appends", load.appends),
    told("other frames to the provider", load.requests),
    told("frames on the control link", load.controlFrames),
  ].join(", ");
}

function medianCost(subject: SubjectName, results: readonly RunResult[]): number {
  const own = results.filter((result) => result.subject === subject);
  return median(own.map((result) => result.cpuUsPerCallSecond));
}

/** What broke or was lost: the only thing that makes the bench fail. */
export function troublesOf(result: RunResult): readonly string[] {
  const { load, troubles } = result;
  const lost = load.lostUplink + load.lostDownlink + load.deltasMissed;
  const told = troubles.map((what) => `${result.subject}, ${String(result.calls)} calls: ${what}`);
  told.push(...unheardOf(result));
  if (lost > 0 && result.subject === "gateway") {
    told.push(
      `gateway, ${String(result.calls)} calls: ${String(lost)} packets or deltas were lost`,
    );
  }
  return told;
}

/** What did not arrive at all leaves no gap behind: it is told by its number. */
function unheardOf(result: RunResult): readonly string[] {
  const { load, calls } = result;
  const inFlight = calls * framesInFlightMax;
  const who = `${result.subject}, ${String(calls)} calls`;
  const told: string[] = [];
  const appended = load.uplinkDelayMs.count;
  if (appended < load.packetsSent - inFlight) {
    told.push(
      `${who}: ${String(load.packetsSent)} packets were sent, ${String(appended)} appended`,
    );
  }
  if (load.packetsHeard < load.packetsSent - inFlight) {
    told.push(`${who}: ${String(load.packetsHeard)} packets came where as many as sent were due`);
  }
  if (load.firstAudioMs.count === 0) told.push(`${who}: no answer was heard`);
  if (load.bargeInMs.count === 0) told.push(`${who}: no barge-in was heard`);
  if (load.callsLost > 0) told.push(`${who}: ${String(load.callsLost)} calls ended early`);
  return told;
}

const framesInFlightMax = 5; // sent before the window and heard in it, or the other way round

export const legend = `
µs/call·s: CPU of the measured process per second of one call.  RTP in→append: a caller's packet sent → its audio appended at the provider.
delta→RTP: first delta of an answer sent → its first packet heard.  RTP gap: between packets as the phone hears them (both ends' timers are in it).
barge-in: speech_started sent → last packet of the old answer heard.  load CPU: the load generator's own process; near 100% its figures are its own. Its own delay is in every figure, and never makes one smaller.
`;

function intervalLimitMs(calls: number): number | null {
  if (calls === 1) return limits.intervalMsP99AtOneCall;
  return calls <= callsOfInterval ? limits.intervalMsP99AtFiftyCalls : null;
}

function marked(
  value: number | null,
  limit: number | null,
  digits: number,
  result: RunResult,
): string {
  // Not a number crosses the process border as null: nothing of the kind was seen.
  if (value === null || Number.isNaN(value)) return "-";
  const isOver = result.subject === "gateway" && limit !== null && value > limit;
  return `${value.toFixed(digits)}${isOver ? "!" : ""}`;
}

function line(cells: readonly string[]): string {
  const padded = cells.map((cell, index) => cell.padStart(columns[index]?.[1] ?? 0));
  return `${padded.join(" ")}\n`;
}
