import { type Clock, type Random } from "@agentcall/base";

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
const ntpEpochSecs = 2_208_988_800; // from 1900 to 1970
const senderReportType = 200;
const receiverReportType = 201;
const descriptionType = 202;
const cnameBytes = 16;
const cnameItem = 1;

/** The RTCP reports that one call sends: a sender report, or a receiver report while it is silent. */
export class ControlReports {
  readonly #clock: Clock;
  readonly #ssrc: number;
  readonly #cname: Uint8Array;
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
    this.#cname = Uint8Array.from(random.bytes(cnameBytes), (byte) => 97 + (byte % 26));
    // Half a period for the first one, and by chance, so that calls do not report together.
    this.#dueAtMs = clock.monotonicMs() + periodMs * (0.5 + random.unit() / 2);
  }

  /** Whether a report is due. */
  isDue(nowMs: number): boolean {
    return nowMs >= this.#dueAtMs;
  }

  /** Notes the other side's sender report, which our next report block answers. Other packets change nothing. */
  heard(packet: Uint8Array): void {
    if (packet.length < 20 || packet[1] !== senderReportType) return;
    const view = new DataView(packet.buffer, packet.byteOffset, packet.byteLength);
    this.#lastSenderReport =
      ((view.getUint32(8) & 0xffff) * 65_536 + (view.getUint32(12) >>> 16)) >>> 0;
    this.#lastSenderReportAtMs = this.#clock.monotonicMs();
  }

  /** A compound packet: SR or RR, then SDES with our CNAME (RFC 3550 section 6.1). */
  next(figures: StreamFigures): Uint8Array {
    this.#dueAtMs = this.#clock.monotonicMs() + periodMs;
    const isSender = figures.packetsSent > this.#reportedSent;
    this.#reportedSent = figures.packetsSent;
    const blockCount = figures.heardSsrc === null ? 0 : 1;
    const reportBytes = 8 + (isSender ? 20 : 0) + 24 * blockCount;
    const descriptionBytes = 4 + 4 + 2 + cnameBytes + 2; // the last two end the list and fill the word
    const packet = new Uint8Array(reportBytes + descriptionBytes);
    const view = new DataView(packet.buffer);
    writeHead(view, 0, blockCount, isSender ? senderReportType : receiverReportType, reportBytes);
    view.setUint32(4, this.#ssrc);
    if (isSender) this.#writeSenderInfo(view, figures);
    if (figures.heardSsrc !== null) {
      this.#writeBlock(view, reportBytes - 24, figures.heardSsrc, figures);
    }
    writeHead(view, reportBytes, 1, descriptionType, descriptionBytes);
    view.setUint32(reportBytes + 4, this.#ssrc);
    packet.set([cnameItem, cnameBytes], reportBytes + 8);
    packet.set(this.#cname, reportBytes + 10);
    return packet;
  }

  /** RFC 3550 section 6.4.1: NTP timestamp, RTP timestamp, packets, octets. */
  #writeSenderInfo(view: DataView, figures: StreamFigures): void {
    const nowMs = this.#clock.nowMs();
    view.setUint32(8, Math.floor(nowMs / 1000) + ntpEpochSecs);
    view.setUint32(12, Math.floor(((nowMs % 1000) / 1000) * 2 ** 32));
    view.setUint32(16, figures.timestamp);
    view.setUint32(20, figures.packetsSent >>> 0);
    view.setUint32(24, figures.payloadBytesSent >>> 0);
  }

  /** RFC 3550 section 6.4.1, figure of a report block; appendix A.3 for the fraction lost. */
  #writeBlock(view: DataView, at: number, heardSsrc: number, figures: StreamFigures): void {
    const received = figures.packetsReceived - this.#reportedReceived;
    const lost = figures.packetsLost - this.#reportedLost;
    this.#reportedReceived = figures.packetsReceived;
    this.#reportedLost = figures.packetsLost;
    const expected = received + lost;
    const fraction =
      expected <= 0 || lost <= 0 ? 0 : Math.min(255, Math.floor((lost * 256) / expected));
    view.setUint32(at, heardSsrc);
    view.setUint32(at + 4, ((fraction << 24) | Math.min(0x7fffff, figures.packetsLost)) >>> 0);
    view.setUint32(at + 8, figures.highestSequence >>> 0);
    view.setUint32(at + 12, Math.round(figures.jitterMs * samplesPerMs));
    view.setUint32(at + 16, this.#lastSenderReport);
    view.setUint32(at + 20, this.#delaySinceLastSenderReport());
  }

  /** In units of 1/65,536 s; 0 when there was none. */
  #delaySinceLastSenderReport(): number {
    if (this.#lastSenderReport === 0) return 0;
    const delayMs = this.#clock.monotonicMs() - this.#lastSenderReportAtMs;
    return Math.floor((delayMs / 1000) * 65_536) >>> 0;
  }
}

/** RFC 3550 section 6.4.1: version 2, no padding, the count, the type, the length in words less one. */
function writeHead(view: DataView, at: number, count: number, type: number, bytes: number): void {
  view.setUint8(at, 0x80 | count);
  view.setUint8(at + 1, type);
  view.setUint16(at + 2, bytes / 4 - 1);
}
