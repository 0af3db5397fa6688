import { base32, type Clock, type Random } from "@agentcall/base";
import { fractionLost, parseRtcpReport, type ReportBlock, writeRtcpReport } from "@agentcall/media";

/** What was received and sent, as the reports tell it. */
export type StreamFigures = {
  readonly packetsSent: number;
  readonly payloadBytesSent: number;
  /** The RTP timestamp of this moment. */
  readonly timestamp: number;
  /** The SSRC that was heard last, or null when nobody has been. */
  readonly heardSsrc: number | null;
  /** RFC 3550 section 6.4.1: cycles in the upper half, sequence number in the lower. */
  readonly highestSequence: number;
  readonly packetsReceived: number;
  readonly packetsLost: number;
  readonly jitterMs: number;
};

const periodMs = 5_000; // RFC 3550 section 6.2: the least interval of a session with two members
const samplesPerMs = 8;
const cnameLetters = 16;

/** The RTCP reports that one call sends: a sender report, or a receiver report while it is silent. */
export class ControlReports {
  readonly #clock: Clock;
  readonly #ssrc: number;
  readonly #cname: string;
  #dueAtMs: number;
  #reportedReceived = 0;
  #reportedLost = 0;
  #reportedSent = 0;
  #lastSenderReport = 0;
  #lastSenderReportAtMs = 0;

  constructor(clock: Clock, random: Random, ssrc: number) {
    this.#clock = clock;
    this.#ssrc = ssrc;
    // By chance and for this call only: RFC 7022 section 4.2.
    this.#cname = base32(random.bytes(cnameLetters)).slice(0, cnameLetters);
    // Half a period for the first one, and by chance, so that calls do not report together.
    this.#dueAtMs = clock.monotonicMs() + periodMs * (0.5 + random.unit() / 2);
  }

  /** Whether a report is due. */
  isDue(nowMs: number): boolean {
    return nowMs >= this.#dueAtMs;
  }

  /** Notes the other side's sender report, which our next report block answers. Other packets change nothing. */
  heard(packet: Uint8Array): void {
    const report = parseRtcpReport(packet);
    if (typeof report === "string" || !report.isSenderReport) return;
    this.#lastSenderReport = report.ntpMiddle;
    this.#lastSenderReportAtMs = this.#clock.monotonicMs();
  }

  /** A compound packet: SR or RR, then SDES with our CNAME (RFC 3550 section 6.1). */
  next(figures: StreamFigures): Uint8Array {
    this.#dueAtMs = this.#clock.monotonicMs() + periodMs;
    const isSender = figures.packetsSent > this.#reportedSent;
    this.#reportedSent = figures.packetsSent;
    const sender = {
      atMs: this.#clock.nowMs(),
      rtpTimestamp: figures.timestamp,
      packets: figures.packetsSent,
      octets: figures.payloadBytesSent,
    };
    const blocks = figures.heardSsrc === null ? [] : [this.#block(figures.heardSsrc, figures)];
    return writeRtcpReport(
      { ssrc: this.#ssrc, sender: isSender ? sender : null, blocks },
      this.#cname,
    );
  }

  #block(ssrc: number, figures: StreamFigures): ReportBlock {
    const received = figures.packetsReceived - this.#reportedReceived;
    const lost = figures.packetsLost - this.#reportedLost;
    this.#reportedReceived = figures.packetsReceived;
    this.#reportedLost = figures.packetsLost;
    return {
      ssrc,
      fractionLost: fractionLost(received + lost, lost),
      packetsLost: figures.packetsLost,
      highestSequence: figures.highestSequence,
      jitter: Math.round(figures.jitterMs * samplesPerMs),
      lastSenderReport: this.#lastSenderReport,
      delaySinceLastSenderReport: this.#delaySinceLastSenderReport(),
    };
  }

  /** In units of 1/65,536 s; 0 when there was none. */
  #delaySinceLastSenderReport(): number {
    if (this.#lastSenderReport === 0) return 0;
    const delayMs = this.#clock.monotonicMs() - this.#lastSenderReportAtMs;
    return Math.floor((delayMs / 1000) * 65_536) >>> 0;
  }
}
