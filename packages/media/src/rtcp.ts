/** What a report tells of one stream that its sender receives (RFC 3550 section 6.4.1). */
export type ReportBlock = {
  readonly ssrc: number;
  /** Of 256, since the last report. */
  readonly fractionLost: number;
  readonly packetsLost: number;
  /** Cycles in the upper 16 bits, sequence number in the lower. */
  readonly highestSequence: number;
  /** In samples. */
  readonly jitter: number;
  /** The middle 32 bits of the NTP time of the last sender report; 0 when there was none. */
  readonly lastSenderReport: number;
  /** Since then, in units of 1/65,536 s. */
  readonly delaySinceLastSenderReport: number;
};

export type SenderInfo = {
  /** Milliseconds since 1970. */
  readonly atMs: number;
  readonly rtpTimestamp: number;
  readonly packets: number;
  readonly octets: number;
};

/** A report of one SSRC: a sender report when it sent since the last one, else a receiver report. */
export type RtcpReport = {
  readonly ssrc: number;
  readonly sender: SenderInfo | null;
  readonly blocks: readonly ReportBlock[];
};

/** What was read of a sender report: its NTP time as the answering block wants it. */
export type HeardReport = {
  readonly ssrc: number;
  readonly isSenderReport: boolean;
  /** The middle 32 bits of its NTP time; 0 for a receiver report. */
  readonly ntpMiddle: number;
  readonly blocks: readonly ReportBlock[];
};

export type RtcpRefusal = "too-short" | "wrong-version" | "not-a-report" | "truncated";

const ntpEpochSecs = 2_208_988_800; // from 1900 to 1970
const senderReport = 200;
const receiverReport = 201;
const description = 202;
const headBytes = 8;
const senderInfoBytes = 20;
const blockBytes = 24;
const cnameItem = 1;

/**
 * Writes a compound packet: SR or RR, then SDES with the CNAME (RFC 3550 sections 6.1 and 6.5).
 * The CNAME is ASCII of at most 255 letters.
 */
export function writeRtcpReport(report: RtcpReport, cname: string): Uint8Array {
  const infoBytes = report.sender === null ? 0 : senderInfoBytes;
  const reportBytes = headBytes + infoBytes + blockBytes * report.blocks.length;
  const itemBytes = 2 + cname.length;
  const descriptionBytes = headBytes + 4 * Math.ceil((itemBytes + 1) / 4); // a zero ends the list
  const packet = new Uint8Array(reportBytes + descriptionBytes);
  const view = new DataView(packet.buffer);
  const type = report.sender === null ? receiverReport : senderReport;
  writeHead(view, 0, report.blocks.length, type, reportBytes, report.ssrc);
  if (report.sender !== null) writeSenderInfo(view, report.sender);
  report.blocks.forEach((block, index) => {
    writeBlock(view, headBytes + infoBytes + blockBytes * index, block);
  });
  writeHead(view, reportBytes, 1, description, descriptionBytes, report.ssrc);
  packet[reportBytes + headBytes] = cnameItem;
  packet[reportBytes + headBytes + 1] = cname.length;
  for (let index = 0; index < cname.length; index += 1) {
    packet[reportBytes + headBytes + 2 + index] = cname.charCodeAt(index);
  }
  return packet;
}

/** Reads the report that a compound packet begins with (section 6.1 demands one there). */
export function parseRtcpReport(packet: Uint8Array): HeardReport | RtcpRefusal {
  if (packet.length < headBytes) return "too-short";
  const view = new DataView(packet.buffer, packet.byteOffset, packet.byteLength);
  if (view.getUint8(0) >> 6 !== 2) return "wrong-version";
  const type = view.getUint8(1);
  if (type !== senderReport && type !== receiverReport) return "not-a-report";
  const blockCount = view.getUint8(0) & 0x1f;
  const isSenderReport = type === senderReport;
  const blocksAt = headBytes + (isSenderReport ? senderInfoBytes : 0);
  const end = Math.min(packet.length, 4 * (view.getUint16(2) + 1));
  if (blocksAt + blockCount * blockBytes > end) return "truncated";
  return {
    ssrc: view.getUint32(4),
    isSenderReport,
    ntpMiddle: isSenderReport
      ? ((view.getUint32(8) & 0xffff) * 65_536 + (view.getUint32(12) >>> 16)) >>> 0
      : 0,
    blocks: Array.from({ length: blockCount }, (_, index) =>
      readBlock(view, blocksAt + index * blockBytes),
    ),
  };
}

/** The loss since the last report, of 256 (RFC 3550 appendix A.3); negative loss is none. */
export function fractionLost(expected: number, lost: number): number {
  if (expected <= 0 || lost <= 0) return 0;
  return Math.min(255, Math.floor((lost * 256) / expected));
}

/** Version 2, no padding, the count, the type, the length in words less one, the SSRC. */
function writeHead(
  view: DataView,
  at: number,
  count: number,
  type: number,
  bytes: number,
  ssrc: number,
): void {
  view.setUint8(at, 0x80 | count);
  view.setUint8(at + 1, type);
  view.setUint16(at + 2, bytes / 4 - 1);
  view.setUint32(at + 4, ssrc);
}

function writeSenderInfo(view: DataView, sender: SenderInfo): void {
  view.setUint32(8, Math.floor(sender.atMs / 1_000) + ntpEpochSecs);
  view.setUint32(12, Math.floor(((sender.atMs % 1_000) / 1_000) * 2 ** 32));
  view.setUint32(16, sender.rtpTimestamp);
  view.setUint32(20, sender.packets >>> 0);
  view.setUint32(24, sender.octets >>> 0);
}

function writeBlock(view: DataView, at: number, block: ReportBlock): void {
  const lost = Math.max(-0x800000, Math.min(0x7fffff, block.packetsLost)) & 0xffffff;
  view.setUint32(at, block.ssrc);
  view.setUint32(at + 4, ((block.fractionLost << 24) | lost) >>> 0);
  view.setUint32(at + 8, block.highestSequence >>> 0);
  view.setUint32(at + 12, block.jitter);
  view.setUint32(at + 16, block.lastSenderReport);
  view.setUint32(at + 20, block.delaySinceLastSenderReport);
}

function readBlock(view: DataView, at: number): ReportBlock {
  return {
    ssrc: view.getUint32(at),
    fractionLost: view.getUint8(at + 4),
    packetsLost: (view.getInt32(at + 4) << 8) >> 8, // 24 bits with a sign
    highestSequence: view.getUint32(at + 8),
    jitter: view.getUint32(at + 12),
    lastSenderReport: view.getUint32(at + 16),
    delaySinceLastSenderReport: view.getUint32(at + 20),
  };
}
